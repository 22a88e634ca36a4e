import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { selfSigned } from '../../demo/certificate.mjs';

type Http2 = typeof import('node:http2');
type Http2Server = import('node:http2').Http2Server;
type Session = import('node:http2').Http2Session;
type Stream = import('node:http2').Http2Stream;

export const tls = selfSigned('duetto test');

export interface Listening {
  readonly server: Http2Server;
  readonly port: number;
  readonly url: string;
}

/** Listens on a port of its own until the test is over; what is connected then is cut off. */
export async function listen(server: Server, scheme = 'http'): Promise<Listening> {
  const sessions = new Set<Session>();
  server.on('session', (session: Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const session of sessions) session.destroy();
    if (!server.listening) return;
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { server: server as Http2Server, port, url: `${scheme}://127.0.0.1:${port}` };
}

/** A connected session that is gone when the test is over. */
export async function open<T extends Session>(session: T): Promise<T> {
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session;
}

export const pattern = Buffer.from(Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i * 31 + (i >> 8) * 17) & 0xff));

/** `length` octets, in chunks. */
export function* body(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= pattern.length) yield left >= pattern.length ? pattern : pattern.subarray(0, left);
}

export function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

export interface Received {
  readonly headers: import('node:http2').IncomingHttpHeaders & { ':status'?: number };
  readonly trailers: import('node:http2').IncomingHttpHeaders | undefined;
  readonly length: number;
  readonly sha256: string;
  /** The body, if it is short. */
  readonly text: string;
  readonly rstCode: number;
}

/** Everything that comes on a stream of a client. Rejects with the stream's error. */
export async function receive(stream: Stream): Promise<Received> {
  let headers: Received['headers'] = {};
  let trailers: Received['trailers'];
  let length = 0;
  const kept: Buffer[] = [];
  const hash: Hash = createHash('sha256');
  stream.on('response', (received) => { headers = received; });
  stream.on('trailers', (received) => { trailers = received; });
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    if (length < 4096) kept.push(chunk);
    length += chunk.length;
  });
  await once(stream, 'close');
  return { headers, trailers, length, sha256: hash.digest('hex'), text: Buffer.concat(kept).toString(), rstCode: stream.rstCode! };
}

/** A small site to which other programs' clients can talk, by way of the core API. */
export function site(http2: Http2, secure: true | false = false, options: object = {}): Server {
  const server = secure ? http2.createSecureServer({ ...tls, ...options }) : http2.createServer(options);
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const path = headers[':path']!;
    const bytes = /^\/bytes\/(\d+)$/.exec(path);
    if (bytes !== null) {
      stream.respond({ ':status': 200, 'content-length': bytes[1] });
      pipeline(body(Number(bytes[1])), stream).catch(() => {});
    } else if (path === '/hello') {
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      stream.end('hello world');
    } else if (path === '/echo') {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    } else if (path === '/hash') {
      void hash(stream);
    } else if (path === '/trailers') {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc', 'grpc-status': '0' }));
      stream.end('with trailers');
    } else if (path === '/push' && stream.pushAllowed) {
      stream.pushStream({ ':path': '/pushed' }, (error, push) => {
        if (error) return;
        push.respond({ ':status': 200 });
        push.end('pushed');
      });
      stream.respond({ ':status': 200 });
      stream.end('pushing');
    } else if (path === '/early') {
      stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' });
      stream.respond({ ':status': 200 });
      stream.end('late');
    } else if (path === '/forever') {
      stream.respond({ ':status': 200 });
      pipeline(function* () { for (;;) yield pattern; }, stream).catch(() => {});
    } else {
      stream.respond({ ':status': 404 }, { endStream: true });
    }
  });
  return server;
}

async function hash(stream: import('node:http2').ServerHttp2Stream): Promise<void> {
  const sum = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of stream) {
      sum.update(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
    stream.respond({ ':status': 200 });
    stream.end(JSON.stringify({ length, sha256: sum.digest('hex') }));
  } catch {
    // The client has gone.
  }
}
