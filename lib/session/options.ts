import type { Settings } from '../settings/values.js';
import { validateInt32 } from '../validate.js';
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
  /** Whether sending a single-value field twice is an error. Default true. */
  strictSingleValueFields?: boolean | undefined;
  /** Origins that a server announces when a session begins (RFC 8336). */
  origins?: string[] | undefined;
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function validateWindowSize(connectionWindowSize: unknown): void {
  if (connectionWindowSize !== undefined) validateInt32(connectionWindowSize, 'options.connectionWindowSize', 1);
}
