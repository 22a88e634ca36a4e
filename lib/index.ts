import type * as builtin from 'node:http2';
import { native } from './binding/load.js';
import { connect } from './client/connect.js';
import { Http2ServerRequest } from './compat/request.js';
import { Http2ServerResponse } from './compat/response.js';
import { constants } from './constants.js';
import { engine, engines, type Engine as EngineHere } from './engine/instances.js';
import { setNghttp2ErrorString } from './errors.js';
import { nghttp2 } from './nghttp2.js';
import { createSecureServer } from './server/secure-server.js';
import { createServer, performServerHandshake } from './server/server.js';
import { getPackedSettings, getUnpackedSettings } from './settings/pack.js';
import { getDefaultSettings } from './settings/values.js';
import { sensitiveHeaders } from './symbols.js';

setNghttp2ErrorString(native.errorString);

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
} as never;

declare namespace duetto {
  /** All of `node:http2`, and what duetto adds. */
  export type Api = typeof builtin & {
    /** The nghttp2 that is built in: its version and the patches it was built with. */
    readonly nghttp2: Nghttp2;
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
  };
  export type Engine = EngineHere;
  export type Nghttp2 = typeof nghttp2;
  export type AlternativeServiceOptions = builtin.AlternativeServiceOptions;
  export type ClientHttp2Session = builtin.ClientHttp2Session;
  export type ClientHttp2Stream = builtin.ClientHttp2Stream;
  export type ClientSessionOptions = builtin.ClientSessionOptions;
  export type ClientSessionRequestOptions = builtin.ClientSessionRequestOptions;
  export type Http2SecureServer = builtin.Http2SecureServer;
  export type Http2Server = builtin.Http2Server;
  export type Http2ServerRequest = builtin.Http2ServerRequest;
  export type Http2ServerResponse = builtin.Http2ServerResponse;
  export type Http2Session = builtin.Http2Session;
  export type Http2Stream = builtin.Http2Stream;
  export type IncomingHttpHeaders = builtin.IncomingHttpHeaders;
  export type IncomingHttpStatusHeader = builtin.IncomingHttpStatusHeader;
  export type OutgoingHttpHeaders = builtin.OutgoingHttpHeaders;
  export type SecureClientSessionOptions = builtin.SecureClientSessionOptions;
  export type SecureServerOptions = builtin.SecureServerOptions;
  export type ServerHttp2Session = builtin.ServerHttp2Session;
  export type ServerHttp2Stream = builtin.ServerHttp2Stream;
  export type ServerOptions = builtin.ServerOptions;
  export type ServerStreamFileResponseOptions = builtin.ServerStreamFileResponseOptions;
  export type ServerStreamFileResponseOptionsWithError = builtin.ServerStreamFileResponseOptionsWithError;
  export type ServerStreamResponseOptions = builtin.ServerStreamResponseOptions;
  export type SessionState = builtin.SessionState;
  export type Settings = builtin.Settings;
  export type StreamState = builtin.StreamState;
}

export = duetto;
