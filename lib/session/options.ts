import type { Settings } from '../settings/values.js';
import type { AdditionalOptions } from './additional-options.js';
import type { NativeOptions } from './native-options.js';

/** Options that client and server sessions share. */
export interface SessionOptions extends NativeOptions, AdditionalOptions {
  /** What is announced to the peer when the session begins (RFC 9113, section 6.5.2). Default: the defaults of the RFC. */
  settings?: Settings | undefined;
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
