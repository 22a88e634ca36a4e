import { deprecate, format, inspect } from 'node:util';
import { native } from '../binding/load.js';
import { StreamStateField } from '../binding/records.js';
import { setTimeout } from '../clock.js';
import { clearIdleTimeout, setIdleTimeout } from '../connection/idle-timer.js';
import { tellLimit } from '../connection/limits.js';
import { constants, nameForErrorCode } from '../constants.js';
import { afterCall, afterFrames } from '../deferrals.js';
import {
  ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_STREAM_CANCEL, ERR_HTTP2_STREAM_ERROR, ERR_HTTP2_TRAILERS_ALREADY_SENT, ERR_HTTP2_TRAILERS_NOT_READY,
  NghttpError,
} from '../errors/index.js';
import { BlockKind, encodeHeaders } from '../headers/encode.js';
import type { HeadersObject } from '../headers/header-types.js';
import { toObject } from '../headers/prepare-request.js';
import { hasListeners } from '../node-internals/listeners.js';
import { inspectedStates } from '../node-internals/stream-states.js';
import { assertIsObject, validateFunction, validateInteger } from '../validate.js';
import type { StreamSession } from './interfaces.js';
import { type Priority, type PriorityOptions, preparePriority } from './priority.js';
import { ReadableSide } from './readable-side.js';
import {
  bodyIsEnded, closingAfter, ClosingInput, headersAreSent, isClosedByPeer, isReleased, peerIsDone, Receiving, receivingAfter, ReceivingInput,
  Sending, sendingAfter, SendingInput, trailersFollow,
} from './stream-state.js';

/** RFC 9113, section 5.1, as nghttp2 sees the stream. */
export interface StreamState {
  localWindowSize?: number;
  /** One of `constants.NGHTTP2_STREAM_STATE_*`. */
  state?: number;
  localClose?: number;
  remoteClose?: number;
  sumDependencyWeight?: number;
  weight?: number;
}

const { NGHTTP2_CANCEL, NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } = constants;
const UINT32 = 2 ** 32 - 1;

/**
 * Milliseconds by which a response that is complete before its request precedes RST_STREAM(NO_ERROR). Some clients, curl 7.88 among
 * them, drop a response that they read together with the reset. A request that ends in the meantime needs no reset.
 */
const EARLY_RESPONSE_LEAD = 10;

const stateNumbers = new Float64Array(StreamStateField.Count);

/** What closing does about RST_STREAM. */
const enum Reset {
  None,
  /** When what was written is sent. */
  Submit,
  /** At once. */
  Force,
}

/** A stream of a session (RFC 9113, section 5). Made by sessions, not by users. */
export class Http2Stream extends ReadableSide {
  /** Whether it was closed, on either side. One that has ended well is not, as long as some of it is still to be read. */
  declare readonly closed: boolean;

  /** @internal The stream has got its id. */
  _onId(id: number): void {
    const session = this._session!;
    session._pendingStreams.delete(this._serial);
    session._addStream(id, this);
    this._id = id;
    this.uncork();
    this.emit('ready');
  }

  /** Every event runs in the stream's own context, whoever brings it about. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const { _context: context } = this;
    // Most events of most streams have no listener.
    if (context === undefined || !hasListeners(this, event)) return super.emit(event, ...args);
    let heard = false;
    try {
      const result = context.runInAsyncScope(super.emit as (...args: unknown[]) => boolean, this, event, ...args);
      heard = true;
      return result;
    } finally {
      // Node's streams stop where a listener throws: what is left would never be read, or the stream never end.
      if (!heard && (event === 'data' || event === 'end' || event === 'finish')) afterCall(goOnAfterThrow, this);
    }
  }

  /** Whether the peer's headers carried END_STREAM, so that no data follows. */
  get endAfterHeaders(): boolean {
    return this._endAfterHeaders;
  }

  get sentHeaders(): HeadersObject | undefined {
    if (this._sentHeaders === undefined && this._rawHeaders !== undefined) this._sentHeaders = toObject(this._rawHeaders);
    return this._sentHeaders;
  }

  get sentTrailers(): HeadersObject | undefined {
    return this._sentTrailers;
  }

  get sentInfoHeaders(): HeadersObject[] | undefined {
    return this._infoHeaders;
  }

  /** Whether the stream has no id yet. */
  get pending(): boolean {
    return this._id === undefined;
  }

  get id(): number | undefined {
    return this._id;
  }

  /** undefined once the stream is destroyed. */
  get session(): StreamSession | undefined {
    return this._session;
  }

  get headersSent(): boolean {
    return headersAreSent(this._sending);
  }

  /** Whether the peer or this side gave up before everything was sent. */
  get aborted(): boolean {
    return this._aborted;
  }

  get headRequest(): boolean {
    return this._headRequest;
  }

  /** The code that the stream was closed with (RFC 9113, section 7). */
  get rstCode(): number {
    return this._rstCode;
  }

  get state(): StreamState {
    if (this.destroyed || this._id === undefined) return {};
    if (!this.core!.streamState(this._id, stateNumbers)) {
      // Its HEADERS are yet to leave; or nghttp2 has let go of it, and the reader has not.
      const { NGHTTP2_STREAM_STATE_CLOSED, NGHTTP2_STREAM_STATE_IDLE } = constants;
      const over = Number(isReleased(this._closing));
      return {
        state: over ? NGHTTP2_STREAM_STATE_CLOSED : NGHTTP2_STREAM_STATE_IDLE,
        weight: 0, sumDependencyWeight: 0, localClose: over, remoteClose: over, localWindowSize: 0,
      };
    }
    return {
      state: stateNumbers[StreamStateField.State]!,
      weight: stateNumbers[StreamStateField.Weight]!,
      sumDependencyWeight: stateNumbers[StreamStateField.SumDependencyWeight]!,
      localClose: stateNumbers[StreamStateField.LocalClose]!,
      remoteClose: stateNumbers[StreamStateField.RemoteClose]!,
      localWindowSize: stateNumbers[StreamStateField.LocalWindowSize]!,
    };
  }

  setTimeout(msecs: number, callback?: () => void): this {
    return setIdleTimeout(this, msecs, callback);
  }

  /**
   * Signals a priority of RFC 7540, where the linked nghttp2 still does (before 1.65); else nothing.
   *
   * @deprecated RFC 9113, section 5.3, has no priorities
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_INVALID_ARG_TYPE
   */
  declare priority: (options?: PriorityOptions) => void;

  /**
   * Sends trailers and ends the stream; to be called in 'wantTrailers' or after.
   *
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_TRAILERS_ALREADY_SENT, ERR_HTTP2_TRAILERS_NOT_READY
   */
  sendTrailers(headers: HeadersObject): void {
    if (this.destroyed || this._closed) throw new ERR_HTTP2_INVALID_STREAM();
    if (this._sentTrailers) throw new ERR_HTTP2_TRAILERS_ALREADY_SENT();
    if (this._sending !== Sending.TrailersWanted) throw new ERR_HTTP2_TRAILERS_NOT_READY();
    assertIsObject(headers, 'headers');
    const copy: HeadersObject = Object.assign(Object.create(null) as HeadersObject, headers);
    this._touch();
    const { text, count } = encodeHeaders(copy, BlockKind.Trailers, this._session!._strictSingleValueFields);
    this._sentTrailers = copy;
    this._sending = sendingAfter(this._sending, SendingInput.Trailers);
    const result = this.core!.trailers(this._id!, text, count);
    this._session!._transport!.schedule();
    if (result < 0) this._refused(result);
    else this._maybeDestroy();
  }

  /**
   * Closes the stream with RST_STREAM, when what was written is sent if the code is NO_ERROR, else at once.
   *
   * @param callback for the 'close' event
   * @throws ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  close(code: number = NGHTTP2_NO_ERROR, callback?: () => void): void {
    validateInteger(code, 'code', 0, UINT32);
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this._closed) return;
    if (callback !== undefined) this.once('close', callback);
    this.closeWith(code, Reset.Submit);
  }

  override destroy(error?: Error): this {
    // What was written before is sent; Writable gives nothing away any more once it is destroyed.
    if (this._gathering) this._session?._transport?.release();
    return super.destroy(error);
  }

  /**
   * @param givesUp what was not ended does not end: END_STREAM would make it pass for whole
   */
  private closeWith(code: number, reset: Reset, givesUp = code !== NGHTTP2_NO_ERROR): void {
    if (this._gathering) this._session?._transport?.release();
    if (!this._closed) this._closing = closingAfter(this._closing, ClosingInput.Close);
    this._rstCode = code;
    clearIdleTimeout(this);
    const ending = this._endedBeforeClose = this.writableEnded;
    const atOnce = !ending || this.writableFinished || givesUp || reset === Reset.Force;
    // RST_STREAM is submitted before any listener is called, since a listener may destroy the stream.
    if (reset !== Reset.None && atOnce) {
      if (!ending && !givesUp) this.endWritten();
      this.submitReset(code, givesUp);
    }
    if (!ending && givesUp) this._sending = sendingAfter(this._sending, SendingInput.GiveUp);
    try {
      if (!ending) this._tellAborted();
    } finally {
      // A listener that throws does not keep the stream from closing.
      if (!ending) this.end();
      if (reset !== Reset.None && !atOnce) this.prependOnceListener('finish', () => this.submitReset(code, false));
      this._publishClose();
    }
  }

  /** @internal */
  override _tellAborted(): void {
    if (this._aborted) return;
    this._aborted = true;
    const { _request: request } = this;
    try {
      if (request !== null) this._context!.runInAsyncScope(request._onCompatEvent, request, 'aborted');
    } finally {
      this.emit('aborted');
    }
  }

  private submitReset(code: number, givesUp: boolean): void {
    if (this.pending) {
      // Nothing of it was sent, and the connection may never be established.
      afterCall(destroyStream, this);
      return;
    }
    const session = this._session;
    if (session?._native === undefined || isReleased(this._closing)) return;
    // The body has ended, and the trailers that were to follow do not come: it is whole without them.
    if (!givesUp && bodyIsEnded(this._sending) && trailersFollow(this._sending) && this.writableFinished) {
      this._sending = sendingAfter(this._sending, SendingInput.Trailers);
      session._native.trailers(this._id!, '', 0);
    }
    // RST_STREAM overtakes DATA and HEADERS: what was written before goes first.
    if (this._isWriting() || this.headersSent || session._type !== NGHTTP2_SESSION_SERVER) session._transport!.purge();
    if (session._native === undefined) return;
    session._native.reset(this._id!, code);
    session._transport!.holdClose();
    session._transport!.schedule();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const session = this._session!;
    const sessionCode = session._goawayCode || session._destroyCode;
    // What closed well stays so, whatever has become of the session since.
    let code = this._closed ? this.rstCode : sessionCode;
    if (error != null) code = sessionCode || (isAbort(error) ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
    const id = this._id;
    const byPeer = isClosedByPeer(this._closing) || (session.destroyed && session._endedByPeer);
    if (!this._closed) {
      // To many peers NO_ERROR is an end, whatever is missing.
      if (code === NGHTTP2_NO_ERROR && !session.destroyed && this.cutsOff) code = NGHTTP2_CANCEL;
      try {
        // A session that ends says so by GOAWAY, for all of its streams.
        this.closeWith(code, id !== undefined && !session.destroyed ? Reset.Force : Reset.None, true);
      } catch (thrown) {
        error = thrown as Error;
      }
    }
    try {
      // 'end' is for what has come whole.
      if (this._cameWhole) this.push(null);
    } catch (thrown) {
      error ??= thrown as Error;
    }
    if (id !== undefined) {
      if (!isReleased(this._closing) || this._held) session._native?.detach(id);
      session._streams.delete(id);
    } else {
      session._pendingStreams.delete(this._serial);
    }
    this.external = undefined;
    this._bodySource?.stop();
    this._bodySource = undefined;
    this._dropWrite();
    // CANCEL is how clients say that they have lost interest: 'aborted' has told that.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL)
      error = new ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] ?? code);
    if (error != null && session._refused !== undefined) tellLimit(session._refused, id, error);
    this._session = undefined;
    if (session._closed) afterFrames(maybeDestroySession, session);
    if (error) this._publishError(session, error);
    if (error && byPeer) this._beforeErrorOfPeer(session);
    callback(error);
  }

  /** A message is under way from here that has not ended. */
  private get cutsOff(): boolean {
    return headersAreSent(this._sending) && !bodyIsEnded(this._sending) && !isReleased(this._closing) && !this._headRequest;
  }

  /** @internal The peer has brought about the error that is going to be emitted. */
  _beforeErrorOfPeer(_session: StreamSession): void {}

  /** @internal The core does not take a command. */
  _refused(code: number): void {
    // The peer's RST_STREAM came with the chunk that is being told: the stream hears of it next. So does one of a session
    // that is gone.
    if (code !== NGHTTP2_ERR_STREAM_CLOSED && !this._session?.destroyed) this.destroy(new NghttpError(code));
  }

  /** @internal Ends a stream on which nothing more can happen. */
  _maybeDestroy(): void {
    if (!this.writableFinished) return;
    if (!this.readable && this._closed) {
      this.destroy();
      return;
    }
    if (this.bodyIsUnwanted) setTimeout(closeUnwanted, EARLY_RESPONSE_LEAD, this);
  }

  /** The response is complete, and nobody wants the body of the request: there is no point in receiving it (RFC 9113, section 8.1). */
  private get bodyIsUnwanted(): boolean {
    return !peerIsDone(this._receiving) && this.headersSent && this._session?._type === NGHTTP2_SESSION_SERVER &&
      !trailersFollow(this._sending) && !this._didRead && this.readableFlowing !== true && this.listenerCount('data') === 0 &&
      this.listenerCount('readable') === 0;
  }

  /** @internal */
  _closeIfUnwanted(): void {
    if (this.bodyIsUnwanted) this.close();
  }

  /** @internal The connection is gone. What it has not brought whole does not end, and a request without an answer has failed. */
  _onConnectionLost(): void {
    const wasOpen = !this._closed;
    const missing = wasOpen && !peerIsDone(this._receiving);
    this._closing = closingAfter(this._closing, ClosingInput.ConnectionLost);
    if (missing) this._receiving = receivingAfter(this._receiving, ReceivingInput.CutOff);
    try {
      if (wasOpen) this.closeWith(NGHTTP2_CANCEL, Reset.Submit);
      if (missing) this._tellAborted();
    } finally {
      if (missing && this._receiving === Receiving.Unanswered)
        this.destroy(new ERR_HTTP2_STREAM_CANCEL(new Error('The connection was closed before an answer came')));
    }
  }

  /** @internal */
  _failForPeer(code: number, error: Error): void {
    const wasOpen = !this._closed;
    this._closing = closingAfter(this._closing, ClosingInput.PeerFails);
    if (this.destroyed) return;
    if (wasOpen) this.closeWith(code, Reset.Submit);
    this.destroy(error);
  }

  /** @internal */
  _closeWithoutReset(code: number): void {
    this.closeWith(code, Reset.None);
  }

  /** @internal */
  _prioritize({ parent, weight, exclusive, silent }: Priority): void {
    if (this.destroyed || parent === this._id) return;
    this._touch();
    this.core!.prioritize(this._id!, parent | 0, weight | 0, exclusive, silent);
    this._session!._transport!.schedule();
  }

  [inspect.custom](depth: number): unknown {
    if (typeof depth === 'number' && depth < 0) return this;
    return `Http2Stream ${format({
      id: this._id || '<pending>',
      closed: this._closed,
      destroyed: this.destroyed,
      state: this.state,
      ...inspectedStates(this),
    })}`;
  }
}
// Not in the class: to its types Duplex has a property, which an accessor must not override.
Object.defineProperty(Http2Stream.prototype, 'closed', {
  configurable: true,
  get(this: Http2Stream): boolean {
    // To Node's streams (`finished()`, iterators: Node 24.20) one that is closed before its end is cut off.
    return this._closed && !this._isUnread();
  },
});
Http2Stream.prototype.priority = deprecate(
  function priority(this: Http2Stream, options?: PriorityOptions): void {
    if (this.destroyed) throw new ERR_HTTP2_INVALID_STREAM();
    if (!native.hasPriorities) return;
    const prepared = preparePriority(options);
    if (this.pending) this.once('ready', () => this._prioritize(prepared));
    else this._prioritize(prepared);
  },
  'http2Stream.priority is longer supported after priority signalling was deprecated in RFC 9113', 'DEP0194');

/** An AbortSignal's error, whoever made it. */
function isAbort(error: Error & { code?: unknown }): boolean {
  return error.name === 'AbortError' && error.code === 'ABORT_ERR';
}

function goOnAfterThrow(stream: Http2Stream): void {
  if (stream.destroyed) return;
  while (stream.readableFlowing === true && stream.read() !== null);
  if (!stream.destroyed) stream._maybeDestroy();
}

function destroyStream(stream: Http2Stream): void {
  stream.destroy();
}

function closeUnwanted(stream: Http2Stream): void {
  stream._closeIfUnwanted();
}

function maybeDestroySession(session: StreamSession): void {
  session._maybeDestroy();
}
