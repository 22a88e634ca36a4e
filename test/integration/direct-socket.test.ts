// Node's own sockets are written by their descriptor and read into shared memory, where they allow it. What users see
// is the same as through the public API.

import { once } from 'node:events';
import { createHash, randomBytes } from 'node:crypto';
import net, { type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as builtin from 'node:http2';
import * as duetto from '../../dist/index.js';
import { runScript } from '../helpers/child.ts';
import { data, Flag, headers, preface, RawPeer, requestBlock, settings, Type, windowUpdate } from '../helpers/raw-peer.ts';
import { listen, open, sha256, tls } from '../helpers/serve.ts';

type Server = ReturnType<typeof duetto.createServer>;

const ways = {
  'the short way': () => {},
  'the public way': (socket: Socket) => {
    socket.write = socket.write.bind(socket);
    socket.on('data', () => {});
    socket.pause();
  },
};

/** A server whose sockets `prepare` has seen first. */
async function serve(server: Server, prepare: (socket: Socket) => void): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const listener = net.createServer((socket) => {
    sockets.push(socket);
    prepare(socket);
    server.emit('connection', socket);
  });
  const { port } = await listen(listener as never);
  onTestFinished(() => { for (const socket of sockets) socket.destroy(); });
  return { port, sockets };
}

/** A frame of a response with DATA as large as this. */
const RESPONSE = 3 * 1024 * 1024;
const WINDOW = 16 * 1024 * 1024;

/** A peer that takes nothing from its socket until it is told. */
async function deafPeer(port: number): Promise<{ peer: RawPeer; hear: () => void }> {
  const peer = await RawPeer.client(port, { 4: WINDOW });
  peer.send(windowUpdate(0, WINDOW));
  await peer.settle();
  peer.socket.pause();
  return { peer, hear: () => { peer.socket.resume(); } };
}

/** All that does not wait for the network has happened. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(Object.entries(ways))('%s', (_, prepare) => {
  test('a chunk may be used again when its write is called back, however slow the reader', async () => {
    const server = duetto.createServer({ maxSessionMemory: 100 });
    let calledBack = 0;
    const WRITES = 12;
    server.on('stream', async (stream) => {
      stream.respond({ ':status': 200 });
      const chunk = Buffer.alloc(1024 * 1024);
      for (let i = 0; i < WRITES; i++) {
        chunk.fill(i);
        await new Promise<void>((resolve, reject) => stream.write(chunk, (error) => error ? reject(error) : resolve()));
        calledBack++;
        chunk.fill(255);
      }
      stream.end();
    });
    const { port } = await serve(server, prepare);
    const { peer, hear } = await deafPeer(port);
    peer.send(headers(1, requestBlock()));
    await turns();
    hear();
    const received: Buffer[] = [];
    for (let ended = false; !ended;) {
      const frame = await peer.expect(Type.Data);
      received.push(frame.payload);
      ended = (frame.flags & Flag.EndStream) !== 0;
    }
    const body = Buffer.concat(received);
    expect(body.length).toBe(WRITES * 1024 * 1024);
    for (let i = 0; i < WRITES; i++) {
      const part = body.subarray(i * 1024 * 1024, (i + 1) * 1024 * 1024);
      expect(part.every((octet) => octet === i), `write ${i}`).toBe(true);
    }
    expect(calledBack).toBe(WRITES);
  });

  test('bytesWritten and bytesRead of the socket count what the peer got and gave', async () => {
    const server = duetto.createServer({ maxSessionMemory: 100 });
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(RESPONSE));
    });
    const { port, sockets } = await serve(server, prepare);
    const client = net.connect(port, '127.0.0.1');
    let got = 0;
    client.on('data', (chunk) => { got += chunk.length; });
    const session = await open(builtin.connect('http://localhost', { createConnection: () => client, settings: { initialWindowSize: WINDOW } }));
    for (let i = 0; i < 3; i++) {
      const stream = session.request();
      stream.resume();
      await once(stream, 'close');
    }
    expect(session.state.localWindowSize).toBeGreaterThan(0);
    session.close();
    await once(sockets[0]!, 'close');
    expect(sockets[0]!.bytesWritten).toBe(client.bytesRead);
    expect(sockets[0]!.bytesRead).toBe(client.bytesWritten);
    expect(sockets[0]!.bytesWritten).toBeGreaterThan(3 * RESPONSE);
  });

  test('what the bodies of many connections hold stays as it was received', async () => {
    const server = duetto.createServer();
    const bodies = new Map<string, Buffer[]>();
    server.on('stream', (stream, { ':path': path }) => {
      const kept: Buffer[] = [];
      bodies.set(path!, kept);
      stream.on('data', (chunk: Buffer) => kept.push(chunk));
      stream.on('end', () => {
        stream.respond({ ':status': 200 });
        stream.end();
      });
    });
    const { port } = await serve(server, prepare);
    const sent = new Map<string, string>();
    const LENGTHS = [1, 100, 3000, 20_000, 70_000, 1_000_000];
    await Promise.all(LENGTHS.map(async (length, i) => {
      const session = await open(builtin.connect(`http://127.0.0.1:${port}`));
      for (let round = 0; round < 4; round++) {
        await Promise.all(LENGTHS.map(async (other, j) => {
          const path = `/${i}/${round}/${j}`;
          const body = randomBytes((length + other) >> 1);
          sent.set(path, sha256([body]));
          const stream = session.request({ ':path': path, ':method': 'POST' });
          stream.end(body);
          stream.resume();
          await once(stream, 'close');
        }));
      }
    }));
    expect(bodies.size).toBe(LENGTHS.length ** 2 * 4);
    for (const [path, kept] of bodies) expect(sha256(kept), path).toBe(sent.get(path));
  });

  test('a time limit that was set on the socket itself sees what is written', async () => {
    const server = duetto.createServer();
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      let left = 6;
      const write = (): void => {
        stream.write('x');
        if (--left > 0) setTimeout(write, 60);
        else stream.end();
      };
      write();
    });
    let timeouts = 0;
    const { port } = await serve(server, (socket) => {
      prepare(socket);
      socket.setTimeout(250, () => { timeouts++; });
    });
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock()));
    await peer.expect(Type.Data, ({ flags }) => (flags & Flag.EndStream) !== 0);
    expect(timeouts).toBe(0);
    peer.socket.destroy();
  });
});

test('a response that waits for the reader goes on after others on other connections', async () => {
  const server = duetto.createServer({ maxSessionMemory: 100 });
  const body = randomBytes(RESPONSE);
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.end(body);
  });
  const { port } = await serve(server, () => {});
  const waiting = await Promise.all([deafPeer(port), deafPeer(port), deafPeer(port)]);
  for (const { peer } of waiting) for (const id of [1, 3]) peer.send(headers(id, requestBlock()));
  await turns();
  const results = await Promise.all(waiting.map(async ({ peer, hear }) => {
    hear();
    const hashes = new Map([[1, createHash('sha256')], [3, createHash('sha256')]]);
    for (let open = 2; open > 0;) {
      const { id, flags, payload } = await peer.expect(Type.Data);
      hashes.get(id)!.update(payload);
      if ((flags & Flag.EndStream) !== 0) open--;
    }
    return [...hashes.values()].map((hash) => hash.digest('hex'));
  }));
  const wanted = sha256([body]);
  expect(results.flat()).toEqual(Array(6).fill(wanted));
});

test('a session that ends while a response waits in its socket still sends its GOAWAY after all that was framed', async () => {
  const server = duetto.createServer({ maxSessionMemory: 100 });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    stream.write(Buffer.alloc(RESPONSE, 7));
    setImmediate(() => setImmediate(() => stream.session!.destroy()));
  });
  const { port } = await serve(server, () => {});
  const { peer, hear } = await deafPeer(port);
  peer.send(headers(1, requestBlock()));
  await turns();
  hear();
  const frames = await peer.farewell();
  const wrong = frames.filter(({ type, payload }) => type === Type.Data && !payload.every((octet) => octet === 7));
  expect(wrong).toEqual([]);
  expect(frames.at(-1)!.type).toBe(Type.Goaway);
});

describe.each([
  ['a response that ends', 100, true], ['a part of a response', 100, false],
  ['a large response that ends', 100_000, true], ['a large part of a response', 100_000, false],
])('a peer that is gone when %s is written', (_, length, ends) => {
  const outcome = async (http2: typeof builtin, prepare: (socket: Socket) => void): Promise<string[]> => {
    const server = http2.createServer();
    const seen: string[] = [];
    const watch = (who: string, emitter: NodeJS.EventEmitter, events: string[]): void => {
      for (const event of events) emitter.on(event, (value?: unknown) => seen.push(`${who} ${event} ${String(value ?? '')}`));
    };
    let peer: RawPeer | undefined;
    let rstCode: number | undefined;
    server.on('stream', (stream) => {
      watch('stream', stream, ['error', 'aborted', 'finish', 'end', 'close']);
      stream.on('close', () => { rstCode = stream.rstCode; });
      // The reset is here before the answer is written.
      peer!.socket.resetAndDestroy();
      stream.respond({ ':status': 200 });
      if (ends) stream.end(Buffer.alloc(length));
      else stream.write(Buffer.alloc(length));
    });
    const ended = new Promise<void>((resolve) => {
      server.on('session', (session) => {
        watch('session', session, ['error', 'goaway', 'frameError', 'close']);
        session.on('close', () => setImmediate(resolve));
      });
    });
    const { port } = await serve(server as Server, prepare);
    peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock()));
    await ended;
    // Two events of one stream that fall into one turn may come in either order.
    return [...seen.sort(), `rstCode ${rstCode}`];
  };

  test.each(Object.entries(ways))('is no error, as with node:http2 (%s)', async (way, prepare) => {
    expect(await outcome(duetto as unknown as typeof builtin, prepare)).toEqual(await outcome(builtin, () => {}));
  });
});

test('after a listener has thrown, the rest of the chunk is told as it was received', async () => {
  const post = (id: number): Buffer => headers(id, requestBlock('/', { ':method': 'POST' }), Flag.EndHeaders);
  const base64 = (...frames: Buffer[]): string => Buffer.concat(frames).toString('base64');
  const requests = base64(preface, settings(), post(1), post(3));
  const bodies = base64(data(1, 'a'.repeat(5000)), data(3, 'b'.repeat(6000)));
  const { stdout, stderr, code } = await runScript(`
    const net = require('node:net');
    process.on('uncaughtException', (error) => print(error.message));
    let other;
    const server = duetto.createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.on('data', (chunk) => {
        print([stream.id, chunk.toString('latin1', 0, 1), chunk.length]);
        if (stream.id === 1) throw new Error('thrown on purpose');
        if (stream.id === 3) process.exit();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const one = net.connect(port, '127.0.0.1');
      one.write(Buffer.from('${requests}', 'base64'));
      setTimeout(() => one.write(Buffer.from('${bodies}', 'base64')), 100);
    });
  `);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').map((line) => JSON.parse(line))).toEqual([[1, 'a', 5000], 'thrown on purpose', [3, 'b', 6000]]);
});

test.each(['DUETTO_DIRECT', 'DUETTO_INTERNALS'])('%s=0 leaves sockets to their public API', async (variable) => {
  const script = `
    const server = duetto.createServer();
    let writes = 0;
    server.on('connection', (socket) => {
      const { _writeGeneric } = socket;
      socket._writeGeneric = function (...args) { writes++; return _writeGeneric.apply(this, args); };
    });
    server.on('stream', (stream) => { stream.respond(); stream.end('hello'); });
    server.listen(0, () => {
      const session = duetto.connect('http://localhost:' + server.address().port);
      session.request().resume().on('close', () => { print(writes > 0); process.exit(); });
    });
  `;
  const on = { DUETTO_DIRECT: '1', DUETTO_INTERNALS: '1' };
  expect(JSON.parse((await runScript(script, { env: on })).stdout)).toBe(false);
  expect(JSON.parse((await runScript(script, { env: { ...on, [variable]: '0' } })).stdout)).toBe(true);
});

test('uploads over TLS stay as they were received', async () => {
  const server = duetto.createSecureServer(tls);
  const kept: Buffer[] = [];
  server.on('stream', (stream) => {
    stream.on('data', (chunk: Buffer) => kept.push(chunk));
    stream.on('end', () => { stream.respond(); stream.end(); });
  });
  const { url } = await listen(server, 'https');
  const session = await open(builtin.connect(url, { ca: tls.cert }));
  const body = randomBytes(2_000_000);
  const stream = session.request({ ':method': 'POST' });
  stream.end(body);
  stream.resume();
  await once(stream, 'close');
  expect(Buffer.concat(kept).equals(body)).toBe(true);
});
