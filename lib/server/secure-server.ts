import { EventEmitter } from 'node:events';
import * as tls from 'node:tls';
import type { ServerHttp2Session } from '../session/server-session.js';
import type { Settings } from '../settings/values.js';
import {
  closed, closeSessions, type CommonServer, onRejection, setTimeoutOf, setUp, updateSettingsOf,
} from './common.js';
import { onConnection } from './connection.js';
import { Http1Fallback } from './http1.js';
import { type SecureServerOptions, type Complete, completeSecureOptions } from './server-options.js';
import type { RequestListener } from './server.js';

/** A server over TLS, for HTTP/1 clients too if `allowHTTP1` is set. */
export class Http2SecureServer extends tls.Server implements CommonServer {
  timeout = 0;
  /** @internal */ _options: Complete<SecureServerOptions>;
  /** @internal */ _sessions = new Set<ServerHttp2Session>();
  /** @internal */ _closing = false;
  /** @internal */ _http1: Http1Fallback | null = null;

  constructor(options?: SecureServerOptions, requestListener?: RequestListener) {
    const complete = completeSecureOptions(options);
    super(complete, onConnection as (socket: tls.TLSSocket) => void);
    this._options = complete;
    if (complete.allowHTTP1 === true) this._http1 = new Http1Fallback(this, complete);
    setUp(this, requestListener);
    this.on('tlsClientError', onTlsClientError);
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

  /** Takes no new connections and ends when all have; idle ones are closed now. */
  override close(callback?: (error?: Error) => void): this {
    super.close(callback);
    this._http1?.close();
    closeSessions(this);
    return this;
  }

  /** Closes the HTTP/1 connections that have no request. */
  closeIdleConnections(): void {
    this._http1?.closeIdleConnections();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await closed(this);
  }

  override [EventEmitter.captureRejectionSymbol](error: Error, event: string | symbol, ...args: any[]): void {
    if (onRejection(error, event, args)) return;
    super[EventEmitter.captureRejectionSymbol]!(error, event as any, ...args as []);
  }
}

/** The handshake failed, or the connection before it was over. */
function onTlsClientError(this: tls.Server, error: Error, socket: tls.TLSSocket): void {
  if (!this.emit('clientError', error, socket)) socket.destroy(error);
}

export function createSecureServer(
  options?: SecureServerOptions, requestListener?: RequestListener,
): Http2SecureServer {
  return new Http2SecureServer(options, requestListener);
}
