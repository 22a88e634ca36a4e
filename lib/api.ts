import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as builtin from 'node:http2';
import type * as net from 'node:net';
import type { Duplex } from 'node:stream';
import type * as tls from 'node:tls';
import type { AdditionalOptions } from './connection/additional-options.js';
import type { Engine } from './engine/instances.js';
import type { nghttp2 } from './nghttp2.js';
import type { PerformanceObserver } from './observe/performance-observer.js';
import type { Http2Session, LimitDetails, SessionAdditions, TotalStats } from './observe/types.js';

// The types of the public API: those of node:http2, and what duetto adds to them.

export type { Http2Session, SessionAdditions };

type ServerLimitListener =
  (limit: LimitDetails, session: ServerHttp2Session, stream: ServerHttp2Stream | undefined) => void;
type SessionListener = (session: ServerHttp2Session) => void;

/** What servers have beyond those of node:http2. */
export interface ServerAdditions {
  addListener(event: 'limit', listener: ServerLimitListener): this;
  addListener(event: 'session', listener: SessionListener): this;
  on(event: 'limit', listener: ServerLimitListener): this;
  on(event: 'session', listener: SessionListener): this;
  once(event: 'limit', listener: ServerLimitListener): this;
  once(event: 'session', listener: SessionListener): this;
  prependListener(event: 'limit', listener: ServerLimitListener): this;
  prependListener(event: 'session', listener: SessionListener): this;
  prependOnceListener(event: 'limit', listener: ServerLimitListener): this;
  prependOnceListener(event: 'session', listener: SessionListener): this;
}

export type ClientHttp2Session = SessionAdditions & builtin.ClientHttp2Session;
export type ServerHttp2Session<
  H1Request extends typeof IncomingMessage = typeof IncomingMessage,
  H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
  Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
  Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
> = SessionAdditions & builtin.ServerHttp2Session<H1Request, H1Response, Request, Response>;
export type ServerHttp2Stream = builtin.ServerHttp2Stream;

export type Http2Server<
  H1Request extends typeof IncomingMessage = typeof IncomingMessage,
  H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
  Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
  Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
> = ServerAdditions & builtin.Http2Server<H1Request, H1Response, Request, Response>;
export type Http2SecureServer<
  H1Request extends typeof IncomingMessage = typeof IncomingMessage,
  H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
  Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
  Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
> = ServerAdditions & builtin.Http2SecureServer<H1Request, H1Response, Request, Response>;

type AdditionalServerOptions = Omit<AdditionalOptions, 'busyPoll'>;

/** Options with those that node:http2 does not have (docs/limits.md). */
export type ServerOptions = builtin.ServerOptions & AdditionalServerOptions;
export type SecureServerOptions = builtin.SecureServerOptions & AdditionalServerOptions;
export type ClientSessionOptions = builtin.ClientSessionOptions & AdditionalOptions;
export type SecureClientSessionOptions = builtin.SecureClientSessionOptions & AdditionalOptions;

type ConnectListener = (session: ClientHttp2Session, socket: net.Socket | tls.TLSSocket) => void;

/** Functions of node:http2 that give what has more here. */
export interface Functions {
  connect: {
    (authority: string | URL, listener: ConnectListener): ClientHttp2Session;
    (
      authority: string | URL, options?: ClientSessionOptions | SecureClientSessionOptions,
      listener?: ConnectListener,
    ): ClientHttp2Session;
    __promisify__(
      authority: string | URL, options?: ClientSessionOptions | SecureClientSessionOptions,
    ): Promise<ClientHttp2Session>;
  };
  createServer: {
    (listener?: (request: builtin.Http2ServerRequest, response: builtin.Http2ServerResponse) => void): Http2Server;
    <
      H1Request extends typeof IncomingMessage = typeof IncomingMessage,
      H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
      Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
      Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
    >(
      options: builtin.ServerOptions<H1Request, H1Response, Request, Response> & AdditionalServerOptions,
      listener?: (request: InstanceType<Request>, response: InstanceType<Response>) => void,
    ): Http2Server<H1Request, H1Response, Request, Response>;
  };
  createSecureServer: {
    (listener?: (request: builtin.Http2ServerRequest, response: builtin.Http2ServerResponse) => void): Http2SecureServer;
    <
      H1Request extends typeof IncomingMessage = typeof IncomingMessage,
      H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
      Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
      Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
    >(
      options: builtin.SecureServerOptions<H1Request, H1Response, Request, Response> & AdditionalServerOptions,
      listener?: (request: InstanceType<Request>, response: InstanceType<Response>) => void,
    ): Http2SecureServer<H1Request, H1Response, Request, Response>;
  };
  performServerHandshake: <
    H1Request extends typeof IncomingMessage = typeof IncomingMessage,
    H1Response extends typeof ServerResponse<InstanceType<H1Request>> = typeof ServerResponse,
    Request extends typeof builtin.Http2ServerRequest = typeof builtin.Http2ServerRequest,
    Response extends typeof builtin.Http2ServerResponse<InstanceType<Request>> = typeof builtin.Http2ServerResponse,
  >(
    socket: Duplex, options?: builtin.ServerOptions<H1Request, H1Response, Request, Response> & AdditionalServerOptions,
  ) => ServerHttp2Session<H1Request, H1Response, Request, Response>;
}

/** All of `node:http2`, and what duetto adds. */
export type Api = Omit<typeof builtin, keyof Functions> & Functions & {
  /** The nghttp2 that is built in: its version and the patches it was built with. */
  readonly nghttp2: typeof nghttp2;
  /**
   * A complete `http2` module on another nghttp2, in this process; the same one each time. This module itself, if it
   * runs on that one.
   *
   * @param version such as '1.70.0', or the id of a build of your own
   * @throws ERR_DUETTO_ENGINE if it is not here: `npx duetto nghttp2 build` makes it
   */
  engine(version: string): Api;
  /** The engines that are here, by version. */
  engines(): Engine[];
  /** Node's, which gets the entries of this library's sessions and streams (type 'http2') as well. */
  readonly PerformanceObserver: typeof PerformanceObserver;
  /**
   * Bounds what all sessions of this thread use together, as `maxSessionMemory` counts it: beyond it new streams are refused, beyond
   * a quarter more the sessions that use more than the others end. Infinity, the default, is no bound.
   *
   * @param bytes from 1 to 2^53-1, or Infinity
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
   */
  setMemoryLimit(bytes: number): void;
  /** What all sessions of this thread have counted, and how they are now. */
  stats(): TotalStats;
};
