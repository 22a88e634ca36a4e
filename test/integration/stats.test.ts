// session.stats() and duetto.stats().

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import {
  Code, data, Flag, frame, headers, ping, preface, RawPeer, requestBlock, reset, settings, Type,
  windowUpdate,
} from '../helpers/raw-peer.ts';
import { listen, open, receive, site } from '../helpers/serve.ts';

const { EndHeaders } = Flag;

async function served(options: object = {}) {
  const server = site(duetto as never, false, options) as unknown as duetto.Http2Server;
  const session = once(server, 'session').then(([one]) => one as duetto.ServerHttp2Session);
  return { ...await listen(server), session };
}

test('before the connection stands there is nothing to count', () => {
  const session = duetto.connect('http://127.0.0.1:1');
  session.on('error', () => {});
  const { bytes, limits, age, type } = session.stats();
  expect({ bytes, limits, age, type }).toEqual({ bytes: { received: 0, sent: 0 }, limits: {}, age: 0, type: 'client' });
  session.destroy();
});

test('octets, frames by type and streams are those on the wire', async () => {
  const { port, session } = await served();
  const peer = await RawPeer.connect(port);
  const sent = [
    preface, settings({ 4: 70_000 }),
    headers(1, requestBlock('/echo'), EndHeaders), data(1, 'abc'), data(1, 'defg', Flag.EndStream),
    headers(3, requestBlock('/hello')), headers(5, requestBlock('/echo'), EndHeaders), reset(5, Code.Cancel),
    windowUpdate(0, 1000), ping('settle'),
  ];
  peer.send(...sent);
  let received = 0;
  await peer.expect(Type.Ping, ({ payload }) => payload.toString().startsWith('settle'), ({ payload }) => { received += 9 + payload.length; });
  await peer.expect(Type.Data, ({ id, flags }) => id === 1 && (flags & Flag.EndStream) !== 0);
  const stats = (await session).stats();
  expect(stats.bytes.received).toBe(Buffer.concat(sent).length);
  expect(stats.bytes.sent).toBeGreaterThan(received);
  expect(stats.data).toEqual({ received: 7, sent: 18 });
  expect(stats.frames.received).toEqual({
    total: 9, data: 2, headers: 3, priority: 0, rstStream: 1, settings: 1, pushPromise: 0, ping: 1, goaway: 0, windowUpdate: 1,
    continuation: 0, other: 0,
  });
  expect(stats.frames.sent).toMatchObject({ settings: 2, headers: 2, ping: 1, goaway: 0 });
  expect(stats.streams).toMatchObject({ openedByPeer: 3, openedHere: 0, open: 0, closed: 3, refused: 0, resetReceived: 1 });
  expect(stats).toMatchObject({ type: 'server', peakStreams: 3 });
  expect(stats.age).toBeGreaterThan(0);
});

test('both ends agree, and the last numbers stay', async () => {
  const { url, session: accepted } = await served();
  const session = await open(duetto.connect(url));
  const same = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`x-same-${i}`, `the same each time, ${i}`]));
  for (let i = 0; i < 10; i++) await receive(session.request({ ':path': '/bytes/5000', ...same }));
  await new Promise((resolve) => { session.ping(resolve); });
  const other = await accepted;
  const [here, there] = [session.stats(), other.stats()];
  expect(here.bytes).toEqual({ received: there.bytes.sent, sent: there.bytes.received });
  expect(here.frames.received).toEqual(there.frames.sent);
  expect(here.frames.sent).toEqual(there.frames.received);
  expect(here.data).toEqual({ received: 50_000, sent: 0 });
  expect(here.streams.openedHere).toBe(10);
  expect(there.streams.openedByPeer).toBe(10);
  expect(here.pingRTT).toBeGreaterThan(0);
  expect(there.pingRTT).toBe(undefined);
  expect(here.compression.sent.fields).toBe(there.compression.received.fields);
  expect(here.compression.sent.frames).toBe(there.compression.received.frames);
  // The first request costs most: all that follow are indices.
  expect(here.compression.sent.ratio).toBeLessThan(0.3);
  expect(here.compression.sent.ratio).toBeCloseTo(here.compression.sent.frames / here.compression.sent.fields);
  // Twelve fields a request, two of which have values of HPACK's static table. Of the others some may be forgotten between
  // their first and their second time, where their addresses fall on one place of the cache; not all.
  const { hits, misses, entries, bytes } = there.headerCache;
  expect(hits + misses).toBe(120);
  expect(hits).toBeGreaterThan(20);
  expect([entries > 0, bytes > 0]).toEqual([true, true]);

  session.close();
  await Promise.all([once(session, 'close'), once(other, 'close')]);
  expect(session.stats().data).toEqual({ received: 50_000, sent: 0 });
  expect(session.stats().frames.sent.goaway).toBe(1);
  expect(session.stats().streams.open).toBe(0);
});

describe('flow control', () => {
  test.each([
    ['a stream\'s window', 0, 1],
    ['the connection\'s window', 1 << 20, 0],
  ])('stalls on %s are counted and timed', async (_name, streamWindow, streamId) => {
    const { port, session } = await served();
    const peer = await RawPeer.client(port, streamId === 0 ? { 4: streamWindow } : {});
    if (streamId === 1) peer.send(windowUpdate(0, 1 << 20));
    peer.send(headers(1, requestBlock('/bytes/100000')));
    let got = 0;
    while (got < 65535) got += (await peer.expect(Type.Data)).payload.length;
    await peer.settle();
    const stalled = (await session).stats();
    expect(stalled.flowControl).toMatchObject({ stalls: 1, stalledStreams: 1 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await session).stats().flowControl.stalledTime).toBeGreaterThanOrEqual(stalled.flowControl.stalledTime + 25);
    peer.send(windowUpdate(streamId, 100_000));
    while (got < 100_000) got += (await peer.expect(Type.Data)).payload.length;
    await peer.settle();
    const { flowControl } = (await session).stats();
    expect(flowControl).toMatchObject({ stalls: 1, stalledStreams: 0 });
    expect(flowControl.stalledTime).toBeGreaterThan(25);
    expect(flowControl.stalledTime).toBeLessThan(10_000);
  });

  test('a window that is used up to the last octet by what was written is no stall', async () => {
    const { port, session } = await served();
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/bytes/65535')));
    let got = 0;
    while (got < 65535) got += (await peer.expect(Type.Data)).payload.length;
    await peer.settle();
    expect((await session).stats().flowControl).toEqual({ stalls: 0, stalledTime: 0, stalledStreams: 0 });
  });

  test('what ends while it is stalled stalls no more', async () => {
    const { port, session } = await served();
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/forever')));
    let got = 0;
    while (got < 65535) got += (await peer.expect(Type.Data)).payload.length;
    peer.send(reset(1, Code.Cancel));
    await peer.settle();
    expect((await session).stats().flowControl).toMatchObject({ stalls: 1, stalledStreams: 0 });
  });
});

test('limits, and how near each is', async () => {
  const { port, session } = await served({ settings: { maxConcurrentStreams: 10 }, maxSessionMemory: 1, streamResetBurst: 100, streamResetRate: 1 });
  const peer = await RawPeer.client(port);
  peer.send(...[1, 3, 5].map((id) => headers(id, requestBlock('/echo', { 'x-1': '1', 'x-2': '2' }), EndHeaders)), reset(5, Code.Cancel), data(1, ''));
  await peer.settle();
  const { limits, memory } = (await session).stats();
  expect(limits['settings.maxConcurrentStreams']).toEqual({ reached: 2, value: 10, ratio: 0.2 });
  expect(limits.maxHeaderListPairs).toEqual({ reached: 6, value: 128, ratio: 6 / 128 });
  expect(limits.maxEmptyFrames).toEqual({ reached: 1, value: 1000, ratio: 0.001 });
  expect(limits.maxSessionInvalidFrames).toEqual({ reached: 0, value: 1000, ratio: 0 });
  expect(limits.glitchBurst).toMatchObject({ reached: 1, value: 10_000 });
  expect(limits.maxSessionRejectedStreams).toEqual({ reached: 0, value: 100, ratio: 0 });
  expect(limits.streamResetBurst).toMatchObject({ reached: 1, value: 100 });
  expect(limits.maxSessionMemory).toEqual({ reached: memory.total, value: 1e6, ratio: memory.total / 1e6 });
  expect(memory.total).toBeGreaterThan(memory.nghttp2);
  expect(memory.nghttp2).toBeGreaterThan(1000);
  expect(memory.headers).toBeGreaterThan(200);
});

test('acknowledgements that wait, entries of SETTINGS, and times are among them', async () => {
  const { port, session } = await served({ maxOutboundAcks: 50, stalledWriteTimeout: 40 });
  const peer = await RawPeer.client(port, { 1: 4096, 4: 70_000 });
  const accepted = await session;
  await peer.settle();
  const waiting = once(accepted, 'ping').then(() => accepted.stats().limits.maxOutboundAcks);
  peer.send(ping('one'), ping('two'));
  expect(await waiting).toMatchObject({ reached: 2, value: 50 });
  await peer.settle();
  expect(accepted.stats().limits).toMatchObject({
    maxOutboundAcks: { reached: 0 }, maxSettings: { reached: 2, value: 32 }, headersTimeout: { reached: 0, value: 60_000 },
    stalledWriteTimeout: { reached: 0, value: 40 },
  });
  const block = requestBlock('/bytes/200000');
  peer.send(headers(1, block.subarray(0, 3), Flag.EndStream));
  await expect.poll(() => accepted.stats().limits.headersTimeout!.reached).toBeGreaterThan(0);
  peer.send(frame(Type.Continuation, EndHeaders, 1, block.subarray(3)));
  // The window of 70,000 is shut by then.
  await expect.poll(() => accepted.stats().limits.stalledWriteTimeout!.reached, { interval: 1 }).toBeGreaterThan(0);
  expect(accepted.stats().limits.headersTimeout!.reached).toBe(0);
  const client = await open(duetto.connect(`http://127.0.0.1:${port}`));
  expect(client.stats().limits).toMatchObject({ stalledWriteTimeout: { value: 600_000 } });
  expect(client.stats().limits.headersTimeout).toBe(undefined);
  client.close();
});

test('refused streams are counted', async () => {
  const { port, session } = await served({ maxHeaderListPairs: 4 });
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock('/hello', { more: '1' })));
  await peer.expect(Type.RstStream);
  expect((await session).stats().streams).toMatchObject({ refused: 1, resetSent: 1 });
});

describe('duetto.stats()', () => {
  test('adds up all sessions, also those that are gone', async () => {
    const before = duetto.stats();
    const { url } = await served();
    const sessions = await Promise.all([1, 2, 3].map(() => open(duetto.connect(url))));
    await Promise.all(sessions.map((session) => receive(session.request({ ':path': '/bytes/1000' }))));
    const during = duetto.stats();
    expect(during.sessions.opened - before.sessions.opened).toBe(6);
    expect(during.data.sent - before.data.sent).toBe(3000);
    expect(during.data.received - before.data.received).toBe(3000);
    expect(during.streams.openedHere - before.streams.openedHere).toBe(3);
    const closed = sessions.map((session) => once(session, 'close'));
    for (const session of sessions) session.close();
    await Promise.all(closed);
    const after = duetto.stats();
    expect(after.data.sent - before.data.sent).toBe(3000);
    expect(after.sessions.opened).toBe(during.sessions.opened);
    expect(after.sessions.open).toBeLessThanOrEqual(during.sessions.open - 3);
    expect(after.memory.total).toBeLessThan(during.memory.total);
  });

  test('another thread has its own', async () => {
    const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
    const worker = new Worker(`require('node:worker_threads').parentPort.postMessage(require(${JSON.stringify(entry)}).stats())`, { eval: true });
    onTestFinished(async () => { await worker.terminate(); });
    const [stats] = await once(worker, 'message') as [duetto.TotalStats];
    expect(stats.sessions).toEqual({ open: 0, opened: 0 });
    expect(stats.bytes).toEqual({ received: 0, sent: 0 });
  });
});

test('a thousand sessions can be asked each second', async () => {
  const { url } = await served();
  const session = await open(duetto.connect(url));
  await receive(session.request({ ':path': '/hello' }));
  const rounds = [1, 2, 3, 4, 5].map(() => {
    const began = process.cpuUsage();
    for (let i = 0; i < 1000; i++) session.stats();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  // Some 4 ms here; a tenth of the second that there is, on a slow machine. The others have the compiler's work in them.
  expect(Math.min(...rounds)).toBeLessThan(100);
});
