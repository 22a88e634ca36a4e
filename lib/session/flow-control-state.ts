import type { NativeSession } from '../binding/contract.js';

/** What a session knows of its connection (RFC 9113, section 6.9, and nghttp2's own figures). */
export interface SessionState {
  effectiveLocalWindowSize?: number;
  effectiveRecvDataLength?: number;
  nextStreamID?: number;
  localWindowSize?: number;
  lastProcStreamID?: number;
  remoteWindowSize?: number;
  outboundQueueSize?: number;
  deflateDynamicTableSize?: number;
  inflateDynamicTableSize?: number;
}

const numbers = new Float64Array(9);

export function readState(native: NativeSession): SessionState {
  if (!native.state(numbers)) return {};
  return {
    effectiveLocalWindowSize: numbers[0]!,
    effectiveRecvDataLength: numbers[1]!,
    nextStreamID: numbers[2]!,
    localWindowSize: numbers[3]!,
    lastProcStreamID: numbers[4]!,
    remoteWindowSize: numbers[5]!,
    outboundQueueSize: numbers[6]!,
    deflateDynamicTableSize: numbers[7]!,
    inflateDynamicTableSize: numbers[8]!,
  };
}
