// How far receive windows open: by themselves for readers that keep up, to the letter where the user chose.

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { data, Flag, type Frame, headers, RawPeer, block, Type } from '../helpers/raw-peer.ts';
import { listen } from '../helpers/serve.ts';

const WINDOW = 65535;
const MEGABYTE = 1024 * 1024;
const post = block({ ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ':path': '/' });

/** A peer that sends as much as the windows let it. */
class Sender {
  connection = WINDOW;
  readonly streams = new Map<number, number>();

  private constructor(readonly peer: RawPeer) {}

  static async start(port: number, count: number): Promise<Sender> {
    const sender = new Sender(await RawPeer.client(port));
    for (let i = 0; i < count; i++) {
      sender.peer.send(headers(2 * i + 1, post, Flag.EndHeaders));
      sender.streams.set(2 * i + 1, WINDOW);
    }
    return sender;
  }

  /** Fills every window, then takes in what the other side has answered. @returns octets sent */
  async round(): Promise<number> {
    let sent = 0;
    for (const [id, window] of this.streams) {
      let left = Math.min(window, this.connection);
      this.connection -= left;
      this.streams.set(id, window - left);
      sent += left;
      for (; left > 0; left -= 16384) await this.peer.flood(data(id, Buffer.alloc(Math.min(left, 16384))));
    }
    this.hear(await this.peer.settle());
    return sent;
  }

  private hear(frames: Frame[]): void {
    for (const { type, id, payload } of frames) {
      if (type !== Type.WindowUpdate) continue;
      const more = payload.readUInt32BE();
      if (id === 0) this.connection += more;
      else if (this.streams.has(id)) this.streams.set(id, this.streams.get(id)! + more);
    }
  }
}

function server(options: duetto.ServerOptions, onStream: (stream: duetto.ServerHttp2Stream) => void): Promise<{ port: number }> {
  const made = duetto.createServer(options);
  made.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    onStream(stream);
  });
  return listen(made);
}

test('a reader that keeps up gets windows up to 4 MB, and the connection 32 MB', async () => {
  const { port } = await server({}, (stream) => stream.resume());
  const sender = await Sender.start(port, 1);
  let most = 0;
  for (let i = 0; i < 30; i++) most = Math.max(most, await sender.round());
  // A window is opened again when half of it is used.
  expect(most).toBeGreaterThan(2 * MEGABYTE);
  expect(most).toBeLessThanOrEqual(4 * MEGABYTE);
  expect(sender.connection).toBeGreaterThan(16 * MEGABYTE);
  expect(sender.connection).toBeLessThanOrEqual(32 * MEGABYTE);
});

test('a reader that does not read keeps the window that it began with', async () => {
  const { port } = await server({}, (stream) => stream.pause());
  const sender = await Sender.start(port, 1);
  let sent = 0;
  for (let i = 0; i < 5; i++) sent += await sender.round();
  // What came before it said that it has enough opened the window once more.
  expect(sent).toBeLessThanOrEqual(2 * WINDOW);
});

test('what readers that stop can be made to hold is bounded by maxSessionMemory', async () => {
  const LIMIT = 2;
  const STREAMS = 20;
  const streams: duetto.ServerHttp2Stream[] = [];
  const { port } = await server({ maxSessionMemory: LIMIT }, (stream) => { streams.push(stream.resume()); });
  const sender = await Sender.start(port, STREAMS);
  for (let i = 0; i < 12; i++) await sender.round();
  // All have kept up; now they stop, and the peer sends what it may.
  for (const stream of streams) stream.pause();
  let held = 0;
  for (let i = 0; i < 5; i++) held += await sender.round();
  expect(held).toBeGreaterThan(STREAMS * WINDOW / 2);
  // Each its first window, what was read ahead of the pause, and once the limit.
  expect(held).toBeLessThanOrEqual(STREAMS * (WINDOW + 64 * 1024) + LIMIT * 1e6);
});

test('the room that a wide stream had is given to the next when it ends', async () => {
  const { port } = await server({ maxSessionMemory: 5 }, (stream) => stream.resume().on('end', () => stream.end()));
  const sender = await Sender.start(port, 1);
  for (let i = 0; i < 20; i++) await sender.round();
  for (const id of [3, 5]) {
    sender.peer.send(data(id - 2, '', Flag.EndStream), headers(id, post, Flag.EndHeaders));
    sender.streams.clear();
    sender.streams.set(id, WINDOW);
    let most = 0;
    for (let i = 0; i < 30; i++) most = Math.max(most, await sender.round());
    expect(most).toBeGreaterThan(2 * MEGABYTE);
  }
});

describe('windows that the user chose stay as they are', () => {
  test('initialWindowSize', async () => {
    const { port } = await server({ settings: { initialWindowSize: WINDOW } }, (stream) => stream.resume());
    const sender = await Sender.start(port, 1);
    for (let i = 0; i < 20; i++) expect(await sender.round()).toBeLessThanOrEqual(WINDOW);
  });

  test('connectionWindowSize', async () => {
    const { port } = await server({ connectionWindowSize: 200_000 }, (stream) => stream.resume());
    const sender = await Sender.start(port, 4);
    let most = 0;
    for (let i = 0; i < 20; i++) most = Math.max(most, await sender.round());
    expect(most).toBeGreaterThan(100_000);
    expect(most).toBeLessThanOrEqual(200_000);
  });

  test('setLocalWindowSize()', async () => {
    const made = duetto.createServer();
    made.on('session', (session) => session.setLocalWindowSize(150_000));
    made.on('stream', (stream) => stream.on('error', () => {}).resume().respond());
    const { port } = await listen(made);
    const sender = await Sender.start(port, 2);
    let most = 0;
    for (let i = 0; i < 20; i++) most = Math.max(most, await sender.round());
    expect(most).toBeLessThanOrEqual(150_000);
  });
});

test.each([0, -1, 2 ** 31, 1.5, '1', null])('connectionWindowSize %s is refused', (connectionWindowSize) => {
  const options = { connectionWindowSize } as object;
  expect(() => duetto.createServer(options)).toThrow(/connectionWindowSize/);
  expect(() => duetto.connect('http://127.0.0.1:1', options).on('error', () => {})).toThrow(/connectionWindowSize/);
});

test('the announced SETTINGS leave the initial window at its default', async () => {
  const made = duetto.createServer();
  const { port } = await listen(made);
  const session = duetto.connect(`http://127.0.0.1:${port}`);
  await once(session, 'remoteSettings');
  expect(session.remoteSettings!.initialWindowSize).toBe(WINDOW);
  session.destroy();
});
