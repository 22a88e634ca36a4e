import { type Limit, limitNames } from '../binding/records.js';
import { constants } from '../constants.js';
import { NghttpError } from '../errors/index.js';
import { sessionChannels } from '../observe/channels.js';
import { debugSession } from '../observe/debug.js';
import type { LimitDetails } from '../observe/types.js';
import { rethrow } from '../rethrow.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';

export type { LimitDetails };

/** nghttp2's errors of these names, which have no constant in `node:http2`. */
const CALLBACK_FAILURE = -902;
const FLOODED = -904;

/** Limits that the library keeps by itself. */
export const enum OwnLimit {
  OutstandingPings = -1,
  OutstandingSettings = -2,
  OriginSetSize = -3,
  HeadersTimeout = -4,
  StalledWrite = -5,
}

// docs/limits.md lists them for users; a test holds the two together.
const kinds: { readonly [limit: number]: readonly [name: string, option?: string] } = {
  ...limitNames,
  [OwnLimit.OutstandingPings]: ['PING frames without an answer', 'maxOutstandingPings'],
  [OwnLimit.OutstandingSettings]: ['SETTINGS frames without an answer', 'maxOutstandingSettings'],
  [OwnLimit.HeadersTimeout]: ['milliseconds for a header block to arrive', 'headersTimeout'],
  [OwnLimit.StalledWrite]: ['milliseconds in which nothing of the output left', 'stalledWriteTimeout'],
  [OwnLimit.OriginSetSize]: ['origins', 'maxOriginSetSize'],
};

/** Names and options of all limits. */
export const allLimits = Object.values(kinds);

export function limitDetails(
  limit: Limit | OwnLimit, reached: number, value: number, scope: LimitDetails['scope'], streamID?: number,
): LimitDetails {
  const [name, option] = kinds[limit] ?? [`limit ${limit}`];
  return { name, option, value, reached, scope, streamID };
}

/** In one line of ASCII: for the peer (RFC 9113, section 6.8: debug data), and for who reads logs. */
export function describeLimit({ name, option, value, reached }: LimitDetails): string {
  return `${option ?? 'limit of nghttp2'}: ${reached} ${name}, ${value} allowed`;
}

/** Errors keep the message that node:http2 gives; the limit is their `limit`. */
export function withLimit<E extends Error>(error: E, limit: LimitDetails): E & { limit: LimitDetails } {
  return Object.assign(error, { limit });
}

/** The error of a session that nghttp2 cannot go on with. */
export function sessionError(code: number, limit: LimitDetails | undefined): NghttpError {
  if (limit === undefined) return new NghttpError(code);
  const custom = limit.option === 'maxSessionInvalidFrames' || limit.option === 'maxEmptyFrames' ? 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES' : undefined;
  // To nghttp2, limits of this library's are callbacks that fail.
  const cause = code === CALLBACK_FAILURE && limit.option === 'glitchBurst' ? FLOODED : code;
  return withLimit(new NghttpError(cause, custom), limit);
}

/** Limits that the built-in has not: the peer is told to be calm, where others say INTERNAL_ERROR as it does. */
const calming = new Set<string | undefined>(['maxContinuations', 'maxOutboundAcks', 'maxOutboundFrames', 'maxEmptyFrames', 'glitchBurst', 'setMemoryLimit']);

/** What the GOAWAY says, for a session that the core has given up. */
export function goawayCode(limit: LimitDetails | undefined): number {
  return calming.has(limit?.option) ? constants.NGHTTP2_ENHANCE_YOUR_CALM : constants.NGHTTP2_INTERNAL_ERROR;
}

/** Tells everybody who wants to know, once. */
export function reportLimit(session: ConnectionSession, limit: LimitDetails): void {
  const stream: ConnectionStream | undefined = limit.streamID === undefined ? undefined : session._streams.get(limit.streamID);
  if (stream !== undefined) (session._refused ??= new Map()).set(limit.streamID!, limit);
  if (limit.scope === 'session') session._limit = limit;
  debugSession(session, 'meets a limit: %s', describeLimit(limit));
  if (sessionChannels.limit.hasSubscribers) sessionChannels.limit.publish({ ...limit, session, stream });
  // A listener that throws keeps nobody from what a limit is there for.
  try {
    session._emitLimit(limit, stream);
  } catch (error) {
    rethrow(error);
  }
}

/** A stream's error says for which limit it was refused. */
export function tellLimit(refused: Map<number, LimitDetails>, id: number | undefined, error: Error): void {
  const limit = id === undefined ? undefined : refused.get(id);
  if (limit === undefined) return;
  refused.delete(id!);
  withLimit(error, limit);
}

/** The same, and the error for it: what is asked for is refused, or the session ends. */
export function refuseFor<E extends Error>(session: ConnectionSession, error: E, limit: LimitDetails): E {
  reportLimit(session, limit);
  return withLimit(error, limit);
}
