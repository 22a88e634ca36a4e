import { ERR_INVALID_ARG_VALUE } from '../errors/index.js';
import { validateInt32, validateInteger, validateUint32 } from '../validate.js';
import { MOST_BUSY_POLL } from './busy-poll.js';

/**
 * All options that node:http2 does not have, of `createServer`, `createSecureServer`, `performServerHandshake` and `connect`
 * (docs/limits.md). A value of another type throws ERR_INVALID_ARG_TYPE, one beyond its range ERR_OUT_OF_RANGE, and a name
 * that is one of these but for a slip of the pen ERR_INVALID_ARG_VALUE: when the server or the session is made.
 */
export interface AdditionalOptions {
  /**
   * Bytes that the peer may send on all streams together before it has to wait (RFC 9113, section 6.9.2), 1 to 2^31-1.
   * Without it the window is 65,535 and is widened when a peer sends much.
   */
  connectionWindowSize?: number | undefined;
  /** CONTINUATION frames of a header block, 0 to 2^32-1. Default 8. One more ends the session. */
  maxContinuations?: number | undefined;
  /**
   * Acknowledgements of PING and SETTINGS that may wait to be sent, 0 to 2^32-1; 0 counts as 1. Default 1000. One more ends
   * the session.
   */
  maxOutboundAcks?: number | undefined;
  /**
   * Frames that answer what the peer has sent, and that may wait to be sent, 0 to 2^32-1; 0 counts as 1. Default 5000. One more
   * ends the session.
   */
  maxOutboundFrames?: number | undefined;
  /**
   * Empty frames that end nothing, one after another, 0 to 2^32-1. Default `maxSessionInvalidFrames`. One more ends the session,
   * with ERR_HTTP2_TOO_MANY_INVALID_FRAMES.
   */
  maxEmptyFrames?: number | undefined;
  /**
   * Suspicious frames that are tolerated at once, 0 to 2^32-1; 0 counts as 1. Default 10000, and with
   * `maxSessionInvalidFrames` at least 20 for each of those. One more ends the session.
   */
  glitchBurst?: number | undefined;
  /** Suspicious frames that are tolerated each second beyond `glitchBurst`, 0 to 2^32-1. Default 330. */
  glitchRate?: number | undefined;
  /**
   * Milliseconds for a client's preface, and for each of its header blocks, to arrive, 0 to 2^31-1. Servers only. Default
   * 60000, as with HTTP/1; 0 is no limit. The session ends.
   */
  headersTimeout?: number | undefined;
  /**
   * Milliseconds for which output may wait while nothing of it leaves, in the socket or for the peer's windows, 0 to 2^31-1. 0 is
   * no limit. Default 600000 for the socket and none for windows, where a reader that pauses is within its rights. The stream
   * is reset, or the session ends if nothing at all has left.
   */
  stalledWriteTimeout?: number | undefined;
  /**
   * Microseconds for which the event loop stays awake after a request beside at most one other, 0 to 1000. Clients only.
   * Default 200; 0 is never. Where answers take longer, requests soon go without (docs/performance.md).
   */
  busyPoll?: number | undefined;
}

const count = (value: unknown, name: string): void => validateUint32(value, name);
/** Timers take 2^31-1 milliseconds at most. */
const time = (value: unknown, name: string): void => validateInt32(value, name, 0);

const checks: { readonly [Name in keyof Required<AdditionalOptions>]: (value: unknown, name: string) => void } = {
  connectionWindowSize: (value, name) => validateInt32(value, name, 1),
  maxContinuations: count,
  maxOutboundAcks: count,
  maxOutboundFrames: count,
  maxEmptyFrames: count,
  glitchBurst: count,
  glitchRate: count,
  headersTimeout: time,
  stalledWriteTimeout: time,
  busyPoll: (value, name) => validateInteger(value, name, 0, MOST_BUSY_POLL),
};
const names = Object.keys(checks) as (keyof AdditionalOptions)[];

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_INVALID_ARG_VALUE */
export function validateAdditional(options: AdditionalOptions): void {
  for (const name of names) if (options[name] !== undefined) checks[name](options[name], `options.${name}`);
  for (const given of Object.keys(options)) {
    const meant = names.find((name) => isSlip(given, name));
    if (meant !== undefined)
      throw new ERR_INVALID_ARG_VALUE(`options.${given}`, (options as Record<string, unknown>)[given], `is no option: ${meant} is meant`);
  }
}

/** Letters that may be wrong, missing or too many, or have changed places. Options of Node and of programs are farther off. */
const SLIPS = 2;

function isSlip(given: string, name: string): boolean {
  if (given === name || Math.abs(given.length - name.length) > SLIPS) return false;
  return given.toLowerCase() === name.toLowerCase() || distance(given, name) <= SLIPS;
}

/** Edits that make one text of the other, two neighbours that have changed places being one. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + Number(a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
