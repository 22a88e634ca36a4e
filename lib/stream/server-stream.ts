import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { constants } from '../constants.js';
import { afterCall } from '../deferrals.js';
import {
  ERR_HTTP2_HEADERS_AFTER_RESPOND, ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_INVALID_INFO_STATUS, ERR_HTTP2_INVALID_STREAM,
  ERR_HTTP2_NESTED_PUSH, ERR_HTTP2_OUT_OF_STREAMS, ERR_HTTP2_PUSH_DISABLED, ERR_HTTP2_STATUS_101, NghttpError,
} from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { BlockKind, encodeHeaders } from '../headers/encode.js';
import type { EncodedBlock, HeadersObject, RawHeaders } from '../headers/header-types.js';
import { authorityOf } from '../headers/prepare-request.js';
import { prepareRawResponse, prepareResponse } from '../headers/prepare-response.js';
import { serverChannels, publishIn } from '../observe/channels.js';
import { assertIsObject, validateFunction } from '../validate.js';
import { type FileResponseOptions, respondWithDescriptor, respondWithPath } from './file-response.js';
import type { StreamSession } from './interfaces.js';
import { bodyIsEnded, Receiving, sendingAfter, SendingInput, trailersFollow } from './stream-state.js';
import { Http2Stream } from './stream.js';

export interface ResponseOptions {
  /** Whether the response has no body. */
  endStream?: boolean | undefined;
  /** Whether 'wantTrailers' is emitted after the body. */
  waitForTrailers?: boolean | undefined;
  /** Whether a `date` field is added. Default true. */
  sendDate?: boolean | undefined;
}

export interface PushOptions {
  endStream?: boolean | undefined;
  exclusive?: boolean | undefined;
  parent?: number | undefined;
}

export type PushCallback = (err: Error | null, stream?: ServerHttp2Stream, headers?: HeadersObject, flags?: number) => void;

const {
  HTTP_STATUS_NO_CONTENT, HTTP_STATUS_NOT_MODIFIED, HTTP_STATUS_RESET_CONTENT, HTTP_STATUS_SWITCHING_PROTOCOLS,
  NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE,
} = constants;
const noOptions: ResponseOptions = Object.freeze({});

/** Whether a response of this status has no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
export function hasNoBody(status: number): boolean {
  return status === HTTP_STATUS_NO_CONTENT || status === HTTP_STATUS_RESET_CONTENT || status === HTTP_STATUS_NOT_MODIFIED;
}

const enum ChannelFlag {
  Ready = 1,
  HeadersSent = 4,
  HeadRequest = 8,
  HasTrailers = 32,
}

/** A server's stream: a request that it received, or a push that it promised. */
export class ServerHttp2Stream extends Http2Stream {
  private readonly scheme: unknown;
  private readonly authority: unknown;

  /** @internal */
  constructor(session: StreamSession, id: number, headers: IncomingHeaders | HeadersObject) {
    super(session, id);
    this._context = new AsyncResource('HTTP2STREAM');
    this.scheme = headers[':scheme'];
    this.authority = authorityOf(headers);
  }

  /** Whether the peer accepts pushes. */
  get pushAllowed(): boolean {
    const session = this._session;
    return !this.destroyed && !this._closed && session !== undefined && !session.closed && !session.destroyed &&
      session.remoteSettings.enablePush === true;
  }

  /**
   * Sends the headers of the response. `headers` is an object, or an array of names and values whose order is kept.
   *
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_STATUS_INVALID, errors of the header fields
   */
  respond(headers?: HeadersObject | RawHeaders, options?: ResponseOptions): void {
    if (this.destroyed || this._closed) throw new ERR_HTTP2_INVALID_STREAM();
    if (this.headersSent) throw new ERR_HTTP2_HEADERS_SENT();
    assertIsObject(options, 'options');
    const { endStream, waitForTrailers, sendDate } = options ?? noOptions;
    const session = this._session!;
    this._touch();

    let prepared;
    if (Array.isArray(headers)) {
      prepared = prepareRawResponse(headers as RawHeaders, sendDate);
      this._rawHeaders = prepared.headers;
    } else {
      prepared = prepareResponse(headers, sendDate);
      this._sentHeaders = prepared.headers;
    }
    const block = encodeHeaders(prepared.headers, BlockKind.Response, session._strictSingleValueFields);
    this._begin(Boolean(waitForTrailers));
    if (endStream || hasNoBody(prepared.status) || this._headRequest) this.end();
    const result = this._submitResponse(block, Boolean(endStream));
    if (result < 0) this._refused(result);
    else if (serverChannels.finish.hasSubscribers)
      publishIn(this._context, serverChannels.finish, { stream: this, headers: prepared.headers, flags: this.channelFlags() });
  }

  /** What node:http2 publishes as flags of a response: its own notes on the stream. */
  private channelFlags(): number {
    return ChannelFlag.Ready | ChannelFlag.HeadersSent | (this._headRequest ? ChannelFlag.HeadRequest : 0) |
      (trailersFollow(this._sending) ? ChannelFlag.HasTrailers : 0);
  }

  /** @internal The header block of the response is going to be submitted. */
  _begin(waitForTrailers: boolean): void {
    this._sending = sendingAfter(this._sending, waitForTrailers ? SendingInput.HeadersThenTrailers : SendingInput.Headers);
  }

  /** @internal Sends a header block; without a body if that has ended already. */
  _submitResponse({ text, count }: EncodedBlock, endStream: boolean): number {
    const session = this._session!;
    const result = session._native!.respond(this._id!, text, count, endStream || (bodyIsEnded(this._sending) && !this._isWriting()));
    session._transport!.schedule();
    return result;
  }

  /** @internal */
  override _proceed(): void {
    this.respond();
  }

  /**
   * Sends an informational header block, before the response (RFC 9113, section 8.1).
   *
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_HEADERS_AFTER_RESPOND, ERR_HTTP2_STATUS_101,
   *   ERR_HTTP2_INVALID_INFO_STATUS
   */
  additionalHeaders(headers: HeadersObject): void {
    if (this.destroyed || this._closed) throw new ERR_HTTP2_INVALID_STREAM();
    if (this.headersSent) throw new ERR_HTTP2_HEADERS_AFTER_RESPOND();
    assertIsObject(headers, 'headers');
    const copy: HeadersObject = Object.assign(Object.create(null) as HeadersObject, headers);
    if (copy[':status'] != null) {
      const status = copy[':status'] = Number(copy[':status']) | 0;
      if (status === HTTP_STATUS_SWITCHING_PROTOCOLS) throw new ERR_HTTP2_STATUS_101();
      if (status < 100 || status >= 200) throw new ERR_HTTP2_INVALID_INFO_STATUS(status);
    }
    this._touch();
    const session = this._session!;
    const { text, count } = encodeHeaders(copy, BlockKind.Response, session._strictSingleValueFields);
    (this._infoHeaders ??= []).push(copy);
    const result = session._native!.inform(this._id!, text, count);
    session._transport!.schedule();
    if (result < 0) this._refused(result);
  }

  /**
   * Promises a response to a request that the client has not made (RFC 9113, section 8.4).
   *
   * @param callback gets the stream to answer on
   * @throws ERR_HTTP2_PUSH_DISABLED, ERR_HTTP2_NESTED_PUSH, ERR_INVALID_ARG_TYPE, errors of the header fields
   */
  pushStream(headers: HeadersObject, callback?: PushCallback): void;
  pushStream(headers: HeadersObject, options?: PushOptions, callback?: PushCallback): void;
  pushStream(headers: HeadersObject, options?: PushOptions | PushCallback, callback?: PushCallback): void {
    if (!this.pushAllowed) throw new ERR_HTTP2_PUSH_DISABLED();
    if (this._id! % 2 === 0) throw new ERR_HTTP2_NESTED_PUSH();
    const session = this._session!;
    this._touch();
    if (typeof options === 'function') {
      callback = options;
      options = undefined;
    }
    validateFunction(callback, 'callback');
    assertIsObject(options, 'options');
    assertIsObject(headers, 'headers');
    const promise = this.completePromise(headers);
    const headRequest = promise[':method'] === 'HEAD';
    const { text, count } = encodeHeaders(promise, BlockKind.Request, session._strictSingleValueFields);
    const id = session._native!.push(this._id!, text, count);
    session._transport!.schedule();
    if (id < 0) {
      afterCall(callback as PushCallback, pushError(id));
      return;
    }
    const stream = new ServerHttp2Stream(session, id, promise);
    stream._sentHeaders = promise;
    stream._receiving = Receiving.Ended;
    stream.push(null);
    if (options?.endStream || headRequest) stream.end();
    stream._headRequest = headRequest;
    if (serverChannels.created.hasSubscribers) serverChannels.created.publish({ stream, headers: promise });
    afterCall(announcePush, callback as PushCallback, stream, promise);
  }

  private completePromise(given: HeadersObject): HeadersObject {
    const headers: HeadersObject = Object.assign(Object.create(null) as HeadersObject, given);
    if (headers[':method'] === undefined) headers[':method'] = 'GET';
    if (authorityOf(headers) === undefined) headers[':authority'] = this.authority;
    if (headers[':scheme'] === undefined) headers[':scheme'] = this.scheme;
    if (headers[':path'] === undefined) headers[':path'] = '/';
    return headers;
  }

  /**
   * Answers with a file. The headers go out when it is opened; it is closed in any case.
   *
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_PAYLOAD_FORBIDDEN, ERR_INVALID_ARG_VALUE
   */
  respondWithFile(path: string | Buffer | URL, headers?: HeadersObject, options?: FileResponseOptions): void {
    respondWithPath(this, path, headers, options);
  }

  /**
   * Answers with what can be read from a file descriptor, which stays open.
   *
   * @throws ERR_HTTP2_INVALID_STREAM, ERR_HTTP2_HEADERS_SENT, ERR_HTTP2_PAYLOAD_FORBIDDEN, ERR_INVALID_ARG_VALUE,
   *   ERR_INVALID_ARG_TYPE
   */
  respondWithFD(fd: number | FileHandle, headers?: HeadersObject, options?: FileResponseOptions): void {
    respondWithDescriptor(this, fd, headers, options);
  }

  /** @internal */
  override _onHeaders(event: string, headers: object, _flags: number, raw: string[]): void {
    if (event === 'trailers') this._request?._onTrailers(headers, raw);
  }

  /** @internal */
  override _publishClose(): void {
    if (serverChannels.close.hasSubscribers) publishIn(this._context, serverChannels.close, { stream: this });
  }

  /** @internal Nobody has to expect that a peer goes: if nobody listens, the server is told. */
  override _beforeErrorOfPeer(session: StreamSession): void {
    afterCall(listenForServer, this, session);
  }

  /** @internal */
  override _publishError(_session: StreamSession, error: Error): void {
    if (serverChannels.error.hasSubscribers) publishIn(this._context, serverChannels.error, { stream: this, error });
  }
}

function listenForServer(stream: ServerHttp2Stream, session: StreamSession): void {
  if (stream.listenerCount('error') > 0) return;
  stream.once('error', (error) => {
    ((session as unknown as { server?: EventEmitter }).server)?.emit('streamError', error, stream);
  });
}

function pushError(code: number): Error {
  if (code === NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE) return new ERR_HTTP2_OUT_OF_STREAMS();
  if (code === NGHTTP2_ERR_STREAM_CLOSED) return new ERR_HTTP2_INVALID_STREAM();
  return new NghttpError(code);
}

function announcePush(callback: PushCallback, stream: ServerHttp2Stream, headers: HeadersObject): void {
  if (serverChannels.start.hasSubscribers) serverChannels.start.publish({ stream, headers });
  callback(null, stream, headers, 0);
}
