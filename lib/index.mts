import duetto from './index.js';

// By hand, and not `export *`: what an ES module can see in a CommonJS one depends on how that was written. A test
// holds the list against the CommonJS entry and against `node:http2`.

export const {
  connect,
  constants,
  createSecureServer,
  createServer,
  engine,
  engines,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  Http2ServerRequest,
  Http2ServerResponse,
  nghttp2,
  performServerHandshake,
  PerformanceObserver,
  sensitiveHeaders,
  stats,
} = duetto;

export type AlternativeServiceOptions = duetto.AlternativeServiceOptions;
export type ClientHttp2Session = duetto.ClientHttp2Session;
export type ClientHttp2Stream = duetto.ClientHttp2Stream;
export type ClientSessionOptions = duetto.ClientSessionOptions;
export type ClientSessionRequestOptions = duetto.ClientSessionRequestOptions;
export type Engine = duetto.Engine;
export type Http2SecureServer = duetto.Http2SecureServer;
export type Http2Server = duetto.Http2Server;
export type Http2ServerRequest = duetto.Http2ServerRequest;
export type Http2ServerResponse = duetto.Http2ServerResponse;
export type Http2Session = duetto.Http2Session;
export type Http2Stream = duetto.Http2Stream;
export type IncomingHttpHeaders = duetto.IncomingHttpHeaders;
export type IncomingHttpStatusHeader = duetto.IncomingHttpStatusHeader;
export type OutgoingHttpHeaders = duetto.OutgoingHttpHeaders;
export type SecureClientSessionOptions = duetto.SecureClientSessionOptions;
export type SecureServerOptions = duetto.SecureServerOptions;
export type ServerHttp2Session = duetto.ServerHttp2Session;
export type ServerHttp2Stream = duetto.ServerHttp2Stream;
export type ServerOptions = duetto.ServerOptions;
export type ServerStreamFileResponseOptions = duetto.ServerStreamFileResponseOptions;
export type ServerStreamFileResponseOptionsWithError = duetto.ServerStreamFileResponseOptionsWithError;
export type ServerStreamResponseOptions = duetto.ServerStreamResponseOptions;
export type SessionState = duetto.SessionState;
export type Settings = duetto.Settings;
export type StreamState = duetto.StreamState;

export type Compression = duetto.Compression;
export type FrameCounts = duetto.FrameCounts;
export type GoawayMessage = duetto.GoawayMessage;
export type Http2PerformanceEntry = duetto.Http2PerformanceEntry;
export type LimitDetails = duetto.LimitDetails;
export type LimitMessage = duetto.LimitMessage;
export type LimitUse = duetto.LimitUse;
export type SessionClosedMessage = duetto.SessionClosedMessage;
export type SessionCreatedMessage = duetto.SessionCreatedMessage;
export type SessionPerformanceDetail = duetto.SessionPerformanceDetail;
export type SessionStats = duetto.SessionStats;
export type SettingsMessage = duetto.SettingsMessage;
export type StreamPerformanceDetail = duetto.StreamPerformanceDetail;
export type TotalStats = duetto.TotalStats;
export type Traffic = duetto.Traffic;

export default duetto;
