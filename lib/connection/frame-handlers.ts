import { type Limit, REPORTED_SETTINGS } from '../binding/records.js';
import { constants } from '../constants.js';
import { afterFrames } from '../deferrals.js';
import { ERR_HTTP2_SESSION_ERROR, ERR_HTTP2_TOO_MANY_ORIGINS } from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { sessionChannels } from '../observe/channels.js';
import { debugSession } from '../observe/debug.js';
import { publishGoaway } from './batch-notes.js';
import { causeIn } from './foreign-protocol.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';
import { goawayCode, limitDetails, OwnLimit, refuseFor, reportLimit, sessionError } from './limits.js';

// What arrives from the peer, as the session and its streams take it.

const {
  NGHTTP2_FLAG_END_STREAM, NGHTTP2_HCAT_PUSH_RESPONSE, NGHTTP2_HCAT_REQUEST, NGHTTP2_HCAT_RESPONSE, NGHTTP2_NO_ERROR,
  NGHTTP2_REFUSED_STREAM,
  HTTP_STATUS_CONTINUE, HTTP_STATUS_MISDIRECTED_REQUEST,
} = constants;

export function onHeaders(
  session: ConnectionSession, stream: ConnectionStream | undefined, id: number, category: number, flags: number,
  headers: IncomingHeaders, raw: string[],
): void {
  const endOfStream = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
  if (stream === undefined) {
    // A request opens a stream, and a promise does. Anything else was for one that is gone.
    if (category === NGHTTP2_HCAT_REQUEST) openStream(session, id, headers, flags, raw, endOfStream);
    return;
  }
  const event = eventOf(category, headers[':status'] as number | undefined, endOfStream);
  if (headers[':status'] === HTTP_STATUS_MISDIRECTED_REQUEST) session._origins().delete(stream._origin);
  // A listener that throws takes nothing from the others, and not the end from the stream.
  try {
    stream._onHeaders(event, headers, flags, raw);
    if (event === 'headers' && headers[':status'] === HTTP_STATUS_CONTINUE) stream.emit('continue');
  } finally {
    try {
      if (!stream.destroyed) stream.emit(event, headers, flags, raw);
    } finally {
      if (endOfStream) stream._onRemoteEnd();
    }
  }
}

function openStream(
  session: ConnectionSession, id: number, headers: IncomingHeaders, flags: number, raw: string[], endOfStream: boolean,
): void {
  session._lastIncoming = id;
  if (session.closed) {
    session._native!.reset(id, NGHTTP2_REFUSED_STREAM);
    session._native!.detach(id);
    session._transport!.schedule();
  } else {
    session._openIncoming(id, headers, flags, raw, endOfStream);
  }
}

function eventOf(category: number, status: number | undefined, endOfStream: boolean): string {
  if (category === NGHTTP2_HCAT_RESPONSE)
    return !endOfStream && status !== undefined && status >= 100 && status < 200 ? 'headers' : 'response';
  if (category === NGHTTP2_HCAT_PUSH_RESPONSE) return 'push';
  if (status !== undefined && status >= 200) return 'response';
  return endOfStream ? 'trailers' : 'headers';
}

export function onSettings(session: ConnectionSession, ints: Int32Array, at: number): void {
  session._deadlines?.prefaceCame();
  const { previous, settings } = session._settings.received(ints, at, at + REPORTED_SETTINGS + 1, ints[at + REPORTED_SETTINGS]!);
  if (sessionChannels.settings.hasSubscribers) sessionChannels.settings.publish({ session, side: 'remote', settings, previous });
  session.emit('remoteSettings', session.remoteSettings);
}

export function onSettingsAck(session: ConnectionSession, ints: Int32Array, at: number): void {
  const acknowledged = session._settings.acknowledged(ints, at);
  // nghttp2 has counted as well, and ends a session whose peer acknowledges too often.
  if (acknowledged === undefined) return;
  const { what: { callback, context }, duration, previous, settings } = acknowledged;
  if (sessionChannels.settings.hasSubscribers) sessionChannels.settings.publish({ session, side: 'local', settings, previous });
  try {
    if (typeof callback === 'function') context.runInAsyncScope(callback, undefined, null, settings, duration);
  } finally {
    context.emitDestroy();
    session.emit('localSettings', settings);
  }
}

export function onPing(session: ConnectionSession, payload: Buffer): void {
  session.emit('ping', payload);
}

export function onPingAck(session: ConnectionSession, payload: Buffer): void {
  const acknowledged = session._pings.acknowledge();
  // An answer that nobody has asked for is no error (RFC 9113, section 6.7).
  if (acknowledged === undefined) return;
  session._pingRTT = acknowledged.duration;
  acknowledged.what(null, acknowledged.duration, payload);
}

export function onGoaway(session: ConnectionSession, code: number, lastStreamID: number, opaqueData: Buffer | undefined): void {
  debugSession(session, 'received GOAWAY with code %d, last stream %d', code, lastStreamID);
  session._goawayCode = code;
  session._goawayLastStreamID = lastStreamID;
  publishGoaway(sessionChannels.goawayReceived, session, code, lastStreamID, opaqueData, undefined);
  try {
    session.emit('goaway', code, lastStreamID, opaqueData);
  } finally {
    if (code === NGHTTP2_NO_ERROR) {
      session.close();
      session._maybeDestroy();
    } else {
      // Nothing is wrong on this side: the answer says so.
      session._endsByPeer();
      session.destroy(new ERR_HTTP2_SESSION_ERROR(code), NGHTTP2_NO_ERROR);
    }
  }
}

export function onAltsvc(session: ConnectionSession, id: number, origin: string, value: string): void {
  session.emit('altsvc', value, origin, id);
}

export function onOrigin(session: ConnectionSession, origins: string[]): void {
  if (!session.encrypted) return;
  const known = session._origins();
  for (const origin of origins) {
    if (known.size >= session._maxOriginSetSize) {
      const most = session._maxOriginSetSize;
      session.destroy(refuseFor(session, new ERR_HTTP2_TOO_MANY_ORIGINS(most),
                                limitDetails(OwnLimit.OriginSetSize, known.size + 1, most, 'session')));
      return;
    }
    known.add(origin);
  }
  session.emit('origin', origins);
}

export function onPriority(session: ConnectionSession, id: number, parent: number, weight: number, exclusive: boolean): void {
  const emitter = session._streams.get(id) ?? session;
  if (emitter.destroyed) return;
  emitter._touch();
  emitter.emit('priority', id, parent, weight, exclusive);
}

export function onFrameError(session: ConnectionSession, id: number, type: number, code: number): void {
  const stream = session._streams.get(id);
  const emitter = stream ?? session;
  emitter._touch();
  // A GOAWAY that tells more may be on its way.
  afterFrames(() => {
    stream?.close(code);
    session.close();
  });
  emitter.emit('frameError', type, code, id);
}

/** A limit was met while receiving or sending. */
export function onLimitHit(session: ConnectionSession, ints: Int32Array, at: number): void {
  const [limit, id, reached, reachedHigh, value, valueHigh] = ints.subarray(at, at + 6) as unknown as
    [Limit, number, number, number, number, number];
  reportLimit(session, limitDetails(limit, joined(reached, reachedHigh), joined(value, valueHigh),
                                    id === 0 ? 'session' : 'stream', id === 0 ? undefined : id));
}

/** A number of 64 bits that came in two halves. */
function joined(low: number, high: number): number {
  return (low >>> 0) + (high >>> 0) * 2 ** 32;
}

/** nghttp2 has sent a GOAWAY of its own: the peer broke the protocol. */
export function onEndedByCore(session: ConnectionSession, code: number): void {
  debugSession(session, 'was ended by nghttp2 with error %d', code);
  session._endsByPeer();
  session.destroy(errorOf(session, code));
}

/** What nghttp2 says, with what was met in place of HTTP/2 as its cause. */
function errorOf(session: ConnectionSession, code: number): Error {
  const error = sessionError(code, session._limit);
  const cause = session._met === undefined ? undefined : causeIn(session._met);
  if (cause !== undefined) error.cause = cause;
  return error;
}

export function onInternalError(session: ConnectionSession, code: number): void {
  debugSession(session, 'cannot go on: nghttp2 error %d', code);
  session._endsByPeer();
  session.destroy(errorOf(session, code), goawayCode(session._limit));
}
