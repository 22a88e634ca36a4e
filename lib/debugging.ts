import { debuglog } from 'node:util';

/** Prints as `NODE_DEBUG=http2` wants it. */
export const debug = debuglog('http2');
const { DUETTO_DEBUG } = process.env;
const asked = DUETTO_DEBUG !== undefined && DUETTO_DEBUG !== '' && DUETTO_DEBUG !== '0';

/** Whether lines are wanted: NODE_DEBUG=http2, or DUETTO_DEBUG. A silent run must pay nothing. */
export function debugging(): boolean {
  return asked || debug.enabled;
}
