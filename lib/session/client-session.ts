import { AsyncResource } from 'node:async_hooks';
import type { Duplex } from 'node:stream';
import type { SessionOptions } from '../connection/session-options.js';
import { constants } from '../constants.js';
import { afterCall } from '../deferrals.js';
import {
  AbortError, ERR_HTTP2_GOAWAY_SESSION, ERR_HTTP2_INVALID_SESSION, ERR_HTTP2_OUT_OF_STREAMS,
  ERR_HTTP2_STREAM_SELF_DEPENDENCY, NghttpError,
} from '../errors/index.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { isPayloadMeaningless } from '../headers/fields.js';
import type { EncodedBlock, HeadersObject, RawHeaders } from '../headers/header-types.js';
import { prepareRequest, type RequestDefaults } from '../headers/prepare-request.js';
import { clientChannels } from '../observe/channels.js';
import { ClientHttp2Stream } from '../stream/client-stream.js';
import { preparePriority } from '../stream/priority.js';
import { Receiving, Sending } from '../stream/stream-state.js';
import { assertIsObject, validateAbortSignal, validateBoolean } from '../validate.js';
import { Http2Session } from './session.js';

export interface RequestOptions {
  /** Whether the request has no body. Default true for GET, HEAD and DELETE. */
  endStream?: boolean | undefined;
  exclusive?: boolean | undefined;
  parent?: number | undefined;
  weight?: number | undefined;
  silent?: boolean | undefined;
  /** Whether 'wantTrailers' is emitted after the body. */
  waitForTrailers?: boolean | undefined;
  /** Aborting cancels the request with RST_STREAM code CANCEL. */
  signal?: AbortSignal | undefined;
}

/** The client's end of a connection. */
export class ClientHttp2Session extends Http2Session {
  /** @internal Where requests go by default. */
  _authority = '';
  /** @internal With its colon. */
  _protocol = '';
  /** The same for every request of the session. */
  private defaults: RequestDefaults | undefined;
  /** Requests made before the connection stood. */
  private waiting: Array<() => void> | undefined;

  /** @internal */
  constructor(options: SessionOptions, socket: Duplex) {
    super(constants.NGHTTP2_SESSION_CLIENT, options, socket);
  }

  /**
   * Makes a request. It leaves in this turn of the event loop, or when the connection stands.
   *
   * @param headers an object, or an array of names and values whose order is kept
   * @throws ERR_INVALID_ARG_TYPE, errors of the header fields. What has become of the session is told on the stream.
   */
  request(headers?: HeadersObject | RawHeaders, options?: RequestOptions): ClientHttp2Stream {
    const refusal = this.destroyed ? new ERR_HTTP2_INVALID_SESSION()
      : this.closed ? new ERR_HTTP2_GOAWAY_SESSION() : undefined;
    this._touch();
    const prepared = prepareRequest(headers, this.defaults ??= {
      authority: this._authority,
      scheme: this._protocol.slice(0, -1),
      strictSingleValueFields: this._strictSingleValueFields,
    });
    assertIsObject(options, 'options');
    const { endStream: askedEnd, waitForTrailers, signal } = options ?? {};
    const { parent, weight, exclusive } = preparePriority(options as RequestOptions | undefined);
    if (askedEnd !== undefined) validateBoolean(askedEnd, 'options.endStream');
    if (signal) validateAbortSignal(signal, 'options.signal');
    const endStream = askedEnd ?? isPayloadMeaningless(prepared.method);

    const stream = new ClientHttp2Stream(this, undefined);
    stream._sentHeaders = prepared.object;
    stream._rawHeaders = prepared.raw;
    stream._origin = `${prepared.scheme}://${prepared.authority}`;
    stream._context = new AsyncResource('PendingRequest');
    if (waitForTrailers) stream._sending = Sending.BodyThenTrailers;
    if (endStream) stream.end();
    if (signal) watch(stream, signal);

    if (refusal !== undefined) {
      afterCall(refuse, stream, refusal);
    } else if (this.connecting) {
      this.whenConnected(() => stream._context!.runInAsyncScope(submit, undefined, stream, prepared.block, endStream, parent, weight, exclusive));
    } else {
      submit(stream, prepared.block, endStream, parent, weight, exclusive);
    }
    if (clientChannels.created.hasSubscribers) clientChannels.created.publish({ stream, headers: stream.sentHeaders });
    return stream;
  }

  private whenConnected(task: () => void): void {
    if (this.waiting !== undefined) {
      this.waiting.push(task);
      return;
    }
    const waiting = this.waiting = [task];
    this.once('connect', () => {
      this.waiting = undefined;
      for (const one of waiting) one();
    });
  }

  /** @internal A promised response (RFC 9113, section 8.4). */
  override _openIncoming(
    id: number, headers: IncomingHeaders, flags: number, raw: string[], endOfStream: boolean,
  ): void {
    // A push that nobody takes would stay for good.
    if (this.listenerCount('stream') === 0) {
      this._native!.reset(id, constants.NGHTTP2_REFUSED_STREAM);
      this._native!.detach(id);
      this._transport!.schedule();
      return;
    }
    const stream = new ClientHttp2Stream(this, id);
    stream._context = new AsyncResource('HTTP2STREAM');
    if (clientChannels.created.hasSubscribers) clientChannels.created.publish({ stream, headers });
    if (clientChannels.start.hasSubscribers) clientChannels.start.publish({ stream, headers });
    if (endOfStream) {
      stream._endAfterHeaders = true;
      stream._receiving = Receiving.Ended;
      stream.push(null);
    }
    stream.end();
    stream._context.runInAsyncScope(this.emit, this, 'stream', stream, headers, flags, raw);
  }
}

function submit(
  stream: ClientHttp2Stream, { text, count }: EncodedBlock, endStream: boolean, parent: number, weight: number,
  exclusive: boolean,
): void {
  const session = stream._session;
  // Destroyed in the meantime, by whoever destroyed the session too. One that is closed still sends what was asked of it before.
  if (session === undefined || session.destroyed) return;
  const id = session._native!.request(text, count, endStream, parent | 0, weight | 0, exclusive);
  session._transport!.schedule();
  if (id > 0) {
    if (endStream) stream._sending = Sending.Ended;
    stream._onId(id);
    session._busyPoll?.asked();
    if (clientChannels.start.hasSubscribers) clientChannels.start.publish({ stream, headers: stream.sentHeaders });
    return;
  }
  if (id === constants.NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE) stream.destroy(new ERR_HTTP2_OUT_OF_STREAMS());
  else if (id === constants.NGHTTP2_ERR_INVALID_ARGUMENT) stream.destroy(new ERR_HTTP2_STREAM_SELF_DEPENDENCY());
  else session.destroy(new NghttpError(id));
}

function refuse(stream: ClientHttp2Stream, error: Error): void {
  stream._context!.runInAsyncScope(stream.destroy, stream, error);
}

function watch(stream: ClientHttp2Stream, signal: AbortSignal): void {
  const abort = (): void => {
    stream.destroy(new AbortError(undefined, { cause: signal.reason }));
  };
  if (signal.aborted) {
    abort();
    return;
  }
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', abort));
}
