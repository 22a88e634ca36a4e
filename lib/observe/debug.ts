import { debuglog } from 'node:util';

const debug = debuglog('http2');

/** A line under NODE_DEBUG=http2. Not for what happens with every request: a silent run must pay nothing. */
export function debugSession(session: { readonly type: number }, message: string, ...values: unknown[]): void {
  if (debug.enabled) debug(`Http2Session ${session.type === 0 ? 'server' : 'client'}: ${message}`, ...values);
}
