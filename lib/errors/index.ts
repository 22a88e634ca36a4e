// The door to lib/errors/: every error class of the library.

export * from './general.js';
export * from './http2.js';
export { NghttpError, nghttp2ErrorString, setNghttp2ErrorString } from './nghttp2-errors.js';
export type { CodedError, CodedErrorClass } from './node-error.js';
