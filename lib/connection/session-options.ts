import type { Settings } from '../settings/values.js';
import type { AdditionalOptions } from './additional-options.js';
import type { NativeOptions } from './native-options.js';

/** Options that client and server sessions share. */
export interface SessionOptions extends NativeOptions, AdditionalOptions {
  /** What is announced to the peer when the session begins (RFC 9113, section 6.5.2). Default: the defaults of the RFC. */
  settings?: Settings | undefined;
  /** Identifiers of custom settings of the peer that are reported, each 0 to 65535. Default none. More than ten throw ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS. */
  remoteCustomSettings?: number[] | undefined;
  /** PING frames that may wait for an answer, from 0. Default 10. Beyond, `ping()` calls back with ERR_HTTP2_PING_CANCEL. */
  maxOutstandingPings?: number | undefined;
  /** SETTINGS frames that may wait for an answer, from 1. Default 10. Beyond, the session ends with ERR_HTTP2_MAX_PENDING_SETTINGS_ACK. */
  maxOutstandingSettings?: number | undefined;
  /** Whether sending a single-value field twice throws ERR_HTTP2_HEADER_SINGLE_VALUE. Default true. */
  strictSingleValueFields?: boolean | undefined;
  /** Origins that a server announces when a session begins (RFC 8336). Default none. */
  origins?: string[] | undefined;
}
