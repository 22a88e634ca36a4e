import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { data, Flag, type Frame, headers, preface, RawPeer, requestBlock, settings, settingsAck, Type, windowUpdate } from '../helpers/raw-peer.ts';
import { listen, pattern } from '../helpers/serve.ts';

/** RFC 9113, section 6.9.2: the window of a stream and of a connection, if nobody says otherwise. */
const WINDOW = 65535;

interface Producer {
  /** Octets given to `write`. */
  given: number;
  /** Octets whose write callback was called. */
  taken: number;
  /** Resolves when `write` next returns false. */
  stopped: Promise<void>;
}

/** Writes without end, as long as `write` returns true. */
function produce(stream: Duplex): Producer {
  const producer: Producer = { given: 0, taken: 0, stopped: Promise.resolve() };
  const fill = (): void => {
    producer.stopped = new Promise((resolve) => {
      const more = (): void => {
        for (;;) {
          producer.given += pattern.length;
          const go = stream.write(pattern, () => { producer.taken += pattern.length; });
          if (!go) break;
        }
        resolve();
      };
      more();
    });
  };
  stream.on('error', () => {});
  stream.on('drain', fill);
  fill();
  return producer;
}

async function countData(peer: RawPeer, wanted: number): Promise<number> {
  let length = 0;
  while (length < wanted) length += (await peer.expect(Type.Data)).payload.length;
  return length;
}

function lengthOf(frames: Array<{ type: number; payload: Buffer }>): number {
  return frames.filter(({ type }) => type === Type.Data).reduce((sum, { payload }) => sum + payload.length, 0);
}

/** All that does not wait for the network has happened. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('a client that does not open its window stops the writer of a response', async () => {
  const server = duetto.createServer();
  let producer!: Producer;
  let high = 0;
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    high = stream.writableHighWaterMark;
    producer = produce(stream);
  });
  const { port } = await listen(server);
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock()));
  expect(await countData(peer, WINDOW)).toBe(WINDOW);
  expect(lengthOf(await peer.settle())).toBe(0);
  expect(producer.taken).toBeLessThanOrEqual(WINDOW);
  expect(producer.given).toBeLessThanOrEqual(WINDOW + high + pattern.length);

  peer.send(windowUpdate(0, 200_000), windowUpdate(1, 200_000));
  expect(await countData(peer, 200_000)).toBe(200_000);
  expect(lengthOf(await peer.settle())).toBe(0);
  expect(producer.given).toBeLessThanOrEqual(WINDOW + 200_000 + high + pattern.length);
});

test('a server that does not open its window stops the writer of a request', async () => {
  const { port, peer } = await RawPeer.server();
  const session = duetto.connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  const producer = produce(stream as never);
  const server = await peer;
  expect(await countData(server, WINDOW)).toBe(WINDOW);
  expect(lengthOf(await server.settle())).toBe(0);
  expect(producer.taken).toBeLessThanOrEqual(WINDOW);
  expect(producer.given).toBeLessThanOrEqual(WINDOW + stream.writableHighWaterMark + pattern.length);

  server.send(windowUpdate(0, 100_000), windowUpdate(1, 100_000));
  expect(await countData(server, 100_000)).toBe(100_000);
});

test("one stream's reader that stops does not stop the others", async () => {
  const server = duetto.createServer();
  const streams: Duplex[] = [];
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    streams.push(stream as never);
    if (streams.length === 2) stream.resume();
  });
  const { port } = await listen(server);
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock(), Flag.EndHeaders), headers(3, requestBlock(), Flag.EndHeaders));
  for (let i = 0; i < 3; i++) peer.send(data(1, Buffer.alloc(16384)));
  peer.send(data(1, Buffer.alloc(WINDOW - 3 * 16384)));
  // The whole connection's window is used up; it opens, and so does that of the stream which is read, not the other.
  const updated: number[] = [];
  const note = ({ type, id }: Frame): void => { if (type === Type.WindowUpdate) updated.push(id); };
  await peer.expect(Type.WindowUpdate, ({ id }) => id === 0, note);
  for (let i = 0; i < 3; i++) peer.send(data(3, Buffer.alloc(16384)));
  await peer.expect(Type.WindowUpdate, ({ id }) => id === 3, note);
  // A PING overtakes what else is queued: only after the second one has everything of the first turn come.
  for (const frame of [...await peer.settle(), ...await peer.settle()]) note(frame);
  expect(updated).not.toContain(1);

  streams[0]!.resume();
  expect((await peer.expect(Type.WindowUpdate, ({ id }) => id === 1)).payload.readUInt32BE(0)).toBeGreaterThan(WINDOW / 2);
});

test('a reader that stops in the middle stops a peer that sends all it may', async () => {
  const server = duetto.createServer();
  let read = 0;
  let stream!: Duplex;
  server.on('stream', (one) => {
    stream = one as never;
    one.on('error', () => {});
    one.on('data', (chunk: Buffer) => {
      read += chunk.length;
      one.pause();
    });
  });
  const { port } = await listen(server);
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock(), Flag.EndHeaders));
  let room = WINDOW;
  let sent = 0;
  while (room > 0) {
    const length = Math.min(room, 1000);
    peer.send(data(1, Buffer.alloc(length)));
    room -= length;
    sent += length;
    // A PING overtakes what else is queued.
    for (const { type, id, payload } of [...await peer.settle(), ...await peer.settle()])
      if (type === Type.WindowUpdate && id === 1) room += payload.readUInt32BE(0);
  }
  expect(read).toBe(1000);
  // What is read ahead, once more what half a window opens late, and the window.
  expect(sent).toBeLessThanOrEqual(stream.readableHighWaterMark + WINDOW / 2 + WINDOW);
  stream.removeAllListeners('data');
  stream.resume();
  await peer.expect(Type.WindowUpdate, ({ id }) => id === 1);
});

test('a socket that takes nothing stops the producer, whatever the windows', async () => {
  let written = 0;
  let release: (() => void) | undefined;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      written += chunk.length;
      release = callback;
    },
  });
  onTestFinished(() => { socket.destroy(); });
  const server = duetto.createServer();
  let producer!: Producer;
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    producer = produce(stream as never);
  });
  server.emit('connection', socket);
  socket.push(Buffer.concat([
    preface, settings({ 4: 0x7fffffff }), settingsAck, windowUpdate(0, 0x7fffffff - WINDOW), headers(1, requestBlock()),
  ]));
  await turns();
  const { given } = producer;
  expect(given).toBeGreaterThan(0);
  expect(given).toBeLessThan(1024 * 1024);
  expect(socket.writableLength).toBeLessThan(1024 * 1024);
  await turns();
  expect(producer.given).toBe(given);

  // It takes something again, and the producer goes on.
  const before = written;
  for (let i = 0; i < 100 && release !== undefined; i++) {
    const callback = release;
    release = undefined;
    callback();
    await turns();
  }
  expect(written).toBeGreaterThan(before);
  expect(producer.given).toBeGreaterThan(given);
});

test("write's callback and 'drain' come when the peer's window lets the chunk go", async () => {
  const { port, peer } = await RawPeer.server({ 4: 10 });
  const session = duetto.connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.on('error', () => {});
  let done = false;
  stream.write('0123456789abcdef', () => { done = true; });
  const server = await peer;
  expect((await server.expect(Type.Data)).payload.toString()).toBe('0123456789');
  await server.settle();
  expect(done).toBe(false);
  expect(stream.writableLength).toBe(16);
  server.send(windowUpdate(1, 6));
  expect((await server.expect(Type.Data)).payload.toString()).toBe('abcdef');
  await server.settle();
  expect(done).toBe(true);
});
