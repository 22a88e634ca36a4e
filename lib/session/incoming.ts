import { type Limit, REPORTED_SETTINGS } from '../binding/records.js';
import { setImmediate } from '../clock.js';
import { constants } from '../constants.js';
import { ERR_HTTP2_SESSION_ERROR, ERR_HTTP2_TOO_MANY_ORIGINS } from '../errors.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { sessionChannels } from '../observe/channels.js';
import { debugSession } from '../observe/debug.js';
import { publishGoaway } from '../observe/notes.js';
import { settingsOf } from '../settings/in-force.js';
import type { Http2Stream } from '../stream/stream.js';
import { goawayCode, limitDetails, OwnLimit, refuseFor, reportLimit, sessionError } from './limits.js';
import type { Http2Session } from './session.js';
import { causeIn } from './stranger.js';

// What arrives from the peer, as the session and its streams take it.

const {
  NGHTTP2_FLAG_END_STREAM, NGHTTP2_HCAT_PUSH_RESPONSE, NGHTTP2_HCAT_REQUEST, NGHTTP2_HCAT_RESPONSE, NGHTTP2_NO_ERROR,
  NGHTTP2_REFUSED_STREAM,
  HTTP_STATUS_CONTINUE, HTTP_STATUS_MISDIRECTED_REQUEST,
} = constants;

export function onHeaders(
  session: Http2Session, stream: Http2Stream | undefined, id: number, category: number, flags: number,
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
  session: Http2Session, id: number, headers: IncomingHeaders, flags: number, raw: string[], endOfStream: boolean,
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

export function onSettings(session: Http2Session, ints: Int32Array, at: number): void {
  const count = ints[at + REPORTED_SETTINGS]!;
  const pairs = at + REPORTED_SETTINGS + 1;
  for (let i = 0; i < count; i++) (session._remoteCustom ??= {})[ints[pairs + 2 * i]!] = ints[pairs + 2 * i + 1]! >>> 0;
  session._deadlines?.prefaceCame();
  const previous = session._remoteSettings;
  const settings = session._remoteSettings = settingsOf(ints, at, session._remoteCustom);
  if (sessionChannels.settings.hasSubscribers) sessionChannels.settings.publish({ session, side: 'remote', settings, previous });
  session.emit('remoteSettings', session.remoteSettings);
}

export function onSettingsAck(session: Http2Session, ints: Int32Array, at: number): void {
  const acknowledged = session._settings.acknowledge();
  // nghttp2 has counted as well, and ends a session whose peer acknowledges too often.
  if (acknowledged === undefined) return;
  const { what: { callback, context }, duration } = acknowledged;
  session._pendingAck--;
  const previous = session._localSettings;
  const settings = session._localSettings = settingsOf(ints, at, session._localCustom);
  if (sessionChannels.settings.hasSubscribers) sessionChannels.settings.publish({ session, side: 'local', settings, previous });
  try {
    if (typeof callback === 'function') context.runInAsyncScope(callback, undefined, null, settings, duration);
  } finally {
    context.emitDestroy();
    session.emit('localSettings', settings);
  }
}

export function onPing(session: Http2Session, payload: Buffer): void {
  session.emit('ping', payload);
}

export function onPingAck(session: Http2Session, payload: Buffer): void {
  const acknowledged = session._pings.acknowledge();
  // An answer that nobody has asked for is no error (RFC 9113, section 6.7).
  if (acknowledged === undefined) return;
  session._pingRTT = acknowledged.duration;
  acknowledged.what(null, acknowledged.duration, payload);
}

export function onGoaway(session: Http2Session, code: number, lastStreamID: number, opaqueData: Buffer | undefined): void {
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
      session._endedByPeer = true;
      session.destroy(new ERR_HTTP2_SESSION_ERROR(code), NGHTTP2_NO_ERROR);
    }
  }
}

export function onAltsvc(session: Http2Session, id: number, origin: string, value: string): void {
  session.emit('altsvc', value, origin, id);
}

export function onOrigin(session: Http2Session, origins: string[]): void {
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

export function onPriority(session: Http2Session, id: number, parent: number, weight: number, exclusive: boolean): void {
  const emitter = session._streams.get(id) ?? session;
  if (emitter.destroyed) return;
  emitter._touch();
  emitter.emit('priority', id, parent, weight, exclusive);
}

export function onFrameError(session: Http2Session, id: number, type: number, code: number): void {
  const stream = session._streams.get(id);
  const emitter = stream ?? session;
  emitter._touch();
  // A GOAWAY that tells more may be on its way.
  setImmediate(() => {
    stream?.close(code);
    session.close();
  });
  emitter.emit('frameError', type, code, id);
}

/** A limit was met while receiving or sending. */
export function onLimitHit(session: Http2Session, ints: Int32Array, at: number): void {
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
export function onEndedByCore(session: Http2Session, code: number): void {
  debugSession(session, 'was ended by nghttp2 with error %d', code);
  session._endedByPeer = true;
  session.destroy(errorOf(session, code));
}

/** What nghttp2 says, with what was met in place of HTTP/2 as its cause. */
function errorOf(session: Http2Session, code: number): Error {
  const error = sessionError(code, session._limit);
  const cause = session._met === undefined ? undefined : causeIn(session._met);
  if (cause !== undefined) error.cause = cause;
  return error;
}

export function onInternalError(session: Http2Session, code: number): void {
  debugSession(session, 'cannot go on: nghttp2 error %d', code);
  session._endedByPeer = true;
  session.destroy(errorOf(session, code), goawayCode(session._limit));
}
