import { native } from './binding/load.js';
import { setNghttp2ErrorString } from './errors.js';

setNghttp2ErrorString(native.errorString);

export { connect } from './client/connect.js';
export { Http2ServerRequest } from './compat/request.js';
export { Http2ServerResponse } from './compat/response.js';
export { constants } from './constants.js';
export { createSecureServer } from './server/secure-server.js';
export { createServer, performServerHandshake } from './server/server.js';
export { sensitiveHeaders } from './symbols.js';
export { getDefaultSettings } from './settings/values.js';
export { getPackedSettings, getUnpackedSettings } from './settings/pack.js';
export { nghttp2 } from './nghttp2.js';
