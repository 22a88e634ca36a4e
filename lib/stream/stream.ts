import type { AsyncResource } from 'node:async_hooks';
import { Duplex } from 'node:stream';
import { deprecate, format, inspect } from 'node:util';
import { type NativeSession, WriteFlag } from '../binding/contract.js';
import { native } from '../binding/load.js';
import type { Http2ServerRequest } from '../compat/request.js';
import type { Http2ServerResponse } from '../compat/response.js';
import { constants, nameForErrorCode } from '../constants.js';
import {
  ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_STREAM_ERROR, ERR_HTTP2_TRAILERS_ALREADY_SENT, ERR_HTTP2_TRAILERS_NOT_READY,
  NghttpError,
} from '../errors.js';
import { BlockKind, encodeHeaders } from '../headers/encode.js';
import { toObject } from '../headers/request.js';
import type { HeadersObject, RawHeaders } from '../headers/types.js';
import { clearIdleTimeout, setIdleTimeout } from '../idle-timer.js';
import type { Http2Session } from '../session/session.js';
import { stretch } from '../session/stretch.js';
import { assertIsObject, validateFunction, validateInteger } from '../validate.js';
import { type Priority, type PriorityOptions, preparePriority } from './priority.js';

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
 * Octets up to which a write is copied. Copying costs less than the bookkeeping for one more buffer; beyond, the
 * chunk itself is handed to the socket.
 */
const COPIED = 4096;
/** Longest string whose UTF-8 form is sure to be copied. */
const COPIED_STRING = Math.floor(COPIED / 3);

const duplexOptions = { allowHalfOpen: true, decodeStrings: false, autoDestroy: false };
const stateNumbers = new Float64Array(6);

type WriteCallback = (error?: Error | null) => void;

/** What closing does about RST_STREAM. */
const enum Reset {
  None,
  /** When what was written is sent. */
  Submit,
  /** At once. */
  Force,
}

/** Sends a body that does not come through the writable side: a file. */
export interface BodySource {
  /** What was queued has been put into frames. */
  wrote(): void;
  /** The stream is gone. */
  stop(): void;
}

/** A stream of a session (RFC 9113, section 5). Made by sessions, not by users. */
export class Http2Stream extends Duplex {
  declare timeout?: number;

  /** @internal undefined once destroyed */ _session: Http2Session | undefined;
  /** @internal */ _id: number | undefined;
  /** @internal */ _closed = false;
  /** @internal */ _aborted = false;
  /** @internal The headers of a response have come. */ _responseBegun = false;
  /** @internal The peer ended the stream without ending its message. */ _cutOff = false;
  /** @internal */ _headersSent = false;
  /** @internal */ _headRequest = false;
  /** @internal */ _waitForTrailers = false;
  /** @internal */ _trailersReady = false;
  /** @internal */ _endAfterHeaders = false;
  /** @internal The peer has sent END_STREAM. */ _remoteEnded = false;
  /** @internal The core knows that the body ends. */ _endSent = false;
  /** @internal `end` was called: the next write may be the last. */ _ending = false;
  /** @internal The user has read, or tried to. */ _didRead = false;
  /** @internal The core opens the window as data comes. */ _reading = false;
  /** @internal */ _rstCode: number = NGHTTP2_NO_ERROR;
  /** @internal */ _sentHeaders: HeadersObject | undefined;
  /** @internal */ _rawHeaders: RawHeaders | undefined;
  /** @internal */ _infoHeaders: HeadersObject[] | undefined;
  /** @internal */ _sentTrailers: HeadersObject | undefined;
  /** @internal */ _timer: NodeJS.Timeout | null = null;
  /** @internal */ _progress = 0;
  /** @internal */ _progressSeen = 0;
  /** @internal In which a client's request was made: its events run there. */ _context: AsyncResource | undefined;
  /** @internal */ _origin = '';
  /** @internal */ _bodySource: BodySource | undefined;
  /** @internal The compatibility layer's objects. */ _request: Http2ServerRequest | null = null;
  /** @internal */ _response: Http2ServerResponse | null = null;
  /** @internal */ _proxySocket: object | null = null;

  /** @internal See Dispatch. */ _toldIn = stretch.current;

  private writeCallback: WriteCallback | undefined;
  /** Length, as the writable side counts it, of the write that is being sent. */
  private inFlight = 0;
  /** Large chunks, kept until the core says where in the output they belong. */
  private external: Uint8Array[] | undefined;
  private externalOffset = 0;
  private followsEnd = false;

  /** @internal @param id undefined for a stream that has none yet */
  constructor(session: Http2Session, id: number | undefined) {
    super(duplexOptions);
    this._session = session;
    this._id = id;
    // Node's readable side would otherwise try to read by itself, and nobody could tell whether the user has.
    (this as unknown as { _readableState: { readingMore: boolean } })._readableState.readingMore = true;
    if (id === undefined) {
      // Writes wait until the stream can be sent.
      this.cork();
      session._pendingStreams.add(this);
    } else {
      session._streams.set(id, this);
    }
  }

  /** @internal The stream has got its id. */
  _init(id: number): void {
    const session = this._session!;
    session._pendingStreams.delete(this);
    session._streams.set(id, this);
    this._id = id;
    this.uncork();
    this.emit('ready');
  }

  private get core(): NativeSession | undefined {
    return this._session?._native;
  }

  /** Characters or bytes that are written and not yet sent. */
  get bufferSize(): number {
    return this.inFlight + this.writableLength;
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
  get session(): Http2Session | undefined {
    return this._session;
  }

  get headersSent(): boolean {
    return this._headersSent;
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

  // @ts-expect-error Duplex declares a property
  override get closed(): boolean {
    return this._closed;
  }

  get state(): StreamState {
    if (this.destroyed || this._id === undefined) return {};
    if (!this.core!.streamState(this._id, stateNumbers)) {
      // nghttp2 has let go of it; the reader has not.
      return {
        state: constants.NGHTTP2_STREAM_STATE_CLOSED,
        weight: 0, sumDependencyWeight: 0, localClose: 1, remoteClose: 1, localWindowSize: 0,
      };
    }
    return {
      state: stateNumbers[0]!,
      weight: stateNumbers[1]!,
      sumDependencyWeight: stateNumbers[2]!,
      localClose: stateNumbers[3]!,
      remoteClose: stateNumbers[4]!,
      localWindowSize: stateNumbers[5]!,
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
    if (this.destroyed || this.closed) throw new ERR_HTTP2_INVALID_STREAM();
    if (this._sentTrailers) throw new ERR_HTTP2_TRAILERS_ALREADY_SENT();
    if (!this._trailersReady) throw new ERR_HTTP2_TRAILERS_NOT_READY();
    assertIsObject(headers, 'headers');
    const copy: HeadersObject = Object.assign(Object.create(null) as HeadersObject, headers);
    this._touch();
    const { text, count } = encodeHeaders(copy, BlockKind.Trailers, this._session!._strictSingleValueFields);
    this._sentTrailers = copy;
    this._waitForTrailers = false;
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
    if (this.closed) return;
    if (callback !== undefined) this.once('close', callback);
    this.closeWith(code, Reset.Submit);
  }

  private closeWith(code: number, reset: Reset): void {
    this._closed = true;
    this._rstCode = code;
    clearIdleTimeout(this);
    const ending = this.writableEnded;
    if (!ending) {
      if (!this._aborted) {
        this._aborted = true;
        this.emit('aborted');
      }
      // What is given up must not look complete: no END_STREAM before the RST_STREAM.
      if (code !== NGHTTP2_NO_ERROR && reset !== Reset.None) this._endSent = true;
      this.end();
    }
    if (reset !== Reset.None) {
      if (!ending || this.writableFinished || code !== NGHTTP2_NO_ERROR || reset === Reset.Force) this.submitReset(code);
      else this.once('finish', () => this.submitReset(code));
    }
    this._publishClose();
  }

  private submitReset(code: number): void {
    if (this.pending) {
      this.push(null);
      this.once('ready', () => this.submitReset(code));
      return;
    }
    const session = this._session;
    if (session?._native === undefined) return;
    // RST_STREAM overtakes DATA, and the HEADERS of a request: what was written before goes first.
    if (this._isWriting() || session._type !== NGHTTP2_SESSION_SERVER) session._transport!.purge();
    if (session._native === undefined) return;
    session._native.reset(this._id!, code);
    session._transport!.schedule();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const session = this._session!;
    const sessionCode = session._goawayCode || session._destroyCode;
    // What closed well stays so, whatever has become of the session since.
    let code = this.closed ? this.rstCode : sessionCode;
    if (error != null) code = sessionCode || (isAbort(error) ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
    const id = this._id;
    if (!this.closed) this.closeWith(code, id !== undefined ? Reset.Force : Reset.None);
    if (!this._cutOff) this.push(null);
    if (id !== undefined) {
      session._native?.detach(id);
      session._streams.delete(id);
    } else {
      session._pendingStreams.delete(this);
    }
    this.external = undefined;
    this._bodySource?.stop();
    this._bodySource = undefined;
    const { writeCallback } = this;
    if (writeCallback !== undefined) {
      this.writeCallback = undefined;
      this.inFlight = 0;
      process.nextTick(writeCallback);
    }
    // CANCEL is how clients say that they have lost interest: 'aborted' has told that.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL)
      error = new ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] ?? code);
    this._session = undefined;
    if (session._closed) setImmediate(maybeDestroySession, session);
    if (error) this._publishError(session, error);
    callback(error);
  }

  /** @internal The core does not take a command. */
  _refused(code: number): void {
    // The peer's RST_STREAM came with the chunk that is being told: the stream hears of it next.
    if (code !== NGHTTP2_ERR_STREAM_CLOSED) this.destroy(new NghttpError(code));
  }

  /** @internal Ends a stream on which nothing more can happen. */
  _maybeDestroy(): void {
    if (!this.writableFinished) return;
    if (!this.readable && this.closed) {
      this.destroy();
      return;
    }
    // The answer is complete and the body of the request is not wanted: there is no point in receiving it. Not at
    // once, so that streams which were pushed in the meantime are announced before this one closes.
    if (!this._remoteEnded && this.headersSent && this._session?._type === NGHTTP2_SESSION_SERVER &&
        !this._waitForTrailers && !this._didRead && this.readableFlowing === null) {
      setImmediate(closeStream, this);
    }
  }

  // -- the writable side ------------------------------------------------------

  override end(...args: unknown[]): this {
    this._ending = true;
    (super.end as (...args: unknown[]) => this)(...args);
    // The write before this call turns out to have been the last: END_STREAM can still go with it.
    if (this.writeCallback !== undefined && !this._endSent && !this._waitForTrailers &&
        this.writableEnded && this.writableLength === this.inFlight) {
      this.sendEnd();
    }
    return this;
  }

  /** @internal */
  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: WriteCallback): void {
    if (this._id === undefined) {
      this.once('ready', () => this._write(chunk, encoding, callback));
      return;
    }
    if (!this.beginWrite(callback)) return;
    this.inFlight = chunk.length;
    this.finishWrite(this.queue(chunk, encoding, this.lastFlags()), callback);
    this._publishBodyChunk(false, chunk, encoding);
  }

  /** @internal */
  override _writev(chunks: Array<{ chunk: Uint8Array | string; encoding: BufferEncoding }>, callback: WriteCallback): void {
    if (this._id === undefined) {
      this.once('ready', () => this._writev(chunks, callback));
      return;
    }
    if (!this.beginWrite(callback)) return;
    this.inFlight = 0;
    for (const { chunk } of chunks) this.inFlight += chunk.length;
    const flags = this.lastFlags();
    let queued = false;
    for (let i = 0; i < chunks.length; i++) {
      const { chunk, encoding } = chunks[i]!;
      queued = this.queue(chunk, encoding, i === chunks.length - 1 ? flags : 0) || queued;
    }
    this.finishWrite(queued, callback);
    if (this._session !== undefined) this._publishBodyChunk(true, chunks, '');
  }

  private beginWrite(callback: WriteCallback): boolean {
    // Everybody who has to know has got the error that destroyed it.
    if (this.destroyed) return false;
    this._touch();
    if (!this._headersSent) this._proceed();
    if (this._session === undefined) {
      process.nextTick(callback);
      return false;
    }
    return true;
  }

  /** END_STREAM goes with this write if `end` was called and nothing else waits. */
  private lastFlags(): number {
    if (!this._ending || this.writableLength !== this.inFlight) return WriteFlag.Finish;
    this._endSent = true;
    return this._waitForTrailers ? WriteFlag.Finish | WriteFlag.End | WriteFlag.TrailersFollow
      : WriteFlag.Finish | WriteFlag.End;
  }

  /** @returns whether there was anything to queue, and a stream to queue it for */
  private queue(chunk: Uint8Array | string, encoding: BufferEncoding, flags: number): boolean {
    const core = this.core!;
    const id = this._id!;
    if (typeof chunk === 'string') {
      if (chunk.length <= COPIED_STRING && chunk.length > 0 && (encoding === 'utf8' || encoding === 'utf-8'))
        return core.writeCopy(id, chunk, chunk.length * 3, flags);
      chunk = Buffer.from(chunk, encoding);
    }
    if (chunk.length === 0) {
      if (flags !== 0) core.finishWrite(id, flags);
      return false;
    }
    if (chunk.length <= COPIED) return core.writeCopy(id, chunk, 0, flags);
    if (!core.writeExternal(id, chunk.length, flags)) return false;
    (this.external ??= []).push(chunk);
    return true;
  }

  private finishWrite(queued: boolean, callback: WriteCallback): void {
    if (queued) {
      this.writeCallback = callback;
    } else {
      this.inFlight = 0;
      process.nextTick(callback);
    }
    this._session!._transport!.schedule();
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    if (this._id === undefined) {
      this.once('ready', () => this._final(callback));
      return;
    }
    // A request that is complete ends with its answer: nghttp2 tells that by itself.
    if (!this._remoteEnded || this._closed) this.on('finish', maybeDestroyStream);
    this.sendEnd();
    callback();
    this._publishBodySent();
  }

  private sendEnd(): void {
    const session = this._session;
    if (this._endSent || session?._native === undefined) return;
    this._endSent = true;
    session._native.finishWrite(this._id!, this._waitForTrailers
      ? WriteFlag.Finish | WriteFlag.End | WriteFlag.TrailersFollow : WriteFlag.Finish | WriteFlag.End);
    session._transport!.schedule();
  }

  /** @internal */
  _prioritize({ parent, weight, exclusive, silent }: Priority): void {
    if (this.destroyed || parent === this._id) return;
    this._touch();
    this.core!.prioritize(this._id!, parent | 0, weight | 0, exclusive, silent);
    this._session!._transport!.schedule();
  }

  /** @internal Queues a piece of a body that does not come through the writable side. */
  _writeBody(chunk: Uint8Array | undefined, last: boolean): void {
    const flags = !last ? WriteFlag.Finish
      : this._waitForTrailers ? WriteFlag.Finish | WriteFlag.End | WriteFlag.TrailersFollow
        : WriteFlag.Finish | WriteFlag.End;
    if (last) this._endSent = true;
    if (chunk !== undefined && chunk.length > 0) this.queue(chunk, 'utf8', flags);
    else this.core!.finishWrite(this._id!, flags);
    this._session!._transport!.schedule();
  }

  /** @internal A body without trailers ends with its last octet, although trailers were announced. */
  _skipTrailers(): void {
    if (this.listenerCount('wantTrailers') === 0) this._waitForTrailers = false;
  }

  /** @internal All that was queued is in frames. */
  _onWrote(): void {
    this._progress++;
    if (this._bodySource !== undefined) {
      this._bodySource.wrote();
      return;
    }
    const { writeCallback } = this;
    if (writeCallback === undefined) return;
    this.writeCallback = undefined;
    this.inFlight = 0;
    if (this._context !== undefined) this._context.runInAsyncScope(writeCallback, undefined);
    else writeCallback();
  }

  /** @internal Gives the socket the next `length` octets of the chunks kept here. */
  _takeExternal(socket: Duplex, length: number): void {
    this._progress++;
    while (length > 0) {
      const chunk = this.external?.[0];
      const from = this.externalOffset;
      const part = chunk === undefined ? 0 : Math.min(length, chunk.length - from);
      if (part <= 0) {
        // Its memory was transferred away after the write. The frame's length is announced already.
        socket.write(Buffer.alloc(length));
        process.nextTick(destroyStream, this, new TypeError('A chunk was detached before it could be sent'));
        return;
      }
      socket.write(part === chunk!.length ? chunk! : chunk!.subarray(from, from + part));
      length -= part;
      if (from + part === chunk!.length) {
        this.external!.shift();
        this.externalOffset = 0;
      } else {
        this.externalOffset = from + part;
      }
    }
  }

  /** @internal */
  _onWantTrailers(): void {
    process.nextTick(wantTrailers, this);
  }

  // -- the readable side ------------------------------------------------------

  /** @internal */
  override _read(): void {
    if (this.destroyed) {
      this.push(null);
      return;
    }
    if (!this._didRead) {
      (this as unknown as { _readableState: { readingMore: boolean } })._readableState.readingMore = false;
      this._didRead = true;
    }
    if (this._id === undefined) this.once('ready', readOn);
    else this._setReading(true);
  }

  override pause(): this {
    super.pause();
    if (!this.destroyed && this._id !== undefined) this._setReading(false);
    return this;
  }

  /** @internal Whether the stream's window follows what arrives (RFC 9113, section 6.9). */
  _setReading(reading: boolean): void {
    if (this._reading === reading || this.destroyed) return;
    this._reading = reading;
    // A peer that has ended has no use for a window.
    if (this._remoteEnded) return;
    this.core!.setReading(this._id!, reading);
    if (reading) this._session!._transport!.schedule();
  }

  /** @internal */
  _onData(chunk: Buffer): void {
    if (this._timer !== null) this._timer.refresh();
    if (this.destroyed) return;
    const more = this._context !== undefined ? this._context.runInAsyncScope(pushTo, undefined, this, chunk) as boolean
      : this.push(chunk);
    if (!more) this._setReading(false);
  }

  /** @internal END_STREAM has come. */
  _onRemoteEnd(): void {
    this._remoteEnded = true;
    if (this._timer !== null) this._timer.refresh();
    if (this._context !== undefined) this._context.runInAsyncScope(endReadable, undefined, this);
    else endReadable(this);
  }

  /** @internal */
  _followEnd(): void {
    if (this.followsEnd) return;
    this.followsEnd = true;
    this.on('end', maybeDestroyStream);
  }

  /** @internal nghttp2 has closed the stream: both ends are done, or one has given up. */
  _onNativeClose(code: number): void {
    if (this._context !== undefined) this._context.runInAsyncScope(closedByCore, undefined, this, code);
    else closedByCore(this, code);
  }

  /** @internal */
  _closeWithoutReset(code: number): void {
    if (!this.closed) this.closeWith(code, Reset.None);
  }

  // -- what the kinds of streams add -------------------------------------------

  /** @internal The first write on a stream without headers. */
  _proceed(): void {}
  /** @internal A header block for an open stream. */
  _onHeaders(_event: string, _headers: unknown, _flags: number): void {}
  /** @internal */
  _publishClose(): void {}
  /** @internal */
  _publishError(_session: Http2Session, _error: Error): void {}
  /** @internal */
  _publishBodyChunk(_writev: boolean, _data: unknown, _encoding: string): void {}
  /** @internal */
  _publishBodySent(): void {}

  /** @internal */
  _touch(): void {
    if (this._timer !== null) this._timer.refresh();
    this._session?._touch();
  }

  /** @internal */
  _isWriting(): boolean {
    return this.writeCallback !== undefined || this._bodySource !== undefined;
  }

  [inspect.custom](depth: number): unknown {
    if (typeof depth === 'number' && depth < 0) return this;
    const { _readableState, _writableState } = this as unknown as Record<string, unknown>;
    return `Http2Stream ${format({
      id: this._id || '<pending>',
      closed: this.closed,
      destroyed: this.destroyed,
      state: this.state,
      readableState: _readableState,
      writableState: _writableState,
    })}`;
  }
}

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

function readOn(this: Http2Stream): void {
  this._setReading(true);
}

function pushTo(stream: Http2Stream, chunk: Buffer): boolean {
  return stream.push(chunk);
}

function endReadable(stream: Http2Stream): void {
  if (stream.readableEnded) {
    stream._maybeDestroy();
    return;
  }
  stream._followEnd();
  stream.push(null);
  if (!stream._endAfterHeaders) stream.read(0);
}

function closedByCore(stream: Http2Stream, code: number): void {
  if (stream.destroyed) return;
  // RST_STREAM(NO_ERROR) in the middle of a response: what has come so far must not pass for all (RFC 9113, section 8.1).
  const cutOff = code === NGHTTP2_NO_ERROR && stream._responseBegun && !stream._remoteEnded && !stream.closed;
  stream._remoteEnded = true;
  stream._closeWithoutReset(code);
  if (cutOff) {
    // Without 'end': pipelines and iterators report a premature close.
    stream._cutOff = true;
    if (!stream._aborted) {
      stream._aborted = true;
      stream.emit('aborted');
    }
    stream.destroy();
    return;
  }
  // A write after the end leaves an error that is yet to be emitted; 'end' will not come then.
  if (!stream.readable || stream.errored !== null || code !== NGHTTP2_NO_ERROR) {
    stream.destroy();
    return;
  }
  const unread = stream._session?._type === NGHTTP2_SESSION_SERVER && !stream._didRead && stream.readableFlowing === null;
  if (unread && stream.readableLength === 0 && stream.writableFinished && stream.listenerCount('end') === 0) {
    // Nobody has looked at the request's body, and there was none. Its end comes without the ticks that reading takes.
    const { _readableState } = stream as unknown as { _readableState: { ended: boolean; endEmitted: boolean } };
    _readableState.ended = _readableState.endEmitted = true;
    stream.destroy();
    return;
  }
  // What was received can still be read; the stream lives until then.
  stream._followEnd();
  stream.push(null);
  if (unread) stream.resume();
  else stream.read(0);
}

function wantTrailers(stream: Http2Stream): void {
  stream._trailersReady = true;
  if (stream.destroyed || stream.closed) return;
  const emitted = stream._context !== undefined
    ? stream._context.runInAsyncScope(stream.emit, stream, 'wantTrailers') : stream.emit('wantTrailers');
  if (!emitted) stream.sendTrailers({});
}

function maybeDestroyStream(this: Http2Stream): void {
  this._maybeDestroy();
}

function destroyStream(stream: Http2Stream, error: Error): void {
  stream.destroy(error);
}

function closeStream(stream: Http2Stream): void {
  stream.close();
}

function maybeDestroySession(session: Http2Session): void {
  session._maybeDestroy();
}
