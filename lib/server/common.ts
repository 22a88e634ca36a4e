import * as http from 'node:http';
import type * as net from 'node:net';
import { bridge } from '../compat/attach.js';
import type { Http2ServerResponse } from '../compat/response.js';
import { exposeOptions } from '../node-internals/server-option-list.js';
import type { ServerHttp2Session } from '../session/server-session.js';
import { type Settings, validateSettings } from '../settings/values.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { assertIsObject, validateFunction } from '../validate.js';
import type { Http1Fallback } from './http1.js';
import type { SecureServerOptions, ServerOptions, Complete } from './server-options.js';

// What servers with and without TLS have in common: they extend different classes of Node.

export interface CommonServer extends net.Server {
  /** Milliseconds until a session, or HTTP/1 connection, without activity times out. 0 is never. */
  timeout: number;
  /** @internal */ _options: Complete<ServerOptions | SecureServerOptions>;
  /** @internal Sessions that are not destroyed. */ _sessions: Set<ServerHttp2Session>;
  /** @internal `close` was called. */ _closing: boolean;
  /** @internal */ _http1: Http1Fallback | null;
}

/** What both kinds of servers do once they are made. */
export function setUp(server: CommonServer, requestListener: unknown): void {
  exposeOptions(server, () => server._options);
  server.on('newListener', onNewListener);
  server.on('listening', onListening);
  if (typeof requestListener === 'function') server.on('request', requestListener as () => void);
}

/** Requests and responses are made only for those who listen to them. */
function onNewListener(this: CommonServer, event: string | symbol): void {
  if (event !== 'request') return;
  this.removeListener('newListener', onNewListener);
  this.on('stream', bridge(this, this._options));
}

function onListening(this: CommonServer): void {
  this._closing = false;
}

export function setTimeoutOf(server: CommonServer, msecs: number | undefined, callback: unknown): void {
  server.timeout = msecs ?? 0;
  if (callback === undefined) return;
  validateFunction(callback, 'callback');
  server.on('timeout', callback);
}

export function updateSettingsOf(server: CommonServer, settings: Settings): void {
  assertIsObject(settings, 'settings');
  validateSettings(settings);
  server._options.settings = { ...server._options.settings, ...settings };
}

/** Lets the sessions end: the idle ones now, the busy ones with their last stream. */
export function closeSessions(server: CommonServer): void {
  server._closing = true;
  // A session that is destroyed takes itself out of the set.
  for (const session of [...server._sessions]) session.close();
}

/** Resolves when the server has closed, at once if it was not listening. */
export function closed(server: CommonServer): Promise<void> {
  return new Promise((resolve, reject) => {
    const { listening } = server;
    server.close((error) => {
      if (error !== undefined && listening) reject(error);
      else resolve();
    });
  });
}

/**
 * A listener's promise was rejected (`captureRejections`): its client gets a 500 if that is still possible.
 *
 * @returns false if the event is none of HTTP/2
 */
export function onRejection(error: Error, event: string | symbol, args: unknown[]): boolean {
  if (event === 'stream') rejectStream(args[0] as ServerHttp2Stream, error);
  else if (event === 'request') rejectRequest(args[1] as Http2ServerResponse | http.ServerResponse);
  else return false;
  return true;
}

function rejectStream(stream: ServerHttp2Stream, error: Error): void {
  if (stream.headersSent || stream.destroyed || stream._closed) {
    stream.destroy(error);
  } else {
    stream.respond({ ':status': 500 });
    stream.end();
  }
}

function rejectRequest(response: Http2ServerResponse | http.ServerResponse): void {
  if (response.headersSent || response.finished) {
    response.destroy();
    return;
  }
  // What the handler has set so far was meant for another response.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.end(http.STATUS_CODES[500]!);
}
