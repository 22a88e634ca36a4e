import { deprecate, format, inspect } from 'node:util';
import { native } from '../binding/load.js';
import { StreamStateField } from '../binding/records.js';
import { setIdleTimeout } from '../connection/idle-timer.js';
import { constants } from '../constants.js';
import { afterCall } from '../deferrals.js';
import { ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_TRAILERS_ALREADY_SENT, ERR_HTTP2_TRAILERS_NOT_READY } from '../errors/index.js';
import { BlockKind, encodeHeaders } from '../headers/encode.js';
import type { HeadersObject } from '../headers/header-types.js';
import { toObject } from '../headers/prepare-request.js';
import { hasListeners } from '../node-internals/listeners.js';
import { inspectedStates } from '../node-internals/stream-states.js';
import { assertIsObject, validateFunction, validateInteger } from '../validate.js';
import { EndingStream, Reset } from './ending-stream.js';
import type { StreamSession } from './interfaces.js';
import { type Priority, type PriorityOptions, preparePriority } from './priority.js';
import { headersAreSent, isReleased, Sending, sendingAfter, SendingInput } from './stream-state.js';

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

const { NGHTTP2_NO_ERROR } = constants;
const UINT32 = 2 ** 32 - 1;

const stateNumbers = new Float64Array(StreamStateField.Count);

/** A stream of a session (RFC 9113, section 5). Made by sessions, not by users. */
export class Http2Stream extends EndingStream {
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

function goOnAfterThrow(stream: Http2Stream): void {
  if (stream.destroyed) return;
  while (stream.readableFlowing === true && stream.read() !== null);
  if (!stream.destroyed) stream._maybeDestroy();
}

