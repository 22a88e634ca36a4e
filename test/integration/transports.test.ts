import { once } from 'node:events';
import * as builtin from 'node:http2';
import * as net from 'node:net';
import * as tlsModule from 'node:tls';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { duplexPair } from '../helpers/duplex.ts';
import { body, listen, open, receive, sha256, site, tls } from '../helpers/serve.ts';

const MB = 1024 * 1024;

/** A body each way, and a small request, over whatever is underneath. */
async function works(session: import('node:http2').ClientHttp2Session): Promise<void> {
  expect((await receive(session.request({ ':path': '/hello' }))).text).toBe('hello world');
  const stream = session.request({ ':path': '/echo', ':method': 'POST' });
  const [received] = await Promise.all([receive(stream), pipeline(body(2 * MB), stream)]);
  expect(received.sha256).toBe(sha256(body(2 * MB)));
}

function connectOver(socket: Duplex, authority = 'http://localhost') {
  const session = duetto.connect(authority, { createConnection: () => socket });
  onTestFinished(() => session.destroy());
  return session;
}

describe('a session over', () => {
  test('a pair of Duplexes, both ends ours', async () => {
    const [ours, theirs] = duplexPair();
    const server = site(duetto as never);
    server.emit('connection', theirs);
    const session = connectOver(ours);
    await works(session as never);
    session.close();
    await once(session, 'close');
  });

  test("a pair of Duplexes, Node's server at the other end", async () => {
    const [ours, theirs] = duplexPair();
    site(builtin).emit('connection', theirs);
    await works(connectOver(ours) as never);
  });

  test("a pair of Duplexes, Node's client at the other end", async () => {
    const [ours, theirs] = duplexPair();
    site(duetto as never).emit('connection', ours);
    const session = builtin.connect('http://localhost', { createConnection: () => theirs });
    onTestFinished(() => session.destroy());
    await works(session);
  });

  test('a socket that is connected already', async () => {
    const { port } = await listen(site(duetto as never));
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await works(connectOver(socket) as never);
  });

  test('a TLS socket that is connected already', async () => {
    const { port } = await listen(site(duetto as never, true), 'https');
    const socket = tlsModule.connect({ port, host: '127.0.0.1', ca: tls.cert, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    const session = connectOver(socket, 'https://localhost');
    await works(session as never);
    expect(session.alpnProtocol).toBe('h2');
    expect(session.encrypted).toBe(true);
  });

  test('a socket that a plain net.Server has accepted', async () => {
    const http2Server = site(duetto as never);
    const acceptor = net.createServer((socket) => http2Server.emit('connection', socket));
    acceptor.listen(0, '127.0.0.1');
    await once(acceptor, 'listening');
    onTestFinished(() => { acceptor.close(); });
    await works(await open(duetto.connect(`http://127.0.0.1:${(acceptor.address() as net.AddressInfo).port}`)) as never);
  });

  test('a Unix socket', async () => {
    const server = site(duetto as never);
    const path = `\0duetto-test-${process.pid}`;
    server.listen(path);
    await once(server, 'listening');
    onTestFinished(() => { server.close(); });
    await works(await open(duetto.connect('http://localhost', { path } as object)) as never);
  });

  test('a stream of another session', async () => {
    const inner = site(duetto as never);
    const outer = duetto.createServer();
    outer.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      inner.emit('connection', stream);
    });
    const { url } = await listen(outer);
    const tunnel = (await open(duetto.connect(url))).request({ ':path': '/tunnel', ':method': 'POST' });
    await works(connectOver(tunnel as never) as never);
  });

  test('a tunnel that a proxy has opened with CONNECT, in TLS within TLS', async () => {
    const { port } = await listen(site(duetto as never, true), 'https');
    const proxy = duetto.createSecureServer({ ...tls });
    proxy.on('stream', (stream, headers) => {
      expect(headers[':method']).toBe('CONNECT');
      const { hostname, port: target } = new URL(`tcp://${headers[':authority']}`);
      const socket = net.connect(Number(target), hostname, () => {
        stream.respond({ ':status': 200 });
        socket.pipe(stream).on('error', () => {});
        stream.pipe(socket).on('error', () => {});
      });
      socket.on('error', () => stream.close(duetto.constants.NGHTTP2_CONNECT_ERROR));
      stream.on('close', () => socket.destroy());
    });
    const { url } = await listen(proxy, 'https');
    const outer = await open(duetto.connect(url, { ca: tls.cert }));
    const tunnel = outer.request({ ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` });
    expect((await once(tunnel, 'response'))[0][':status']).toBe(200);
    const secure = tlsModule.connect({ socket: tunnel as never, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] });
    await works(connectOver(secure, 'https://localhost') as never);
  });
});

test('a Duplex that fails takes its session along, and only that', async () => {
  const [ours, theirs] = duplexPair();
  const server = site(duetto as never);
  server.emit('connection', theirs);
  const session = connectOver(ours);
  const stream = session.request({ ':path': '/forever' });
  await once(stream, 'data');
  const failed = once(session, 'error');
  const closed = new Promise((resolve) => stream.on('error', () => {}).on('close', resolve));
  ours.destroy(new Error('the cable is cut'));
  expect((await failed)[0].message).toBe('the cable is cut');
  await closed;
  expect(session.destroyed).toBe(true);
});
