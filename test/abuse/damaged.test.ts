// Damaged and random octets against a live server, over TCP, while an honest client is served.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { mutate, randomOf } from '../fuzz/mutate.mjs';
import {
  Code, data, Flag, frame, headers, ping, preface, RawPeer, requestBlock, reset, settings, settingsAck, Type, windowUpdate,
} from '../helpers/raw-peer.ts';
import { Arena } from './arena.ts';

const { EndHeaders, EndStream } = Flag;

/** Milliseconds. */
const ATTACK = 2 * Number(process.env.DUETTO_ABUSE_MS ?? 500);
const AT_ONCE = 10;

const sane = Buffer.concat([
  preface, settings({ 1: 4096, 3: 100, 4: 100_000 }), settingsAck, windowUpdate(0, 100_000),
  headers(1, requestBlock('/')), headers(3, requestBlock('/upload'), EndHeaders), data(3, 'some'), data(3, 'more', EndStream),
  headers(5, requestBlock('/large')), windowUpdate(5, 1000), ping('damaged'), reset(5, Code.Cancel),
  headers(7, requestBlock('/held').subarray(0, 5), EndStream), frame(Type.Continuation, EndHeaders, 7, requestBlock('/held').subarray(5)),
  frame(Type.Priority, 0, 9, Buffer.from([0, 0, 0, 1, 15])), frame(0x2a, 0, 0, Buffer.from('unknown')), frame(Type.Goaway, 0, 0, Buffer.alloc(8)),
]);

test.each([
  ['damaged frames', (random: ReturnType<typeof randomOf>) => mutate(sane, random) as Buffer],
  ['damaged frames behind a good preface', (random: ReturnType<typeof randomOf>) =>
    Buffer.concat([sane.subarray(0, preface.length + 27), mutate(sane.subarray(preface.length + 27), random) as Buffer])],
  ['random octets behind a good preface', (random: ReturnType<typeof randomOf>) =>
    Buffer.concat([preface, settings(), Buffer.from(Array.from({ length: 200 }, () => random.below(256)))])],
] as const)('%s', async (name, make) => {
  const seed = Date.now() % 1e6;
  const random = randomOf(seed);
  const arena = await Arena.open();
  let connections = 0;
  const visit = async (): Promise<void> => {
    const socket = connect(arena.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    const closed = once(socket, 'close').catch(() => {});
    const bytes = make(random);
    const middle = random.below(bytes.length + 1);
    socket.write(bytes.subarray(0, middle));
    await new Promise((done) => { setImmediate(done); });
    socket.end(bytes.subarray(middle));
    // One that waits for the rest of a frame stays open until the peer goes.
    const late = setTimeout(() => socket.destroy(), 50);
    await closed;
    clearTimeout(late);
    connections++;
  };
  const end = Date.now() + ATTACK;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (Date.now() < end) await visit(); }));
  expect(connections, `seed ${seed}`).toBeGreaterThan(50);
  await arena.alone();
  await arena.survived(`${name}, seed ${seed}`);
}, 30_000);

test('a stream is reset in the chunk that opens it, and its handler writes on at each drain', async () => {
  const arena = await Arena.open();
  const peer = await RawPeer.client(arena.port);
  for (let id = 1; id < 41; id += 2) {
    peer.send(Buffer.concat([headers(id, requestBlock('/large', { ':method': 'POST' }), EndHeaders), data(id, 'some'), reset(id, Code.Cancel)]));
    await peer.settle();
  }
  peer.socket.destroy();
  await arena.alone();
  await arena.survived('');
});
