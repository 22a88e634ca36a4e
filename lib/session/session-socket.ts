import type { Duplex } from 'node:stream';
import { ERR_HTTP2_NO_SOCKET_MANIPULATION, ERR_HTTP2_SOCKET_UNBOUND } from '../errors/index.js';
import type { Http2Session } from './session.js';

/** What acts on the session instead. */
const sessionsOwn = new Set<PropertyKey>(['setTimeout', 'ref', 'unref', 'destroy']);
/** What would disturb the frames. */
const forbidden = new Set<PropertyKey>([
  'emit', 'end', 'pause', 'read', 'resume', 'write', 'setEncoding', 'setKeepAlive', 'setNoDelay',
]);

type Indexed = Record<PropertyKey, unknown>;

function socketOf(session: Http2Session): Duplex {
  if (session._socket === undefined) throw new ERR_HTTP2_SOCKET_UNBOUND();
  return session._socket;
}

const handler: ProxyHandler<Http2Session> = {
  get(session, property) {
    if (sessionsOwn.has(property)) return ((session as unknown as Indexed)[property] as Function).bind(session);
    if (forbidden.has(property)) throw new ERR_HTTP2_NO_SOCKET_MANIPULATION();
    const socket = socketOf(session);
    const value = (socket as unknown as Indexed)[property];
    return typeof value === 'function' ? value.bind(socket) : value;
  },
  set(session, property, value) {
    if (forbidden.has(property)) throw new ERR_HTTP2_NO_SOCKET_MANIPULATION();
    const target = sessionsOwn.has(property) ? session : socketOf(session);
    (target as unknown as Indexed)[property] = value;
    return true;
  },
  getPrototypeOf(session) {
    return Reflect.getPrototypeOf(socketOf(session));
  },
};

/** The socket as users see it: to look at, not to read from or write to. */
export function proxySocket(session: Http2Session): Duplex {
  return new Proxy(session, handler) as unknown as Duplex;
}
