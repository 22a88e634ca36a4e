import type { NativeSession } from '../binding/contract.js';
import { StateField } from '../binding/records.js';

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

const numbers = new Float64Array(StateField.Count);

export function readState(native: NativeSession): SessionState {
  if (!native.state(numbers)) return {};
  return {
    effectiveLocalWindowSize: numbers[StateField.EffectiveLocalWindowSize]!,
    effectiveRecvDataLength: numbers[StateField.EffectiveRecvDataLength]!,
    nextStreamID: numbers[StateField.NextStreamId]!,
    localWindowSize: numbers[StateField.LocalWindowSize]!,
    lastProcStreamID: numbers[StateField.LastProcStreamId]!,
    remoteWindowSize: numbers[StateField.RemoteWindowSize]!,
    outboundQueueSize: numbers[StateField.OutboundQueueSize]!,
    deflateDynamicTableSize: numbers[StateField.DeflateDynamicTableSize]!,
    inflateDynamicTableSize: numbers[StateField.InflateDynamicTableSize]!,
  };
}
