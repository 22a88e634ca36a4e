import net = require('node:net');
import type { Duplex } from 'node:stream';
import type { NativeSession } from '../binding/contract.js';
import { clearTimeout, setTimeout } from '../clock.js';
import { cancelPing } from '../connection/acknowledgements.js';
import { clearIdleTimeout } from '../connection/idle-timer.js';
import { describeLimit, type LimitDetails } from '../connection/limits.js';
import { constants } from '../constants.js';
import { afterCall, afterFrames, afterPeerReads, inNextTurn } from '../deferrals.js';
import { ERR_HTTP2_STREAM_CANCEL, ERR_SOCKET_CLOSED } from '../errors/index.js';
import { debugSession } from '../observe/debug.js';
import { keepStats, publishClosed } from '../observe/session-events.js';
import { rethrow } from '../rethrow.js';
import type { Http2Stream } from '../stream/stream.js';
import { sessionOf, unbind } from './bound-sockets.js';
import { EndedBy, lifeAfter, LifeInput } from './session-state.js';
import type { Http2Session } from './session.js';

// The end of a session, from whichever side it comes:
//
//   close()  -> GOAWAY -> the last stream ends ----\
//   destroy(), an error, a GOAWAY with a code ------+-> streams destroyed -> GOAWAY -> socket ended -> 'close'
//   the socket closes or fails --------------------/

/** Milliseconds that a peer has to take the last GOAWAY of a session that does not end in peace. */
const FAREWELL = 2000;
/** Milliseconds that a server has to end a connection which its client has ended in peace. */
const CLIENT_FAREWELL = 1000;
/** Milliseconds after which a session closes whose connection is gone, although streams are still being read. */
const READERS_WAIT = 250;
/** Streams that are destroyed in one turn with their session: each has listeners to hear of it. */
const STREAMS_AT_ONCE = 128;
/** Milliseconds in which somebody who reads a stream whose connection is gone takes something. */
const READER_STALL = 10_000;
/** As the last stream of a GOAWAY: all that the core has received. */
const ALL_RECEIVED = -1;

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } = constants;

/** Follows a socket for as long as it lives. */
export function attach(socket: Duplex): void {
  socket.on('error', socketOnError);
  socket.on('close', socketOnClose);
  // Node's sockets end themselves when the peer has; any other Duplex has to be told.
  if (!(socket instanceof net.Socket)) socket.on('end', duplexOnEnd);
}

/** What the end of a session still waits for. */
export class SessionEnd {
  /** Streams that are still to be destroyed. */
  doomed: Http2Stream[] | undefined;
  /** What comes after them. */
  afterDoomed: (() => void) | undefined;
  /** What comes when all that was received is passed on. */
  whenPassedOn: (() => void) | undefined;
  /** What comes after the readers of streams whose connection is gone. */
  afterReaders: (() => void) | undefined;
  /** The connection, which the peer has time to end. */
  farewell: Duplex | undefined;

  /** The last stream is gone. */
  readersAreDone(): void {
    const { afterReaders: then } = this;
    this.afterReaders = undefined;
    then?.();
  }

  /** @returns whether something waited for that */
  receivedIsPassedOn(): boolean {
    const { whenPassedOn: then } = this;
    this.whenPassedOn = undefined;
    then?.();
    return then !== undefined;
  }
}

export interface Ending {
  /** Streams that are over, and that somebody is still reading, may be read to their end. */
  sparing?: boolean;
  /** After `close`, when there is nothing left to do: what waits to be sent may take its time. */
  graceful?: boolean;
}

/** @param error what the session's 'error' event is to give, if any */
export function closeSession(session: Http2Session, code: number, error: Error | undefined, { sparing = false, graceful = false }: Ending = {}): void {
  debugSession(session, 'ends with code %d and %d streams', code, session._streams.size, ...(error ? [`(${error.message})`] : []));
  const { _native: native, _socket: socket, _transport: transport } = session;
  session._life = lifeAfter(session._life, LifeInput.Destroy);
  session._destroyCode = code;
  clearIdleTimeout(session);
  session._deadlines?.end();
  // What was written goes out; what is not written yet does not.
  if (native !== undefined && session._streams.size > 0) transport!.purge();
  if (session._pendingStreams.size > 0 || session._streams.size > 0) {
    const cancel = new ERR_HTTP2_STREAM_CANCEL(error);
    for (const stream of session._pendingStreams.values()) stream.destroy(cancel);
    const doomed: Http2Stream[] = [];
    for (const stream of session._streams.values()) if (!sparing || !stream._isWhole()) doomed.push(stream);
    endOf(session).doomed = destroySome(session, doomed, error);
  }
  if (native !== undefined) {
    if (!socket!.destroyed) sayGoodbye(session, native, code, error);
    transport!.finish();
    keepStats(session, native);
    native.destroy();
    // What is still to be destroyed finds a session that takes nothing.
    const left = session._end?.doomed;
    if (left === undefined) session._native = undefined;
    else inNextTurn(destroyMore, session, left, error);
    if (session._pings.size > 0) afterFrames(cancelPings, session);
  }
  letGo(session, error, graceful);
}

/** @returns those that are left */
function destroySome(session: Http2Session, streams: Http2Stream[], error: Error | undefined): Http2Stream[] | undefined {
  for (const stream of streams.slice(0, STREAMS_AT_ONCE)) {
    if (stream.destroyed) continue;
    try {
      if (session._endedBy === EndedBy.Connection) stream._onConnectionLost();
    } catch (thrown) {
      rethrow(thrown);
    }
    stream.destroy(error);
  }
  return streams.length > STREAMS_AT_ONCE ? streams.slice(STREAMS_AT_ONCE) : undefined;
}

/** A peer that has opened thousands of streams does not stop the others by leaving. */
function destroyMore(session: Http2Session, streams: Http2Stream[], error: Error | undefined): void {
  const end = endOf(session);
  const left = end.doomed = destroySome(session, streams, error);
  if (left !== undefined) {
    inNextTurn(destroyMore, session, left, error);
    return;
  }
  session._native = undefined;
  const { afterDoomed: then } = end;
  end.afterDoomed = undefined;
  then?.();
}

/** The last GOAWAY. If a limit was passed, the peer learns which. */
function sayGoodbye(
  session: Http2Session, native: NativeSession, code: number, error: (Error & { limit?: LimitDetails }) | undefined,
): void {
  if (error?.limit !== undefined) native.explain(code, Buffer.from(describeLimit(error.limit), 'latin1'));
  // A second GOAWAY that says the same may reach a peer that has gone, and bring a reset. Requests that nobody was told
  // of were not processed: the peer may send them again.
  else if (!session._closed || code !== NGHTTP2_NO_ERROR)
    native.terminate(code, session._transport!.holdsReceived ? session._lastIncoming : ALL_RECEIVED);
}

function letGo(session: Http2Session, error: Error | undefined, graceful: boolean): void {
  const socket = session._socket;
  session._socket = undefined;
  session._proxy = undefined;
  session._onLetGo();
  if (socket === undefined || socket.destroyed) {
    if (socket !== undefined) unbind(socket);
    if (session._streams.size > 0 && session._end?.doomed === undefined) waitForReaders(session, error);
    else afterCall(emitClose, session, error);
    return;
  }
  unbind(socket);
  socket.on('close', () => {
    if (session._end !== undefined) session._end.farewell = undefined;
    emitClose(session, error);
  });
  // The peer's end has to be seen, although nobody reads any more.
  socket.resume();
  if (graceful && !session.connecting) {
    session._life = lifeAfter(session._life, LifeInput.PeerMayEnd);
    endOf(session).farewell = socket;
    session._deadlines?.watchFarewell(socket);
    // A client has had all that it asked for, whatever its peer is waiting for.
    if (session._type === NGHTTP2_SESSION_SERVER) socket.end();
    else socket.end(() => destroyAfter(socket, CLIENT_FAREWELL, undefined));
  } else if (graceful) {
    session._life = lifeAfter(session._life, LifeInput.EndSocket);
    // The connection may never be established.
    destroyAfter(socket, CLIENT_FAREWELL, undefined);
    socket.end();
  } else {
    session._life = lifeAfter(session._life, LifeInput.EndSocket);
    endSocket(socket, error);
  }
}

/** `destroy` of a session that is over already, and whose peer, or readers, take their time. */
export function hurry(session: Http2Session): void {
  const { _end: end } = session;
  if (end === undefined) return;
  if (end.afterReaders !== undefined) for (const stream of session._streams.values()) stream.destroy();
  const { farewell: socket } = end;
  end.farewell = undefined;
  if (socket === undefined || socket.destroyed) return;
  session._life = lifeAfter(session._life, LifeInput.EndSocket);
  endSocket(socket, undefined);
}

function endOf(session: Http2Session): SessionEnd {
  return session._end ??= new SessionEnd();
}

/** What is left to write waits for the peer, and a peer that does not read would keep the connection for good. */
function endSocket(socket: Duplex, error: Error | undefined): void {
  destroyAfter(socket, FAREWELL, error);
  // A moment for the peer to read the GOAWAY before it sees the reset.
  const destroy = (): void => {
    afterPeerReads(() => socket.destroy(error));
  };
  if (socket.writableFinished) destroy();
  else socket.end(destroy);
}

function destroyAfter(socket: Duplex, milliseconds: number, error: Error | undefined): void {
  const timer = setTimeout(() => socket.destroy(error), milliseconds);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** As in node:http2, the session closes after its streams; but not after some that nobody reads. */
function waitForReaders(session: Http2Session, error: Error | undefined): void {
  session._life = lifeAfter(session._life, LifeInput.ReadersRead);
  const end = endOf(session);
  const close = end.afterReaders = (): void => {
    clearTimeout(timer);
    end.afterReaders = undefined;
    emitClose(session, error);
  };
  const timer = setTimeout(() => {
    if (end.afterReaders !== close) return;
    close();
    for (const stream of session._streams.values()) if (session._type === NGHTTP2_SESSION_SERVER) giveReaderTime(stream, stream.readableLength);
  }, READERS_WAIT);
  timer.unref();
}

/** A request that came whole, was answered, and whose client has gone: it stays as long as its reader reads. */
function giveReaderTime(stream: Http2Stream, before: number): void {
  setTimeout(() => {
    if (stream.destroyed) return;
    if (stream.readableLength === before) stream.destroy();
    else giveReaderTime(stream, stream.readableLength);
  }, READER_STALL).unref();
}

function emitClose(session: Http2Session, error: Error | undefined): void {
  if (session._end?.doomed !== undefined) {
    session._end.afterDoomed = () => afterCall(emitClose, session, error);
    return;
  }
  session._life = lifeAfter(session._life, LifeInput.Over);
  session._settings.end();
  publishClosed(session, error);
  try {
    // A server's session that nobody listens to is no reason to end the process: its peer has brought this about.
    const silent = session._endedByPeer && session._type === NGHTTP2_SESSION_SERVER && session.listenerCount('error') === 0;
    if (error && !silent) session.emit('error', error);
  } finally {
    session.emit('close');
  }
}

function cancelPings(session: Http2Session): void {
  for (const callback of session._pings.cancel()) {
    try {
      cancelPing(callback);
    } catch (error) {
      rethrow(error);
    }
  }
}

function socketOnError(this: Duplex, error: Error & { code?: string; syscall?: string }): void {
  const session = sessionOf(this);
  if (session === undefined) return;
  // A peer that is gone is no error of the session, as long as only writing tells: node:http2 waits for the 'close' too.
  if (error.syscall === 'write') return;
  session._endsByPeer();
  // After a GOAWAY the peer may go as it likes.
  if (error.code === 'ECONNRESET' && session._goawayCode !== null) session.destroy();
  else session.destroy(error);
}

function socketOnClose(this: Duplex): void {
  const session = sessionOf(this);
  if (session === undefined) return;
  // What was received before is told before.
  if (!session.destroyed && session._transport?.connectionIsGone() === false) {
    endOf(session).whenPassedOn = () => socketOnClose.call(this);
    return;
  }
  const error = session.connecting ? new ERR_SOCKET_CLOSED() : undefined;
  for (const stream of session._pendingStreams.values()) {
    try {
      stream.close(NGHTTP2_CANCEL);
    } catch (thrown) {
      rethrow(thrown);
    }
  }
  session._drain();
  if (session.destroyed) return;
  session._endedBy = EndedBy.Connection;
  closeSession(session, NGHTTP2_NO_ERROR, error, { sparing: true });
}

function duplexOnEnd(this: Duplex): void {
  const finish = (): void => {
    if (!this.destroyed) this.destroy();
  };
  if (this.writableFinished) afterPeerReads(finish);
  else this.end(finish);
}
