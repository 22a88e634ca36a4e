// What one connection costs at default options, whatever it sends: one attacker of a kind, for a bounded time, and the growth of
// the process that it attacks and the longest delay of its event loop.
import { describe, expect, test } from 'vitest';
import { block, data, field, Flag, frame, headers, RawPeer, requestBlock, reset, settings, settingsAck, Type, uint32 } from '../helpers/raw-peer.ts';
import { module_, Talker } from './arena.ts';

const { EndHeaders, EndStream } = Flag;

/** Octets of RSS. */
const MOST_GROWTH = 64 * 1024 * 1024;
/** Milliseconds of one turn. */
const MOST_DELAY = Number(process.env.DUETTO_GROWTH_DELAY ?? 100);
/** Milliseconds that an attacker is given. */
const ATTACK = Number(process.env.DUETTO_ABUSE_MS ?? 500) * 4;

/** A delay that the machine has caused is not there again. */
const RETRIES = { timeout: 60_000, retry: 2 };

const many = (n: number, make: (i: number) => Uint8Array): Buffer => Buffer.concat(Array.from({ length: n }, (_, i) => make(i)));
const post = (id: number, more: Uint8Array = Buffer.alloc(0)): Buffer => headers(id, Buffer.concat([requestBlock('/', { ':method': 'POST' }), more]), EndHeaders);
const get = (id: number): Buffer => headers(id, requestBlock());
/** HEADERS that depend on another stream (RFC 7540, section 6.2). */
const dependent = (id: number, on: number, exclusive: boolean, flags: number, payload: Buffer): Buffer =>
  headers(id, Buffer.concat([uint32((on | (exclusive ? 0x80000000 : 0)) >>> 0), Buffer.from([15]), payload]), flags | EndHeaders | Flag.Priority);

/** 4 KB that nghttp2 has to look through for each octet that names them, in `blocks` of a request. */
const entry = (end: string): Buffer => Buffer.concat([Buffer.from([0x40]), field('x-a', 'v'.repeat(3899) + end).subarray(1)]);
const indexed = (id: number): Buffer => Buffer.concat([
  headers(id, Buffer.concat([requestBlock(), Buffer.alloc(16000, 0xbe)]), EndStream),
  ...Array.from({ length: 8 }, (_, i) => frame(Type.Continuation, i === 7 ? EndHeaders : 0, id, Buffer.alloc(16384, 0xbe))),
]);

/** Ids that fall on one place of a table whose hash is known (nghttp2 before 1.65). */
function colliding(count: number): number[] {
  const inverse = 0x144cbc89n;
  const ids: number[] = [];
  for (let i = 0n; i < 1n << 18n; i++) {
    const id = Number(inverse * i & 0xffffffffn);
    if (id % 2 === 1 && id > 0 && id < 2 ** 31) ids.push(id);
  }
  return ids.sort((a, b) => a - b).slice(0, count);
}

interface Attacker {
  readonly name: string;
  readonly handler?: string;
  readonly first?: () => Uint8Array;
  readonly next: (round: number) => Uint8Array;
  /** It does not read. */
  readonly deaf?: boolean;
}

const id = (round: number, i: number, n: number): number => 1 + 2 * (round * n + i);
const clients: Attacker[] = [
  { name: 'bodies that nobody reads', next: (round) => many(4, (i) => Buffer.concat([post(id(round, i, 4)), many(4, () => data(id(round, i, 4), Buffer.alloc(16000)))])) },
  { name: 'streams first, bodies that nobody reads then', first: () => many(6000, (i) => post(1 + 2 * i)), next: (round) => many(20, (i) => data(1 + 2 * ((round * 20 + i) % 6000), Buffer.alloc(16000))) },
  { name: 'DATA of one octet that nobody reads', next: (round) => Buffer.concat([round % 10 === 0 ? post(1 + round / 5) : Buffer.alloc(0), many(5000, () => data(1 + 2 * Math.floor(round / 10), 'x'))]) },
  { name: 'DATA of one octet for a reader that is slow', handler: 'slow', first: () => many(100, (i) => post(1 + 2 * i)), next: (round) => many(5000, () => data(1 + 2 * (round % 100), 'x')) },
  { name: 'malformed fields', first: () => headers(1, Buffer.concat([requestBlock(), entry('\r')])), next: (round) => indexed(3 + 2 * round) },
  { name: 'valid fields of the same length', first: () => headers(1, Buffer.concat([requestBlock(), entry('v')])), next: (round) => indexed(3 + 2 * round) },
  { name: 'resets whose answers are not read', deaf: true, next: (round) => many(200, (i) => headers(id(round, i, 200), block({ ':method': 'GET' }))) },
  { name: 'requests whose answers are not read', deaf: true, next: (round) => many(200, (i) => get(id(round, i, 200))) },
  { name: 'requests that are reset', next: (round) => many(200, (i) => Buffer.concat([get(id(round, i, 200)), reset(id(round, i, 200), 8)])) },
  { name: 'ids that fall on one place', first: () => many(4000, (i) => post(colliding4000[i]!)), next: (round) => many(600, (i) => data(colliding4000[(round * 600 + i) % 4000]!, 'x')) },
  { name: 'a chain of dependencies', next: (round) => round < 50
    ? many(200, (i) => dependent(id(round, i, 200), round + i === 0 ? 0 : id(round, i, 200) - 2, false, 0, requestBlock('/', { ':method': 'POST' })))
    : many(100, (i) => dependent(20_001 + 2 * ((round - 50) * 100 + i), 19_999, false, EndStream, requestBlock())) },
  { name: 'a chain of exclusive dependencies', next: (round) => round < 50
    ? many(200, (i) => dependent(id(round, i, 200), 0, true, 0, requestBlock('/', { ':method': 'POST' })))
    : many(100, (i) => dependent(20_001 + 2 * ((round - 50) * 100 + i), 1, false, EndStream, requestBlock())) },
];
const colliding4000 = colliding(4000);

const promise = (round: number, i: number): Buffer => frame(Type.PushPromise, EndHeaders, 1, Buffer.concat([uint32(2 + 2 * (round * 200 + i)), requestBlock()]));
const status = Buffer.from([0x88]);
const servers: Attacker[] = [
  { name: 'promises', deaf: true, next: (round) => many(200, (i) => promise(round, i)) },
  { name: 'pushes that nobody takes', next: (round) => many(200, (i) => Buffer.concat([promise(round, i), headers(2 + 2 * (round * 200 + i), status, EndHeaders), data(2 + 2 * (round * 200 + i), Buffer.alloc(8192), EndStream)])) },
  { name: 'pushes that are taken and not read', handler: 'take', next: (round) => many(200, (i) => Buffer.concat([promise(round, i), headers(2 + 2 * (round * 200 + i), status, EndHeaders), data(2 + 2 * (round * 200 + i), Buffer.alloc(8192), EndStream)])) },
  { name: 'promises that are taken back', next: (round) => many(200, (i) => Buffer.concat([promise(round, i), reset(2 + 2 * (round * 200 + i), 8)])) },
  { name: 'interim responses', next: () => many(50, () => headers(1, block({ ':status': '103', link: 'x'.repeat(2000) }), EndHeaders)) },
];

async function attack(peer: RawPeer, { first, next, deaf }: Attacker): Promise<void> {
  if (deaf) peer.socket.pause();
  let over = false;
  void peer.closed().then(() => { over = true; });
  const end = Date.now() + ATTACK;
  const flood = async (bytes: Uint8Array): Promise<void> => {
    // Who does not let us write any more has bounded us.
    const late = new Promise((done) => { setTimeout(done, Math.max(0, end - Date.now())).unref(); });
    await Promise.race([peer.flood(bytes), late]);
  };
  if (first !== undefined) await flood(first());
  for (let round = 0; !over && Date.now() < end; round++) {
    await flood(next(round));
    await new Promise((done) => { setImmediate(done); });
  }
  peer.socket.destroy();
}

async function cost(victim: Talker, name: string): Promise<void> {
  const { growth, delay, told } = await victim.ask<{ growth: number; delay: number; told: string[] }>();
  if (process.env.DUETTO_ABUSE_TABLE) console.log(`| ${name} | ${Math.round(growth / 1048576)} | ${Math.round(delay)} | ${told.join(', ')} |`);
  expect(growth).toBeLessThan(MOST_GROWTH);
  expect(delay).toBeLessThan(MOST_DELAY);
}

describe('a server', () => {
  test.each(clients)('is sent $name', RETRIES, async (attacker) => {
    const victim = new Talker('growth-victim.cjs', module_, 'server', attacker.handler ?? 'hold');
    const peer = await RawPeer.client(Number(await victim.line()));
    await attack(peer, attacker);
    await cost(victim, attacker.name);
  });
});

describe('a client', () => {
  test.each(servers)('is sent $name', RETRIES, async (attacker) => {
    const { port, peer: met } = await RawPeer.server({}, Buffer.concat([settings(), settingsAck]));
    const victim = new Talker('growth-victim.cjs', module_, String(port), attacker.handler ?? 'none');
    await victim.line();
    const peer = await met;
    await peer.expect(Type.Headers);
    await attack(peer, attacker);
    await cost(victim, attacker.name);
  });
});
