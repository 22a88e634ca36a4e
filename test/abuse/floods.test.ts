// Floods by raw frames against a server with default limits: each attacker is told why and cut off, and an honest client
// on another connection is served meanwhile.
import { expect, test } from 'vitest';
import {
  block, Code, data, Flag, frame, headers, ping, RawPeer, requestBlock, reset, settings, Type, uint32, windowUpdate,
} from '../helpers/raw-peer.ts';
import { main, minor } from '../helpers/engines.ts';
import { Arena, attack, toldWhy } from './arena.ts';

const { EndHeaders, EndStream } = Flag;

/** Milliseconds. */
const ATTACK = Number(process.env.DUETTO_ABUSE_MS ?? 500);

const many = (n: number, make: (i: number) => Uint8Array): Buffer => Buffer.concat(Array.from({ length: n }, (_, i) => make(i)));
/** Ids of streams of a client: a hundred a round. */
const id = (round: number, i: number): number => 1 + 2 * (round * 100 + i);
const post = (stream: number, more: Record<string, string> = {}): Buffer =>
  headers(stream, block({ ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ':path': '/upload', ...more }), EndHeaders);

/** A block that fills the table with one large field, and blocks that are that field again and again. */
const bomb = Buffer.concat([requestBlock('/held'), Buffer.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4000, 'x')]);
const fuse = Buffer.concat([requestBlock('/held'), Buffer.alloc(120, 0x80 | 62)]);
const malformed = headers(1, block({ ':method': 'POST' }), EndHeaders);

interface Attack {
  readonly name: string;
  readonly next: (round: number) => Uint8Array;
  readonly first?: Uint8Array;
  readonly values?: Record<number, number>;
  readonly limit: RegExp;
  readonly code?: number;
  /** The attacker does not read what it is answered. */
  readonly deaf?: boolean;
  /** nghttp2 ends the session at the first such frame: no limit is needed. Always, or from this minor version on. */
  readonly ended?: true | number;
}

const attacks: Attack[] = [
  { name: 'rapid reset (CVE-2023-44487)', limit: /^streamResetBurst: \d+ RST_STREAM frames received, 1000 allowed/, code: Code.InternalError,
    next: (round) => many(100, (i) => Buffer.concat([headers(id(round, i), requestBlock('/held')), reset(id(round, i), Code.Cancel)])) },
  { name: 'MadeYouReset by window overflow (CVE-2025-8671)', limit: /^(glitchBurst|maxSessionInvalidFrames): /, ended: 67,
    next: (round) => many(100, (i) => Buffer.concat([post(id(round, i)), windowUpdate(id(round, i), 0x7fffffff)])) },
  { name: 'MadeYouReset by an increment of 0', limit: /increment/, ended: true,
    next: (round) => many(100, (i) => Buffer.concat([post(id(round, i)), windowUpdate(id(round, i), 0)])) },
  // From 1.67 on nghttp2 calls such a frame invalid, too.
  { name: 'MadeYouReset by content-length', limit: /^(glitchBurst: \d+ suspicious frames, 10000 allowed|maxSessionInvalidFrames: )/,
    next: (round) => many(100, (i) => Buffer.concat([post(id(round, i), { 'content-length': '1' }), data(id(round, i), 'four', EndStream)])) },
  { name: 'CONTINUATION flood (CVE-2024-27983, 28182)', limit: /^maxContinuations: 9 CONTINUATION frames of a block, 8 allowed/, code: Code.EnhanceYourCalm,
    first: headers(1, requestBlock(), EndStream), next: () => many(100, () => frame(Type.Continuation, 0, 1, block({ 'x-more': 'y' }))) },
  { name: 'SETTINGS flood, answers read (CVE-2019-9515)', limit: /^(glitchBurst|maxOutboundAcks): /, code: Code.EnhanceYourCalm,
    next: () => many(100, () => settings({ 4: 70_000 })) },
  { name: 'SETTINGS flood, answers not read', limit: /^(glitchBurst|maxOutboundAcks): /, code: Code.EnhanceYourCalm, deaf: true,
    next: () => many(500, () => settings()) },
  { name: 'PING flood, answers read (CVE-2019-9512)', limit: /^(glitchBurst|maxOutboundAcks): /, code: Code.EnhanceYourCalm,
    next: () => many(100, () => ping('flood')) },
  { name: 'PING flood, answers not read', limit: /^(glitchBurst|maxOutboundAcks): /, code: Code.EnhanceYourCalm, deaf: true,
    next: () => many(500, () => ping('flood')) },
  { name: 'PRIORITY flood (CVE-2019-9513)', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    next: (round) => many(100, (i) => frame(Type.Priority, 0, id(round, i), Buffer.from([0, 0, 0, 0, 15]))) },
  { name: 'reset flood of invalid requests (CVE-2019-9514)', limit: /^(glitchBurst|maxSessionInvalidFrames): /,
    next: (round) => many(100, (i) => headers(id(round, i), block({ ':method': 'GET' }))) },
  { name: 'empty DATA (CVE-2019-9518)', limit: /^maxEmptyFrames: 1001 empty frames in a row, 1000 allowed/, code: Code.EnhanceYourCalm,
    first: post(1), next: () => many(200, () => data(1, '')) },
  { name: 'empty DATA, padded', limit: /^(glitchBurst|maxEmptyFrames): /, code: Code.EnhanceYourCalm,
    first: post(1), next: () => many(200, () => frame(Type.Data, Flag.Padded, 1, Buffer.from([0]))) },
  { name: 'empty HEADERS', limit: /^(glitchBurst|maxSessionInvalidFrames): /,
    next: (round) => many(100, (i) => headers(id(round, i), Buffer.alloc(0))) },
  { name: 'empty HEADERS and CONTINUATION', limit: /^maxContinuations: /, code: Code.EnhanceYourCalm,
    first: headers(1, Buffer.alloc(0), EndStream), next: () => many(100, () => frame(Type.Continuation, 0, 1)) },
  { name: 'WINDOW_UPDATE flood of the connection', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm, next: () => many(500, () => windowUpdate(0, 1)) },
  { name: 'WINDOW_UPDATE flood of a stream', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    first: post(1), next: () => many(500, () => windowUpdate(1, 1)) },
  { name: 'data dribble (CVE-2019-9511)', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm, values: { 4: 0 },
    first: headers(1, requestBlock('/large')), next: () => windowUpdate(1, 1) },
  { name: 'frames of unknown types', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm, next: () => many(500, () => frame(0x2a, 0, 0, uint32(1))) },
  { name: 'HPACK bomb, windows shut (CVE-2016-6581, 2019-9517)', limit: /^maxSessionRejectedStreams: /, values: { 4: 0 },
    first: headers(1, bomb), next: (round) => many(10, (i) => headers(3 + 2 * (round * 10 + i), fuse)) },
  { name: 'many tiny fields (CVE-2019-9516)', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    next: (round) => many(10, (i) => headers(1 + 2 * (round * 10 + i), Buffer.concat([requestBlock(), many(200, () => block({ a: '' }))]))) },
  { name: 'malformed fields', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    next: (round) => many(10, (i) => headers(1 + 2 * (round * 10 + i), Buffer.concat([requestBlock('/held'), many(100, () => block({ a: '\r' }))]))) },
  { name: 'cookie crumbs', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    next: (round) => many(10, (i) => headers(1 + 2 * (round * 10 + i), Buffer.concat([requestBlock(), many(500, () => block({ cookie: 'a' }))]))) },
  { name: 'huge SETTINGS (CVE-2020-11080)', limit: /^maxSettings: 33 entries of a SETTINGS frame, 32 allowed/, code: Code.EnhanceYourCalm,
    next: () => frame(Type.Settings, 0, 0, many(2000, () => Buffer.from([0, 4, 0, 1, 0, 0]))) },
  // The server has reset it: what comes may have been on its way.
  { name: 'DATA on closed streams', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    first: malformed, next: () => many(200, () => data(1, 'late')) },
  { name: 'HEADERS on closed streams', limit: /^glitchBurst: /, code: Code.EnhanceYourCalm,
    first: malformed, next: () => many(200, () => headers(1, requestBlock(), EndHeaders)) },
  { name: 'frames too large', limit: /^settings\.maxFrameSize: /, code: Code.FrameSizeError, next: () => frame(Type.Ping, 0, 0, Buffer.alloc(20_000)) },
];

test.each(attacks)('$name', async ({ name, next, first, values, limit, code, deaf, ended: endedFrom }) => {
  const ended = endedFrom === true || minor(main.nghttp2.version) >= (endedFrom ?? Infinity);
  const arena = await Arena.open();
  const reasons: Array<{ code: number; opaque: string } | undefined> = [];
  // One attacker after the other, each on a new connection.
  for (const end = Date.now() + ATTACK; Date.now() < end || (!deaf && !reasons.some((reason) => reason && (ended ? reason.code !== Code.NoError : limit.test(reason.opaque))));) {
    expect(reasons.length).toBeLessThan(1000);
    const peer = await RawPeer.client(arena.port, values);
    if (first !== undefined) peer.send(first);
    if (deaf) peer.socket.pause();
    reasons.push(toldWhy(await attack(peer, next)));
  }
  // One that writes when it is cut off already, or does not read, loses what it was told.
  for (const why of reasons) if (code !== undefined && why !== undefined) expect(why.code).toBe(code);
  await arena.alone();
  const { told } = await arena.survived(name);
  if (!ended) expect(told.filter(({ scope }) => scope === 'session').length).toBe(reasons.length);
}, 60_000);
