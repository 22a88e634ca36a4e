import type { ReadableOptions } from 'node:stream';
import { kind } from '../builtin.js';
import { afterCall, inNextTurn } from '../deferrals.js';
import { ERR_INVALID_ARG_VALUE } from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { authorityOf } from '../headers/prepare-request.js';
import { LazyReadable } from '../node-internals/lazy-readable.js';
import type { CompatEvent } from '../stream/interfaces.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { validateString } from '../validate.js';
import { socketOf } from './socket-proxy.js';
import { follow, requestOf } from './stream-events.js';

// The stream outlives neither object, and its own end is not the request's.
const plainOptions: ReadableOptions = { autoDestroy: false };

/** A request as `node:http` would show it: `http.IncomingMessage` over a stream of HTTP/2. */
export class Http2ServerRequest extends LazyReadable {
  /** @internal */ declare _stream: ServerHttp2Stream;
  /** @internal */ declare _headers: IncomingHeaders;
  /** @internal */ declare _rawHeaders: string[];
  /** @internal Made when they come or are asked for. */ declare _trailers: IncomingHeaders | null;
  /** @internal */ declare _rawTrailers: string[] | null;
  /** @internal */ declare _aborted: boolean;
  /** @internal The stream is closed. */ declare _closed: boolean;
  /** @internal The stream's data comes here. */ declare _didRead: boolean;

  constructor(
    stream: ServerHttp2Stream, headers: IncomingHeaders, options: ReadableOptions | undefined, rawHeaders: string[],
  ) {
    super(options === undefined ? plainOptions : { ...plainOptions, ...options });
    this._stream = stream;
    this._headers = headers;
    this._rawHeaders = rawHeaders;
    this._trailers = null;
    this._rawTrailers = null;
    this._aborted = false;
    this._closed = false;
    this._didRead = false;
    follow(stream);
    stream._request = this;
    if (this._laidOut !== null) this._onLaidOut();
  }

  /** Whether the client gave up, or the connection broke, before the end. */
  get aborted(): boolean {
    return this._aborted;
  }

  /** Whether nothing more will come. */
  get complete(): boolean {
    return this._aborted || this._closed || this._stream.destroyed || (this._laidOut !== null && this.readableEnded);
  }

  get stream(): ServerHttp2Stream {
    return this._stream;
  }

  /** Names in lower case, pseudo-header fields included, no prototype. */
  get headers(): IncomingHeaders {
    return this._headers;
  }

  /** `[name, value, name, value, ...]` as received. */
  get rawHeaders(): string[] {
    return this._rawHeaders;
  }

  /** Empty until `'end'`. */
  get trailers(): IncomingHeaders {
    return this._trailers ??= {};
  }

  get rawTrailers(): string[] {
    return this._rawTrailers ??= [];
  }

  get httpVersionMajor(): number {
    return 2;
  }

  get httpVersionMinor(): number {
    return 0;
  }

  get httpVersion(): string {
    return '2.0';
  }

  /** The connection's socket through a proxy: reading and writing throw ERR_HTTP2_NO_SOCKET_MANIPULATION. */
  get socket(): object {
    return socketOf(this._stream);
  }

  get connection(): object {
    return this.socket;
  }

  get method(): string {
    return this._headers[':method'] as string;
  }

  set method(method: string) {
    validateString(method, 'method');
    if (method.trim() === '') throw new ERR_INVALID_ARG_VALUE('method', method);
    this._headers[':method'] = method;
  }

  /** `:authority`, else the Host field (RFC 9113, section 8.3.1). */
  get authority(): string {
    return authorityOf(this._headers) as string;
  }

  get scheme(): string {
    return this._headers[':scheme'] as string;
  }

  get url(): string {
    return this._headers[':path'] as string;
  }

  set url(url: string) {
    this._headers[':path'] = url;
  }

  /** As `stream.setTimeout`; does nothing once the stream is closed. */
  setTimeout(msecs: number, callback?: () => void): this {
    if (!this._closed) this._stream.setTimeout(msecs, callback);
    return this;
  }

  /** @internal */
  override _read(): void {
    if (this._closed) return;
    const stream = this._stream;
    if (this._didRead) {
      afterCall(resume, stream);
      return;
    }
    this._didRead = true;
    if (stream.readableEnded) {
      this.push(null);
      return;
    }
    stream.on('data', onStreamData);
    stream.on('end', onStreamEnd);
  }

  /**
   * Destroys the stream, unless an answer has begun. With an error not before the next turn: pipelines destroy what they
   * read with the error of what they write to, and their callers answer with a status.
   *
   * @internal
   */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const stream = this._stream;
    if (!this._closed) {
      if (error === null) destroyUnanswered(stream);
      else if (!leftByReader(error)) inNextTurn(destroyUnanswered, stream, error);
    }
    callback(error);
  }

  /** @internal */
  override _onLaidOut(): void {
    this.on('pause', onPause);
    this.on('resume', onResume);
    if (this._closed && this._stream._cameWhole) this.push(null);
  }

  /** @internal */
  _onCompatEvent(event: CompatEvent): void {
    switch (event) {
      case 'close':
        this.onClose();
        break;
      case 'aborted':
        if (this._closed) return;
        this._aborted = true;
        this.emit('aborted');
        break;
      case 'timeout':
        this.emit('timeout');
        break;
    }
  }

  /** @internal */
  _onTrailers(headers: object, rawHeaders: string[]): void {
    Object.assign(this.trailers, headers);
    // Not a spread: the peer decides how many there are.
    for (const text of rawHeaders) this.rawTrailers.push(text);
  }

  private onClose(): void {
    this._closed = true;
    try {
      // What did not come whole has no 'end'.
      if (this._laidOut !== null && this._stream._cameWhole) {
        this.push(null);
        // Nobody wanted the body: it runs dry, so that 'end' comes as it does in HTTP/1.
        if (!this._didRead && this.readableFlowing !== true) this.resume();
      }
    } finally {
      this._stream._proxySocket = null;
      this._stream._request = null;
      this.emit('close');
    }
  }
}

/** What Node gives to what an iterator was left by `break` or `return`: the handler goes on. */
function leftByReader(error: Error & { code?: unknown }): boolean {
  return error.name === 'AbortError' && error.code === 'ABORT_ERR';
}

function destroyUnanswered(stream: ServerHttp2Stream, error?: Error): void {
  if (!stream.headersSent) stream.destroy(error);
}

function resume(stream: ServerHttp2Stream): void {
  stream.resume();
}

function onStreamData(this: ServerHttp2Stream, chunk: unknown): void {
  const request = requestOf(this);
  if (request !== null && !request.push(chunk)) this.pause();
}

function onStreamEnd(this: ServerHttp2Stream): void {
  requestOf(this)?.push(null);
}

function onPause(this: Http2ServerRequest): void {
  this._stream.pause();
}

function onResume(this: Http2ServerRequest): void {
  this._stream.resume();
}
Object.defineProperty(Http2ServerRequest.prototype, kind, { value: 'Http2ServerRequest' });
