import type * as builtin from 'node:http2';
import type * as api from './api.js';
import { native } from './binding/load.js';
import { Http2ServerRequest } from './compat/request.js';
import { Http2ServerResponse } from './compat/response.js';
import { constants } from './constants.js';
import type { Engine as EngineHere } from './engine/instances.js';
import { setNghttp2ErrorString } from './errors/index.js';
import { nghttp2 } from './nghttp2.js';
import type * as observed from './observe/types.js';
import { sensitiveHeaders } from './symbols.js';
import { validateInteger } from './validate.js';

setNghttp2ErrorString(native.errorString);

// What serves and what connects is loaded when it is first called: most programs need one of them, and those that only
// pass the module on need neither. Node's net and tls come with them.
const client = (): typeof import('./client/connect.js') => require('./client/connect.js');
const servers = (): typeof import('./server/server.js') => require('./server/server.js');
const secureServers = (): typeof import('./server/secure-server.js') => require('./server/secure-server.js');
const packing = (): typeof import('./settings/pack.js') => require('./settings/pack.js');
const values = (): typeof import('./settings/values.js') => require('./settings/values.js');
const instances = (): typeof import('./engine/instances.js') => require('./engine/instances.js');
const statistics = (): typeof import('./observe/stats.js') => require('./observe/stats.js');

function connect(authority: never, options: never, listener: never): unknown {
  return client().connect(authority, options, listener);
}

Object.defineProperty(connect, Symbol.for('nodejs.util.promisify.custom'), {
  // Under this name, as `connect` itself.
  value: { connect: (authority: never, options: never) => client().connected(authority, options) }.connect,
});

function createServer(options: never, requestListener: never): unknown {
  return servers().createServer(options, requestListener);
}

function createSecureServer(options: never, requestListener: never): unknown {
  return secureServers().createSecureServer(options, requestListener);
}

function performServerHandshake(socket: never, options = undefined as never): unknown {
  return servers().performServerHandshake(socket, options);
}

function getDefaultSettings(): unknown {
  return values().getDefaultSettings();
}

function getPackedSettings(settings: never): unknown {
  return packing().getPackedSettings(settings);
}

function getUnpackedSettings(packed: never, options = undefined as never): unknown {
  return packing().getUnpackedSettings(packed, options);
}

function engine(version: string): unknown {
  return instances().engine(version);
}

function engines(): unknown {
  return instances().engines();
}

function stats(): unknown {
  return statistics().stats();
}

function setMemoryLimit(bytes: number): void {
  if (bytes !== Infinity) validateInteger(bytes, 'bytes', 1);
  native.setMemoryLimit(bytes === Infinity ? 0 : bytes);
}

// The types that users see are those of node:http2, so that typed code moves over by changing the import. The order of
// the keys is that of node:http2 too. They can be assigned to: instrumentation replaces them.
const duetto: duetto.Api = {
  connect,
  constants,
  createServer,
  createSecureServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  performServerHandshake,
  sensitiveHeaders,
  Http2ServerRequest,
  Http2ServerResponse,
  engine,
  engines,
  nghttp2,
  get PerformanceObserver() {
    const { PerformanceObserver } = require('./observe/performance-observer.js') as typeof import('./observe/performance-observer.js');
    defineObserver(PerformanceObserver);
    return PerformanceObserver;
  },
  set PerformanceObserver(value: unknown) {
    defineObserver(value);
  },
  setMemoryLimit,
  stats,
} as never;

// For the tools of this package, which record what sessions and streams emit.
Object.defineProperty(duetto, Symbol.for('duetto.classes'), {
  get: () => ({
    Http2Session: (require('./session/session.js') as typeof import('./session/session.js')).Http2Session,
    Http2Stream: (require('./stream/stream.js') as typeof import('./stream/stream.js')).Http2Stream,
  }),
});

function defineObserver(PerformanceObserver: unknown): void {
  Object.defineProperty(duetto, 'PerformanceObserver', {
    value: PerformanceObserver, writable: true, enumerable: true, configurable: true,
  });
}

declare namespace duetto {
  /** All of `node:http2`, and what duetto adds. */
  export type Api = api.Api;
  export type Engine = EngineHere;
  export type Nghttp2 = typeof nghttp2;
  export type AdditionalOptions = import('./connection/additional-options.js').AdditionalOptions;
  export type AlternativeServiceOptions = builtin.AlternativeServiceOptions;
  export type ClientHttp2Session = api.ClientHttp2Session;
  export type ClientHttp2Stream = builtin.ClientHttp2Stream;
  export type ClientSessionOptions = api.ClientSessionOptions;
  export type ClientSessionRequestOptions = builtin.ClientSessionRequestOptions;
  export type Http2SecureServer = api.Http2SecureServer;
  export type Http2Server = api.Http2Server;
  export type Http2ServerRequest = builtin.Http2ServerRequest;
  export type Http2ServerResponse = builtin.Http2ServerResponse;
  export type Http2Session = api.Http2Session;
  export type Http2Stream = builtin.Http2Stream;
  export type IncomingHttpHeaders = builtin.IncomingHttpHeaders;
  export type IncomingHttpStatusHeader = builtin.IncomingHttpStatusHeader;
  export type OutgoingHttpHeaders = builtin.OutgoingHttpHeaders;
  export type SecureClientSessionOptions = api.SecureClientSessionOptions;
  export type SecureServerOptions = api.SecureServerOptions;
  export type ServerHttp2Session = api.ServerHttp2Session;
  export type ServerHttp2Stream = builtin.ServerHttp2Stream;
  export type ServerOptions = api.ServerOptions;
  export type ServerStreamFileResponseOptions = builtin.ServerStreamFileResponseOptions;
  export type ServerStreamFileResponseOptionsWithError = builtin.ServerStreamFileResponseOptionsWithError;
  export type ServerStreamResponseOptions = builtin.ServerStreamResponseOptions;
  export type SessionState = builtin.SessionState;
  export type Settings = builtin.Settings;
  export type StreamState = builtin.StreamState;

  export type Compression = observed.Compression;
  export type FrameCounts = observed.FrameCounts;
  export type GoawayMessage = observed.GoawayMessage;
  export type Http2PerformanceEntry = observed.Http2PerformanceEntry;
  export type Http2SessionPerformanceEntry = observed.SessionEntry;
  export type Http2StreamPerformanceEntry = observed.StreamEntry;
  export type LimitDetails = observed.LimitDetails;
  export type LimitMessage = observed.LimitMessage;
  export type LimitUse = observed.LimitUse;
  export type PerformanceObserver = import('./observe/performance-observer.js').PerformanceObserver;
  export type PerformanceObserverEntryList = observed.EntryList;
  export type SessionClosedMessage = observed.SessionClosedMessage;
  export type SessionCreatedMessage = observed.SessionCreatedMessage;
  export type SessionPerformanceDetail = observed.SessionDetail;
  export type SessionStats = observed.SessionStats;
  export type SettingsMessage = observed.SettingsMessage;
  export type StreamPerformanceDetail = observed.StreamDetail;
  export type TotalStats = observed.TotalStats;
  export type Traffic = observed.Traffic;
}

export = duetto;
