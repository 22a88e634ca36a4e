// The door to lib/errors/: every error class of the library.

export * from './errors/general.js';
export * from './errors/http2.js';
export { NghttpError, nghttp2ErrorString, setNghttp2ErrorString } from './errors/nghttp2.js';
export type { CodedError, CodedErrorClass } from './errors/node-error.js';
