import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from '../clock.js';
import type { IncomingHeaders } from '../headers/decode.js';
import { ServerHttp2Session } from '../session/server-session.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import type { CommonServer } from './common.js';

/** Negotiated by TLS (RFC 7301): false is nothing, undefined that there is no TLS. */
interface Negotiated {
  readonly alpnProtocol?: string | false | null;
}

/** A server's listener for 'connection' or 'secureConnection'. */
export function onConnection(this: CommonServer, socket: Duplex): void {
  const { alpnProtocol } = socket as Negotiated;
  if (alpnProtocol === false || alpnProtocol === 'http/1.1') {
    if (this._http1 !== null) this._http1.accept(socket);
    else if (!this.emit('unknownProtocol', socket)) refuse(socket, this._options.unknownProtocolTimeout);
    return;
  }
  const session = new ServerHttp2Session(this._options, socket, this as never);
  session.on('stream', onStream);
  session.on('error', onError);
  session.on('priority', onPriority);
  if (this.timeout) session.setTimeout(this.timeout, onTimeout as () => void);
  this.emit('session', session);
  // It was still shaking hands when the server closed: nobody else would end it.
  if (this._closing) session.close();
}

/** Says what is wrong in words that an HTTP/1 client can show. */
function refuse(socket: Duplex, timeout: number): void {
  const timer = setTimeout(destroy, timeout, socket);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(
    'HTTP/1.0 403 Forbidden\r\n' +
    'Content-Type: text/plain\r\n' +
    '\r\n' +
    'Missing ALPN Protocol, expected `h2` to be available.\n' +
    'This server speaks HTTP/2 only: it has neither the option `allowHTTP1` nor a listener for `unknownProtocol`.\n');
}

function destroy(socket: Duplex): void {
  socket.destroy();
}

function serverOf(session: ServerHttp2Session): CommonServer | undefined {
  return session.server as CommonServer | undefined;
}

function onStream(
  this: ServerHttp2Session, stream: ServerHttp2Stream, headers: IncomingHeaders, flags: number, rawHeaders: string[],
): void {
  serverOf(this)?.emit('stream', stream, headers, flags, rawHeaders);
}

function onError(this: ServerHttp2Session, error: Error): void {
  serverOf(this)?.emit('sessionError', error, this);
}

function onPriority(this: ServerHttp2Session, ...args: unknown[]): void {
  serverOf(this)?.emit('priority', ...args);
}

/** Sessions that nobody asks about do not stay. */
function onTimeout(this: ServerHttp2Session): void {
  if (this.destroyed || this.closed) return;
  if (!serverOf(this)?.emit('timeout', this)) this.destroy();
}
