import { Stream } from 'node:stream';
import { ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_INFO_STATUS_NOT_ALLOWED, ERR_HTTP2_STATUS_INVALID } from '../errors/index.js';
import type { FieldTraits } from '../headers/fields.js';
import type { HeadersObject } from '../headers/header-types.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { checkHeader, isPlain, nameError, nameGiven, warnOfStatusMessage } from './header-rules.js';
import { responseOf } from './stream-events.js';

/** Keys without a prototype: unlike `Object.create(null)` this is no hash table to V8. */
const HeaderStore = function HeaderStore() {} as unknown as new () => HeadersObject;
HeaderStore.prototype = Object.create(null);

/** What a response says before and after its body, until it is sent: status, header and trailer fields. */
export abstract class ResponseFields extends Stream {
  /** @internal */ declare _stream: ServerHttp2Stream;
  /** @internal By names in lower case. */ declare _headers: HeadersObject;
  /** @internal */ declare _trailers: HeadersObject | null;
  /** @internal */ declare _statusCode: number;
  /** @internal */ declare _sendDate: boolean;

  constructor(stream: ServerHttp2Stream, options?: ConstructorParameters<typeof Stream>[0]) {
    super(options);
    this._stream = stream;
    this._headers = new HeaderStore();
    this._trailers = null;
    this._statusCode = 200;
    this._sendDate = true;
  }

  abstract destroy(error?: Error): this;

  get headersSent(): boolean {
    return this._stream.headersSent;
  }

  /** Whether a Date field is added if there is none. Default true. */
  get sendDate(): boolean {
    return this._sendDate;
  }

  set sendDate(send: boolean) {
    this._sendDate = Boolean(send);
  }

  get statusCode(): number {
    return this._statusCode;
  }

  /** @throws ERR_HTTP2_INFO_STATUS_NOT_ALLOWED for 1xx, ERR_HTTP2_STATUS_INVALID outside of 200 to 599 */
  set statusCode(code: number) {
    code |= 0;
    if (code >= 100 && code < 200) throw new ERR_HTTP2_INFO_STATUS_NOT_ALLOWED();
    if (code < 100 || code > 599) throw new ERR_HTTP2_STATUS_INVALID(code);
    this._statusCode = code;
  }

  get statusMessage(): string {
    warnOfStatusMessage();
    return '';
  }

  set statusMessage(_message: string) {
    warnOfStatusMessage();
  }

  /** Sets a field that is sent after the body; too late after `end`. */
  setTrailer(name: string, value: unknown): void {
    const traits = nameGiven(name);
    if (!isPlain(traits, value) && !checkHeader(traits, value)) return;
    if (this._trailers === null) {
      this._trailers = Object.create(null) as HeadersObject;
      this._stream.on('wantTrailers', sendTrailers);
    }
    this._trailers[traits.lower] = value;
  }

  addTrailers(headers: HeadersObject): void {
    for (const name of Object.keys(headers)) this.setTrailer(name, headers[name]);
  }

  getHeader(name: string): unknown {
    return this._headers[nameGiven(name).lower];
  }

  getHeaderNames(): string[] {
    return Object.keys(this._headers);
  }

  /** A copy without a prototype. */
  getHeaders(): HeadersObject {
    return Object.assign(Object.create(null) as HeadersObject, this._headers);
  }

  hasHeader(name: string): boolean {
    return Object.hasOwn(this._headers, nameGiven(name).lower);
  }

  /** Removing `date` keeps it from being added. */
  removeHeader(name: string): void {
    const { lower } = nameGiven(name);
    if (this._stream.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
    if (lower === 'date') this._sendDate = false;
    else delete this._headers[lower];
  }

  setHeader(name: string, value: unknown): void {
    const traits = nameGiven(name);
    if (this._stream.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
    if (this._accepts(traits, value)) this._headers[traits.lower] = value;
  }

  /** Adds a value to those that a field has. */
  appendHeader(name: string, value: unknown): void {
    const traits = nameGiven(name);
    if (this._stream.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
    if (!this._accepts(traits, value)) return;
    const existing = this._headers[traits.lower];
    this._headers[traits.lower] = existing ? [existing, value].flat() : value;
  }

  /** @internal Whether a field may be set. Its name may still be a reason to end the stream, as in Node. */
  _accepts(traits: FieldTraits, value: unknown): boolean {
    if (isPlain(traits, value)) return true;
    if (!checkHeader(traits, value)) return false;
    const error = nameError(traits);
    if (error !== undefined) this.destroy(error);
    return true;
  }
}

function sendTrailers(this: ServerHttp2Stream): void {
  const trailers = responseOf(this)?._trailers;
  if (trailers) this.sendTrailers(trailers);
  else this.sendTrailers({});
}
