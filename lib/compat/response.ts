import type { Stream } from 'node:stream';
import { kind } from '../builtin.js';
import { afterCall } from '../deferrals.js';
import { ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_INVALID_STREAM, ERR_STREAM_WRITE_AFTER_END } from '../errors/index.js';
import type { HeadersObject } from '../headers/header-types.js';
import type { CompatEvent } from '../stream/interfaces.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { validateFunction } from '../validate.js';
import { addHead, type GivenHeaders } from './head.js';
import { warnOfStatusMessage } from './header-rules.js';
import { checkInformational, earlyHints, inform } from './informational.js';
import type { Http2ServerRequest } from './request.js';
import { ResponseFields } from './response-fields.js';
import { socketOf } from './socket-proxy.js';
import { follow, requestOf, responseOf } from './stream-events.js';

type Callback = (error?: Error | null) => void;

/** A response as `node:http` would have it: `http.ServerResponse` over a stream of HTTP/2. */
export class Http2ServerResponse extends ResponseFields {
  declare writable: boolean;
  /** The request that this answers; null for one that was pushed. */
  declare req: Http2ServerRequest | null;
  /** @internal The stream is closed. */ declare _closed: boolean;
  /** @internal `end` was called. */ declare _ending: boolean;
  /** @internal `end` has a chunk that is still to be written. */ declare _lastChunk: boolean;
  /** @internal `destroy` was called. */ declare _destroyed: boolean;
  /** @internal What `stream.headRequest` was when `end` was called. */ declare _headRequest: boolean;
  /** @internal 'drain' of the stream is passed on. */ declare _drains: boolean;

  constructor(stream: ServerHttp2Stream, options?: ConstructorParameters<typeof Stream>[0]) {
    super(stream, options);
    this._closed = false;
    this._ending = false;
    this._lastChunk = false;
    this._destroyed = false;
    this._headRequest = false;
    this._drains = false;
    this.writable = true;
    this.req = requestOf(stream);
    follow(stream);
    stream._response = this;
  }

  /** Only for those who ask, as they do of `http.ServerResponse`, whether there is one. */
  get _header(): boolean {
    return this.headersSent;
  }

  get writableEnded(): boolean {
    return this._ending;
  }

  get finished(): boolean {
    return this._ending;
  }

  /** The connection's socket through a proxy, undefined once the stream is closed. */
  get socket(): object | undefined {
    return this._closed ? undefined : socketOf(this._stream);
  }

  get connection(): object | undefined {
    return this.socket;
  }

  get stream(): ServerHttp2Stream {
    return this._stream;
  }

  get writableCorked(): number {
    return this._stream.writableCorked;
  }

  get writableHighWaterMark(): number {
    return this._stream.writableHighWaterMark;
  }

  get writableObjectMode(): boolean {
    return this._stream.writableObjectMode;
  }

  get writableFinished(): boolean {
    return this._stream.writableFinished;
  }

  get writableLength(): number {
    return this._stream.writableLength;
  }

  get writableNeedDrain(): boolean {
    return this._stream.writableNeedDrain;
  }

  flushHeaders(): void {
    if (!this._closed && !this._stream.headersSent) this.writeHead(this._statusCode);
  }

  /**
   * Sends the headers. `statusMessage` is ignored.
   *
   * @throws ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_STATUS_INVALID, and what `setHeader` throws
   */
  writeHead(statusCode: number, headers?: GivenHeaders): this;
  writeHead(statusCode: number, statusMessage?: string, headers?: GivenHeaders): this;
  writeHead(statusCode: number, statusMessage?: string | GivenHeaders, headers?: GivenHeaders): this {
    const stream = this._stream;
    if (this._closed || stream.destroyed || stream._closed) return this;
    if (stream.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
    if (typeof statusMessage === 'string') warnOfStatusMessage();
    else if (headers === undefined) headers = statusMessage;
    if (typeof headers === 'object' && headers !== null) addHead(this, headers);
    this._statusCode = statusCode;
    this.respond();
    return this;
  }

  private respond(): void {
    const stream = this._stream;
    const headers = this._headers;
    headers[':status'] = this._statusCode;
    const trailersMayFollow = !this._ending || this._trailers !== null || stream.listenerCount('wantTrailers') > 0;
    stream.respond(headers, {
      endStream: this._ending && !this._lastChunk && !trailersMayFollow,
      waitForTrailers: trailersMayFollow,
      sendDate: this._sendDate,
    });
  }

  cork(): void {
    this._stream.cork();
  }

  uncork(): void {
    this._stream.uncork();
  }

  /** @returns false if `'drain'` should be waited for */
  write(chunk: string | Uint8Array, callback?: Callback): boolean;
  write(chunk: string | Uint8Array, encoding?: BufferEncoding, callback?: Callback): boolean;
  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = 'utf8';
    }
    if (this._ending || this._closed) {
      const error = this._ending ? new ERR_STREAM_WRITE_AFTER_END() : new ERR_HTTP2_INVALID_STREAM();
      if (typeof callback === 'function') afterCall(callback, error);
      this.destroy(error);
      return false;
    }
    if (this._destroyed) return false;

    const stream = this._stream;
    if (!stream.headersSent) {
      this.writeHead(this._statusCode);
      if (!stream.headersSent) {
        // The client is gone, and the stream is about to be.
        if (typeof callback === 'function') afterCall(callback, new ERR_HTTP2_INVALID_STREAM());
        return false;
      }
    }
    const room = stream.write(chunk, encoding as BufferEncoding, callback);
    if (!room && !this._drains) {
      this._drains = true;
      stream.on('drain', onDrain);
    }
    return room;
  }

  /** @param callback called at `'finish'` */
  end(callback?: () => void): this;
  end(chunk: string | Uint8Array | null | undefined, callback?: () => void): this;
  end(chunk: string | Uint8Array | null | undefined, encoding?: BufferEncoding, callback?: () => void): this;
  end(
    chunk?: string | Uint8Array | null | (() => void), encoding?: BufferEncoding | (() => void), callback?: () => void,
  ): this {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = null;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = 'utf8';
    }
    const stream = this._stream;
    if ((this._closed || this._ending) && this._headRequest === stream.headRequest) {
      if (typeof callback === 'function') afterCall(callback);
      return this;
    }
    if (chunk !== null && chunk !== undefined && !this.canEndWith(chunk)) {
      this.write(chunk, encoding as BufferEncoding);
      chunk = null;
    }

    const last = chunk !== null && chunk !== undefined;
    this._headRequest = stream.headRequest;
    this._ending = true;
    this._lastChunk = last;
    if (typeof callback === 'function') (stream.writableEnded ? this : stream).once('finish', callback);
    if (!stream.headersSent) this.writeHead(this._statusCode);
    else if (this._trailers === null) stream._skipTrailers();

    if (this._closed || stream.destroyed) this.onClose();
    // Without headers the client is gone and the stream about to be; without a body it has ended already.
    else if (stream.headersSent && !stream.writableEnded) {
      if (last) stream.end(chunk, encoding as BufferEncoding);
      else stream.end();
    }
    return this;
  }

  /** Whether a last chunk may go with the end: no other way of writing has been put in place, and it can be written. */
  private canEndWith(chunk: unknown): boolean {
    return this.write === ownWrite && !this._closed && !this._destroyed &&
      (typeof chunk === 'string' || chunk instanceof Uint8Array);
  }

  destroy(error?: Error): this {
    if (!this._destroyed) {
      this._destroyed = true;
      this._stream.destroy(error);
    }
    return this;
  }

  /** As `stream.setTimeout`; does nothing once the stream is closed. */
  setTimeout(msecs: number, callback?: () => void): this {
    if (!this._closed) this._stream.setTimeout(msecs, callback);
    return this;
  }

  /**
   * Promises a further response (RFC 9113, section 8.4).
   *
   * @param headers of the request that it answers
   */
  createPushResponse(
    headers: HeadersObject, callback: (error: Error | null, response?: Http2ServerResponse) => void,
  ): void {
    validateFunction(callback, 'callback');
    const stream = this._stream;
    if (this._closed || stream.destroyed || stream._closed) {
      afterCall(callback, new ERR_HTTP2_INVALID_STREAM());
      return;
    }
    stream.pushStream(headers, {}, (error, pushed) => {
      if (error) callback(error);
      else callback(null, new Http2ServerResponse(pushed!));
    });
  }

  /**
   * Sends an informational response before the response itself.
   *
   * @param statusCode 100 to 199, not 101
   * @returns false if it is too late
   * @throws ERR_HTTP2_STATUS_INVALID, ERR_INVALID_ARG_TYPE
   */
  writeInformation(statusCode: number, headers?: HeadersObject): boolean {
    checkInformational(statusCode);
    return !this._closed && inform(this._stream, statusCode, headers);
  }

  writeContinue(): boolean {
    return this.writeInformation(100);
  }

  /** Sends a 103 with a Link field and what else the hints have (RFC 8297). */
  writeEarlyHints(hints: HeadersObject): boolean {
    const headers = earlyHints(hints);
    return headers !== undefined && this.writeInformation(103, headers);
  }

  /** @internal */
  _onCompatEvent(event: CompatEvent): void {
    if (event === 'close') this.onClose();
    else if (event === 'timeout') this.emit('timeout');
  }

  private onClose(): void {
    const stream = this._stream;
    // The answer to HEAD has ended by itself: it is finished when `end` is called.
    if (stream._response !== this || stream.headRequest !== this._headRequest) return;
    this._closed = true;
    stream._proxySocket = null;
    stream._response = null;
    this.emit('finish');
    this.emit('close');
  }
}

const ownWrite = Http2ServerResponse.prototype.write;

function onDrain(this: ServerHttp2Stream): void {
  responseOf(this)?.emit('drain');
}

Object.defineProperty(Http2ServerResponse.prototype, kind, { value: 'Http2ServerResponse' });
