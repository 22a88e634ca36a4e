import net = require('node:net');
import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';
import { clearTimeout, setImmediate, setTimeout } from '../clock.js';
import { constants } from '../constants.js';
import { ERR_HTTP2_STREAM_CANCEL, ERR_SOCKET_CLOSED } from '../errors.js';
import { clearIdleTimeout } from '../idle-timer.js';
import { debugSession } from '../observe/debug.js';
import { keepStats, publishClosed } from '../observe/session-life.js';
import { cancelPing } from './acknowledged.js';
import { describeLimit, type LimitDetails } from './limits.js';
import { sessionOf, unbind } from './bound-sockets.js';
import type { Http2Session } from './session.js';

// The end of a session, from whichever side it comes:
//
//   close()  -> GOAWAY -> the last stream ends ----\
//   destroy(), an error, a GOAWAY with a code ------+-> streams destroyed -> GOAWAY -> socket ended -> 'close'
//   the socket closes or fails --------------------/

/** Milliseconds that a peer has to take the last GOAWAY of a session that failed. */
const FAREWELL = 2000;

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

/** Follows a socket for as long as it lives. */
export function attach(socket: Duplex): void {
  socket.on('error', socketOnError);
  socket.on('close', socketOnClose);
  // Node's sockets end themselves when the peer has; any other Duplex has to be told.
  if (!(socket instanceof net.Socket)) socket.on('end', duplexOnEnd);
}

/**
 * @param error what the session's 'error' event is to give, if any
 * @param sparing whether streams that are over, and that somebody is still reading, may be read to their end
 */
export function closeSession(session: Http2Session, code: number, error: Error | undefined, sparing = false): void {
  debugSession(session, 'ends with code %d and %d streams', code, session._streams.size, ...(error ? [`(${error.message})`] : []));
  session._destroyed = true;
  session._destroyCode = code;
  clearIdleTimeout(session);
  session._deadlines?.end();
  if (session._pendingStreams.size > 0 || session._streams.size > 0) {
    const cancel = new ERR_HTTP2_STREAM_CANCEL(error);
    for (const stream of session._pendingStreams.values()) stream.destroy(cancel);
    for (const stream of session._streams.values()) if (!sparing || !stream._isWhole()) stream.destroy(error);
  }
  const { _native: native, _socket: socket, _transport: transport } = session;
  if (native !== undefined) {
    if (!socket!.destroyed) sayGoodbye(session, native, code, error);
    transport!.finish();
    session._native = undefined;
    keepStats(session, native);
    native.destroy();
    if (session._pings.size > 0) setImmediate(cancelPings, session);
  }
  letGo(session, error);
}

/** The last GOAWAY. If a limit was passed, the peer learns which. */
function sayGoodbye(
  session: Http2Session, native: NativeSession, code: number, error: (Error & { limit?: LimitDetails }) | undefined,
): void {
  if (error?.limit !== undefined) native.explain(code, Buffer.from(describeLimit(error.limit), 'latin1'));
  // A second GOAWAY that says the same may reach a peer that has gone, and bring a reset.
  else if (!session._tookLeave || code !== NGHTTP2_NO_ERROR) native.terminate(code);
}

function letGo(session: Http2Session, error: Error | undefined): void {
  const socket = session._socket;
  session._socket = undefined;
  session._proxy = undefined;
  session._onLetGo();
  if (socket === undefined || socket.destroyed) {
    if (socket !== undefined) unbind(socket);
    // As in node:http2, the session closes after its streams.
    if (session._streams.size > 0) session._afterStreams = () => emitClose(session, error);
    else process.nextTick(emitClose, session, error);
    return;
  }
  unbind(socket);
  socket.on('close', () => emitClose(session, error));
  // The peer's end has to be seen, although nobody reads any more.
  socket.resume();
  if (error !== undefined) cutOff(socket, error);
  else session._deadlines?.watchFarewell(socket);
  socket.end(() => {
    if (session.closed) return;
    // A moment for the peer to read the GOAWAY before it sees the reset.
    setImmediate(() => socket.destroy(error));
  });
}

/** What is left to write waits for the peer, and a peer that does not read would keep the connection for good. */
function cutOff(socket: Duplex, error: Error): void {
  const timer = setTimeout(() => socket.destroy(error), FAREWELL);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

function emitClose(session: Http2Session, error: Error | undefined): void {
  session._remoteSettings = undefined;
  publishClosed(session, error);
  if (error) session.emit('error', error);
  session.emit('close');
}

function cancelPings(session: Http2Session): void {
  for (const callback of session._pings.cancel()) cancelPing(callback);
}

function socketOnError(this: Duplex, error: Error & { code?: string; syscall?: string }): void {
  const session = sessionOf(this);
  if (session === undefined) return;
  // A peer that is gone is no error of the session, as long as only writing tells: node:http2 waits for the 'close' too.
  if (error.syscall === 'write') return;
  // After a GOAWAY the peer may go as it likes.
  if (error.code === 'ECONNRESET' && session._goawayCode !== null) session.destroy();
  else session.destroy(error);
}

function socketOnClose(this: Duplex): void {
  const session = sessionOf(this);
  if (session === undefined) return;
  const error = session.connecting ? new ERR_SOCKET_CLOSED() : undefined;
  for (const stream of session._streams.values()) if (!stream.destroyed && !stream._isWhole()) stream._onConnectionLost();
  for (const stream of session._pendingStreams.values()) stream.close(NGHTTP2_CANCEL);
  session._closed = true;
  if (!session.destroyed) closeSession(session, NGHTTP2_NO_ERROR, error, true);
}

function duplexOnEnd(this: Duplex): void {
  const finish = (): void => {
    if (!this.destroyed) this.destroy();
  };
  if (this.writableFinished) setImmediate(finish);
  else this.end(finish);
}
