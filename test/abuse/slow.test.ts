// Peers that say little and hold much, and those that come and go.
import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { Code, data, Flag, frame, headers, preface, RawPeer, requestBlock, settings, settingsAck, Type } from '../helpers/raw-peer.ts';
import { listen } from '../helpers/serve.ts';
import { Arena, toldWhy } from './arena.ts';

const { EndHeaders, EndStream } = Flag;
const waiting = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

describe('headersTimeout', () => {
  test('a header block that begins in the chunk of the preface', async () => {
    const server = duetto.createServer({ headersTimeout: 50 });
    server.on('sessionError', () => {});
    const { port } = await listen(server as never);
    const peer = await RawPeer.connect(port);
    peer.send(preface, settings(), headers(1, requestBlock(), 0));
    const frames = await peer.farewell();
    expect(toldWhy(frames)?.opaque).toMatch(/^headersTimeout: /);
  });

  const options = { headersTimeout: 300 };
  const opaque = 'headersTimeout: 301 milliseconds for a header block to arrive, 300 allowed';

  test.each([
    ['no preface at all', () => []],
    ['half of the preface', () => [preface.subarray(0, 12)]],
    ['a preface without SETTINGS', () => [preface]],
    ['half of SETTINGS', () => [preface, settings({ 4: 70_000 }).subarray(0, 10)]],
  ] as Array<[string, () => Buffer[]]>)('%s', async (_name, bytes) => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.connect(arena.port);
    peer.send(...bytes());
    expect(toldWhy(await peer.farewell())).toMatchObject({ code: Code.EnhanceYourCalm, opaque });
    await arena.alone();
    await arena.survived('slow preface');
  });

  test.each([
    ['a header block that comes octet by octet', headers(1, requestBlock('/hello', { 'x-long': 'x'.repeat(500) }))],
    ['a block whose CONTINUATION does not come', headers(1, requestBlock('/hello'), EndStream)],
  ])('%s', async (name, bytes) => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port);
    const gone = peer.farewell();
    let over = false;
    void gone.then(() => { over = true; });
    for (let at = 0; !over; at++) {
      if (at < bytes.length) peer.send(bytes.subarray(at, at + 1));
      await waiting(2);
    }
    expect(toldWhy(await gone)).toMatchObject({ code: Code.EnhanceYourCalm, opaque });
    await arena.alone();
    await arena.survived(name);
  });

  test('blocks that follow each other, each in time but open whenever a chunk ends, are no slow block', async () => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port);
    const end = Date.now() + 1000;
    let half = Buffer.alloc(0);
    for (let id = 1; Date.now() < end; id += 2) {
      const next = headers(id, requestBlock('/hello', { 'x-long': 'x'.repeat(100) }));
      await peer.flood(Buffer.concat([half, next.subarray(0, 50)]));
      half = next.subarray(50);
      await waiting(20);
    }
    peer.send(half);
    const frames = await peer.settle();
    expect(frames.some(({ type }) => type === Type.Goaway)).toBe(false);
    expect(frames.filter(({ type }) => type === Type.Headers).length).toBeGreaterThan(5);
    await arena.survived('');
  });

  test('idle connections are not slow', async () => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port);
    await waiting(800);
    peer.send(headers(1, requestBlock('/hello')));
    await peer.expect(Type.Data);
    await arena.survived('');
  });
});

describe('stalledWriteTimeout', () => {
  const options = { stalledWriteTimeout: 400 };

  test('a reader whose windows are shut', async () => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port, { 4: 0 });
    for (let id = 1; id < 200; id += 2) peer.send(headers(id, requestBlock('/large')));
    const why = toldWhy(await peer.farewell());
    expect(why).toMatchObject({ code: Code.EnhanceYourCalm });
    expect(why!.opaque).toMatch(/^stalledWriteTimeout: \d+ milliseconds in which nothing of the output left, 400 allowed$/);
    await arena.alone();
    await arena.survived('stalled windows');
  });

  test('a stream that stalls while others move is reset, and the others go on', async () => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port);
    // Stream 1 has used up its window; the connection has more.
    peer.send(frame(Type.WindowUpdate, 0, 0, Buffer.from([0, 0x10, 0, 0])), headers(1, requestBlock('/large')));
    const reset = peer.expect(Type.RstStream, ({ id }) => id === 1);
    let over = false;
    void reset.then(() => { over = true; });
    for (let id = 3; !over; id += 2) {
      peer.send(headers(id, requestBlock('/hello')));
      await waiting(20);
    }
    expect((await reset).payload.readUInt32BE(0)).toBe(Code.EnhanceYourCalm);
    await peer.settle();
    await arena.survived('');
  });

  test('a peer that does not read its socket', async () => {
    const arena = await Arena.open(options);
    const peer = await RawPeer.client(arena.port, { 4: 0x7fffffff });
    peer.send(frame(Type.WindowUpdate, 0, 0, Buffer.from([0x7f, 0, 0, 0])));
    for (let id = 1; id < 20; id += 2) peer.send(headers(id, requestBlock('/large')));
    peer.socket.pause();
    await arena.alone();
    const { told } = await arena.survived('stalled socket');
    expect(told).toMatchObject([{ option: 'stalledWriteTimeout', scope: 'session' }]);
  });
});

describe('a session that is closed is let go of, also by a peer that stays', () => {
  const options = { stalledWriteTimeout: 300 };
  const stays = async (port: number): Promise<RawPeer> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const peer = new RawPeer(socket);
    peer.send(preface, settings(), settingsAck, headers(1, requestBlock('/hello')));
    await peer.expect(Type.Data);
    return peer;
  };

  test.each(['close', 'destroy'] as const)('session.%s()', async (way) => {
    const server = duetto.createServer(options, (_request, response) => { response.end('hello'); });
    const accepted = once(server, 'session');
    const { port } = await listen(server as never);
    const peer = await stays(port);
    const [session] = await accepted as [duetto.ServerHttp2Session];
    const closed = once(session, 'close');
    session[way]();
    await closed;
    expect(session.socket).toBe(undefined);
    peer.socket.destroy();
  });

  test('server.close(), with output that the peer does not read', async () => {
    const server = duetto.createServer({ stalledWriteTimeout: 300, maxSessionMemory: 100 });
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond();
      stream.end(Buffer.alloc(30e6));
    });
    const { port } = await listen(server as never);
    const peer = await RawPeer.client(port, { 4: 0x7fffffff });
    peer.socket.pause();
    const streaming = once(server, 'stream');
    peer.send(frame(Type.WindowUpdate, 0, 0, Buffer.from([0x7f, 0, 0, 0])), headers(1, requestBlock('/')));
    await streaming;
    await new Promise((resolve) => { server.close(resolve); });
  });

  test('a client, whose server stays', async () => {
    const server = createTcpServer({ allowHalfOpen: true }, (socket) => { socket.on('error', () => {}).resume().write(settings()); });
    const accepted = once(server, 'connection');
    const { port } = await listen(server as never);
    const session = duetto.connect(`http://127.0.0.1:${port}`, options);
    await once(session, 'remoteSettings');
    const closed = once(session, 'close');
    session.close();
    await closed;
    (await accepted)[0].destroy();
  });
});

test('half-open TLS handshakes end in time', async () => {
  const arena = await Arena.open({ handshakeTimeout: 300 }, true);
  const sockets = Array.from({ length: 50 }, () => connect(arena.port, '127.0.0.1'));
  await Promise.all(sockets.map(async (socket, i) => {
    socket.on('error', () => {});
    await once(socket, 'connect');
    // The start of a ClientHello, or nothing.
    if (i % 2) socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    socket.resume();
    await once(socket, 'close');
  }));
  await arena.survived('half-open TLS');
});

test.each([false, true])('connect and leave, at any point (CVE-2025-23085, CVE-2025-59465), TLS: %s', async (secure) => {
  const arena = await Arena.open({}, secure);
  const bytes = Buffer.concat([
    preface, settings(), settingsAck, headers(1, requestBlock('/large')), headers(3, requestBlock('/upload'), EndHeaders), data(3, 'some'),
    headers(5, Buffer.from([0x80, 0xff, 0xff, 0xff])), headers(7, requestBlock('/hello')),
  ]);
  const visit = (at: number): Promise<void> => new Promise((done) => {
    const socket = secure
      ? connectTls({ port: arena.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
      : connect(arena.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => done());
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.write(bytes.subarray(0, at % (bytes.length + 1)));
      // With an end, with a reset, at once or when it is written.
      if (at % 3 === 0) socket.end();
      else if (at % 3 === 1) socket.destroy();
      else setImmediate(() => ('resetAndDestroy' in socket && !secure ? socket.resetAndDestroy() : socket.destroy()));
    });
    socket.resume();
    setTimeout(() => socket.destroy(), 1000).unref();
  });
  const visits = secure ? 240 : 800;
  for (let at = 0; at < visits; at += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => visit(at + i)));
  await arena.alone();
  await arena.survived(`connect and leave${secure ? ', TLS' : ''}`);
}, 60_000);
