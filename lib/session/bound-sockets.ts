import type { Duplex } from 'node:stream';
import { ERR_HTTP2_SOCKET_BOUND } from '../errors/index.js';
import type { Http2Session } from './session.js';

const bound = new WeakMap<Duplex, Http2Session>();

/** @throws ERR_HTTP2_SOCKET_BOUND if a session has the socket already */
export function bind(socket: Duplex, session: Http2Session): void {
  if (bound.has(socket)) throw new ERR_HTTP2_SOCKET_BOUND();
  bound.set(socket, session);
}

/** The session that owns a socket. */
export function sessionOf(socket: Duplex): Http2Session | undefined {
  return bound.get(socket);
}

/** The socket is its owner's again. */
export function unbind(socket: Duplex): void {
  bound.delete(socket);
}
