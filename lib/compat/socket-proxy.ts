import { ERR_HTTP2_NO_SOCKET_MANIPULATION } from '../errors/index.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { requestOf } from './stream-events.js';

type Members = Record<PropertyKey, any>;

/** What a member of `request.socket` is taken from. */
const enum Source {
  /** Events and the end of life mean this request's stream, not the connection that it shares. */
  Stream,
  /** Reading or writing would break the frames of the other streams. */
  Forbidden,
  /** The idle timeout is the session's. */
  Timeout,
  Readable,
  /** A response to HEAD has no body, and is still to be written. */
  Writable,
}

const sources = new Map<PropertyKey, Source>([
  ['on', Source.Stream],
  ['once', Source.Stream],
  ['end', Source.Stream],
  ['emit', Source.Stream],
  ['destroy', Source.Stream],
  ['writable', Source.Writable],
  ['destroyed', Source.Stream],
  ['readable', Source.Readable],
  ['setTimeout', Source.Timeout],
  ['write', Source.Forbidden],
  ['read', Source.Forbidden],
  ['pause', Source.Forbidden],
  ['resume', Source.Forbidden],
]);

/** The connection's socket; once that is gone the stream stands in for it, so that nobody meets `undefined`. */
function connectionOf(stream: ServerHttp2Stream): Members {
  return stream._connection._socket ?? stream;
}

function boundTo(owner: Members, property: PropertyKey): unknown {
  const value: unknown = owner[property];
  return typeof value === 'function' ? value.bind(owner) : value;
}

const handler: ProxyHandler<ServerHttp2Stream> = {
  has(stream, property) {
    return property in stream || property in connectionOf(stream);
  },

  get(stream, property) {
    switch (sources.get(property)) {
      case Source.Stream:
        return boundTo(stream, property);
      case Source.Readable:
        return !stream.destroyed && (requestOf(stream) ?? stream).readable;
      case Source.Writable:
        return stream.writable || (stream.headRequest && !stream.headersSent && !stream.destroyed && !stream._closed);
      case Source.Timeout:
        return boundTo(stream.session ?? stream, property);
      case Source.Forbidden:
        throw new ERR_HTTP2_NO_SOCKET_MANIPULATION();
      default:
        return boundTo(connectionOf(stream), property);
    }
  },

  set(stream, property, value) {
    let owner: Members;
    switch (sources.get(property)) {
      case Source.Stream:
      case Source.Readable:
      case Source.Writable:
        owner = stream;
        break;
      case Source.Timeout:
        owner = stream.session ?? stream;
        break;
      case Source.Forbidden:
        throw new ERR_HTTP2_NO_SOCKET_MANIPULATION();
      default:
        owner = connectionOf(stream);
    }
    owner[property] = value;
    return true;
  },

  getPrototypeOf(stream) {
    return Reflect.getPrototypeOf(connectionOf(stream));
  },
};

/** What `request.socket` and `response.socket` are: the connection, as far as one of its streams may use it. */
export function socketOf(stream: ServerHttp2Stream): object {
  return stream._proxySocket ??= new Proxy(stream, handler);
}
