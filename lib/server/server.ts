import { EventEmitter } from 'node:events';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Http2ServerRequest } from '../compat/request.js';
import type { Http2ServerResponse } from '../compat/response.js';
import { ServerHttp2Session } from '../session/server-session.js';
import type { Settings } from '../settings/values.js';
import {
  closed, closeSessions, type CommonServer, onRejection, setTimeoutOf, setUp, updateSettingsOf,
} from './common.js';
import { onConnection } from './connection.js';
import { type ServerOptions, type Complete, completeOptions } from './server-options.js';

export type RequestListener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** A server without TLS. Browsers do not speak to it; proxies and other programs do. */
export class Http2Server extends net.Server implements CommonServer {
  timeout = 0;
  /** @internal */ _options: Complete<ServerOptions>;
  /** @internal */ _sessions = new Set<ServerHttp2Session>();
  /** @internal */ _closing = false;
  /** @internal */ _http1 = null;

  constructor(options?: ServerOptions, requestListener?: RequestListener) {
    const complete = completeOptions(options);
    super(complete, onConnection as (socket: net.Socket) => void);
    this._options = complete;
    setUp(this, requestListener);
  }

  /** Milliseconds without activity after which sessions emit 'timeout', or are destroyed if nobody listens. */
  setTimeout(msecs?: number, callback?: () => void): this {
    setTimeoutOf(this, msecs, callback);
    return this;
  }

  /**
   * Changes the settings of sessions to come.
   *
   * @throws ERR_HTTP2_INVALID_SETTING_VALUE, ERR_INVALID_ARG_TYPE
   */
  updateSettings(settings: Settings): void {
    updateSettingsOf(this, settings);
  }

  /** Takes no new connections and ends when all sessions have; idle ones are closed now. */
  override close(callback?: (error?: Error) => void): this {
    super.close(callback);
    closeSessions(this);
    return this;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await closed(this);
  }

  override [EventEmitter.captureRejectionSymbol](error: Error, event: string | symbol, ...args: any[]): void {
    if (onRejection(error, event, args)) return;
    super[EventEmitter.captureRejectionSymbol]!(error, event as any, ...args as []);
  }
}

export function createServer(requestListener?: RequestListener): Http2Server;
export function createServer(options: ServerOptions, requestListener?: RequestListener): Http2Server;
export function createServer(
  options?: ServerOptions | RequestListener, requestListener?: RequestListener,
): Http2Server {
  return typeof options === 'function' ? new Http2Server({}, options) : new Http2Server(options, requestListener);
}

/** Makes a server's session over a connection that no server of this module has accepted. */
export function performServerHandshake(socket: Duplex, options: ServerOptions = {}): ServerHttp2Session {
  return new ServerHttp2Session(completeOptions(options), socket, undefined);
}
