import { debuglog } from 'node:util';

/** Lines under NODE_DEBUG=http2. Callers check `enabled` first, so that a silent run pays nothing. */
export const debug = debuglog('http2');
