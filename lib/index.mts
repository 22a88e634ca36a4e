import duetto from './index.js';

// By hand, and not `export *`: what an ES module can see in a CommonJS one depends on how that was written. A test
// holds the list against the CommonJS entry and against `node:http2`.

export const {
  connect,
  constants,
  createSecureServer,
  createServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  Http2ServerRequest,
  Http2ServerResponse,
  nghttp2,
  performServerHandshake,
  sensitiveHeaders,
} = duetto;

export type Http2ServerRequest = InstanceType<typeof duetto.Http2ServerRequest>;
export type Http2ServerResponse = InstanceType<typeof duetto.Http2ServerResponse>;

export default duetto;
