import { Limit } from '../binding/records.js';
import { NghttpError } from '../errors.js';
import type { NativeOptions } from './native-options.js';

/** What an error tells of the limit that was passed. */
export interface PassedLimit {
  /** The option that sets it. */
  readonly option: 'maxSessionInvalidFrames' | 'maxSessionRejectedStreams';
  readonly value: number;
}

/** As in native/core/options.h. */
const DEFAULTS = { maxSessionInvalidFrames: 1000, maxSessionRejectedStreams: 100 };

/** The limit of a session error's record, undefined if there is none. */
export function passedLimit(limit: Limit, options: NativeOptions): PassedLimit | undefined {
  const option = limit === Limit.InvalidFrames ? 'maxSessionInvalidFrames'
    : limit === Limit.RejectedStreams ? 'maxSessionRejectedStreams' : undefined;
  return option && { option, value: options[option] ?? DEFAULTS[option] };
}

/** An error with the message that node:http2 gives, and the limit as its `limit`. */
export function limitError(code: number, passed: PassedLimit): NghttpError & { limit: PassedLimit } {
  const custom = passed.option === 'maxSessionInvalidFrames' ? 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES' : undefined;
  return Object.assign(new NghttpError(code, custom), { limit: passed });
}

/** What the peer is told in the GOAWAY (RFC 9113, section 6.8: debug data). */
export function debugData({ option, value }: PassedLimit): Buffer {
  return Buffer.from(`more than ${option} = ${value}`, 'latin1');
}
