import type { Settings } from '../settings/values.js';
import { validateInt32, validateUint32 } from '../validate.js';
import type { NativeOptions } from './native-options.js';

/** Options that client and server sessions share. */
export interface SessionOptions extends NativeOptions {
  settings?: Settings | undefined;
  /**
   * Octets that the peer may send on all streams together before it has to wait (RFC 9113, section 6.9.2), 1 to 2^31-1.
   * Without it the window is 65,535 and is widened when a peer sends much.
   */
  connectionWindowSize?: number | undefined;
  /** Identifiers of custom settings of the peer that are reported, at most ten. */
  remoteCustomSettings?: number[] | undefined;
  /** PING frames that may wait for an answer. Default 10. */
  maxOutstandingPings?: number | undefined;
  /** SETTINGS frames that may wait for an answer. Default 10. */
  maxOutstandingSettings?: number | undefined;
  /**
   * Milliseconds for a client's preface, and for each of its header blocks, to arrive. Servers only. Default 60000, as with
   * HTTP/1; 0 is no limit.
   */
  headersTimeout?: number | undefined;
  /**
   * Milliseconds for which output may wait while nothing of it leaves: in the socket, or for the peer's windows. 0 is no
   * limit. Default 600000 for the socket and none for windows, where a reader that pauses is within its rights.
   */
  stalledWriteTimeout?: number | undefined;
  /** Whether sending a single-value field twice is an error. Default true. */
  strictSingleValueFields?: boolean | undefined;
  /** Origins that a server announces when a session begins (RFC 8336). */
  origins?: string[] | undefined;
}

/** Options that node:http2 does not have. */
export type AdditionalOptions = Pick<SessionOptions,
  'connectionWindowSize' | 'maxContinuations' | 'maxOutboundAcks' | 'maxOutboundFrames' | 'maxEmptyFrames' | 'glitchBurst' | 'glitchRate' |
  'headersTimeout' | 'stalledWriteTimeout'>;

const counts = ['maxContinuations', 'maxOutboundAcks', 'maxOutboundFrames', 'maxEmptyFrames', 'glitchBurst', 'glitchRate'] as const;
/** Timers take 2^31-1 milliseconds at most. */
const times = ['headersTimeout', 'stalledWriteTimeout'] as const;

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function validateAdditional(options: AdditionalOptions): void {
  const { connectionWindowSize } = options;
  if (connectionWindowSize !== undefined) validateInt32(connectionWindowSize, 'options.connectionWindowSize', 1);
  for (const name of counts) if (options[name] !== undefined) validateUint32(options[name], `options.${name}`);
  for (const name of times) if (options[name] !== undefined) validateInt32(options[name], `options.${name}`, 0);
}
