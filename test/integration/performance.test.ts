// Performance entries of sessions and streams, beside those of Node.

import { once } from 'node:events';
import * as hooks from 'node:perf_hooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { data, Flag, headers, RawPeer, requestBlock } from '../helpers/raw-peer.ts';
import { listen, open, receive, site } from '../helpers/serve.ts';

type Entry = hooks.PerformanceEntry & { detail: any; [name: string]: any };

/** Observes until the test is over; `until` waits for entries. */
function observe(options: object): { entries: Entry[]; calls: number; observer: hooks.PerformanceObserver; until(enough: (entries: Entry[]) => boolean): Promise<Entry[]> } {
  let wake: (() => void) | undefined;
  const seen = {
    entries: [] as Entry[],
    calls: 0,
    observer: new duetto.PerformanceObserver((list, observer) => {
      expect(observer === seen.observer).toBe(true);
      seen.calls++;
      seen.entries.push(...list.getEntries() as Entry[]);
      wake?.();
    }) as hooks.PerformanceObserver,
    async until(enough: (entries: Entry[]) => boolean) {
      while (!enough(seen.entries)) await new Promise<void>((resolve) => { wake = resolve; });
      return seen.entries;
    },
  };
  seen.observer.observe(options as never);
  onTestFinished(() => { seen.observer.disconnect(); });
  return seen;
}

const http2Only = { entryTypes: ['http2'] };
const streams = (entries: Entry[]): Entry[] => entries.filter(({ name }) => name === 'Http2Stream');
const sessions = (entries: Entry[]): Entry[] => entries.filter(({ name }) => name === 'Http2Session');

/** A client and a server, one request with a body each way that takes a while, and both closed. */
async function exchange(ping: boolean): Promise<void> {
  const server = duetto.createServer();
  server.on('stream', (stream) => {
    stream.resume().on('end', () => setTimeout(() => {
      stream.respond({ ':status': 200 });
      stream.end('x'.repeat(1000));
    }, 30));
  });
  const { url } = await listen(server);
  const accepted = once(server, 'session');
  const session = await open(duetto.connect(url));
  const [other] = await accepted;
  if (ping) await new Promise((resolve) => { session.ping(resolve); });
  const stream = session.request({ ':method': 'POST' });
  stream.end('y'.repeat(100));
  await receive(stream);
  session.close();
  await Promise.all([once(session, 'close'), once(other, 'close')]);
}

describe('entries', () => {
  test('have every property, in the right units', async () => {
    const seen = observe(http2Only);
    const began = hooks.performance.now();
    await exchange(true);
    const took = hooks.performance.now() - began;
    const entries = await seen.until((all) => all.length >= 4);
    expect(entries.map(({ name }) => name).sort()).toEqual(['Http2Session', 'Http2Session', 'Http2Stream', 'Http2Stream']);
    for (const entry of entries) {
      expect(entry.entryType).toBe('http2');
      expect(entry).toBeInstanceOf(hooks.PerformanceEntry);
      expect(entry.startTime).toBeGreaterThanOrEqual(began - 1);
      expect(entry.startTime + entry.duration).toBeLessThanOrEqual(began + took + 50);
      for (const [name, value] of Object.entries(entry.detail)) expect(entry[name]).toBe(value);
      expect(JSON.parse(JSON.stringify(entry))).toEqual({
        name: entry.name, entryType: 'http2', startTime: entry.startTime, duration: entry.duration, detail: entry.detail,
      });
    }

    const [client, server] = streams(entries).sort((a, b) => b.bytesRead - a.bytesRead) as [Entry, Entry];
    const keys = ['bytesRead', 'bytesWritten', 'id', 'timeToFirstByte', 'timeToFirstByteSent', 'timeToFirstHeader'];
    for (const entry of [client, server]) expect(Object.keys(entry.detail)).toEqual(keys);
    expect(client.detail).toMatchObject({ id: 1, bytesRead: 1000, bytesWritten: 100 });
    expect(server.detail).toMatchObject({ id: 1, bytesRead: 100, bytesWritten: 1000 });
    // The answer takes 30 ms.
    expect(client.timeToFirstHeader).toBeGreaterThan(25);
    expect(client.timeToFirstByte).toBeGreaterThanOrEqual(client.timeToFirstHeader);
    expect(client.timeToFirstByteSent).toBeLessThan(client.timeToFirstHeader);
    expect(server.timeToFirstByteSent).toBeGreaterThan(25);
    expect(server.timeToFirstHeader).toBeLessThan(server.timeToFirstByteSent);
    expect(client.duration).toBeGreaterThan(25);

    const sides = sessions(entries).sort((a, b) => a.type < b.type ? -1 : 1);
    expect(sides.map(({ type }) => type)).toEqual(['client', 'server']);
    const [ofClient, ofServer] = sides as [Entry, Entry];
    expect(Object.keys(ofClient.detail)).toEqual([
      'bytesWritten', 'bytesRead', 'framesReceived', 'framesSent', 'maxConcurrentStreams', 'pingRTT', 'streamAverageDuration',
      'streamCount', 'type',
    ]);
    expect(ofClient.pingRTT).toBeGreaterThan(0);
    expect(ofClient.pingRTT).toBeLessThan(took);
    expect('pingRTT' in ofServer.detail).toBe(false);
    for (const side of sides) {
      expect(side.detail).toMatchObject({ streamCount: 1, maxConcurrentStreams: 1 });
      expect(side.streamAverageDuration).toBeCloseTo(streams(entries).find(({ duration }) => Math.abs(duration - side.streamAverageDuration) < 1e-6)!.duration, 6);
    }
    expect(ofServer.bytesRead).toBe(ofClient.bytesWritten);
    // The last GOAWAY finds nobody who reads it.
    expect([0, 17]).toContain(ofServer.bytesWritten - ofClient.bytesRead);
    expect(ofServer.framesReceived).toBe(ofClient.framesSent);
    expect(ofClient.framesSent).toBeGreaterThanOrEqual(6);
  });

  test('pingRTT is not there without a PING', async () => {
    const seen = observe(http2Only);
    await exchange(false);
    const entries = await seen.until((all) => sessions(all).length === 2);
    expect(sessions(entries).map(({ detail }) => 'pingRTT' in detail)).toEqual([false, false]);
  });

  test('what never happened took 0 ms', async () => {
    const seen = observe(http2Only);
    const { port } = await listen(site(duetto as never));
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/nothing')));
    await peer.settle();
    const [entry] = await seen.until((all) => streams(all).length === 1) as [Entry];
    expect(entry.detail).toMatchObject({ bytesRead: 0, bytesWritten: 0, timeToFirstByte: 0, timeToFirstByteSent: 0 });
  });

  test('streams that end with their session have entries', async () => {
    const seen = observe(http2Only);
    const { port } = await listen(site(duetto as never));
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/echo'), Flag.EndHeaders), headers(3, requestBlock('/echo'), Flag.EndHeaders), data(3, 'abc'));
    await peer.settle();
    peer.socket.destroy();
    const entries = await seen.until((all) => sessions(all).length === 1);
    expect(streams(entries).map(({ id, bytesRead }) => [id, bytesRead]).sort()).toEqual([[1, 0], [3, 3]]);
    expect(sessions(entries)[0]).toMatchObject({ streamCount: 2, maxConcurrentStreams: 2, type: 'server' });
  });

  test('streams that began unobserved have none', async () => {
    const { port } = await listen(site(duetto as never));
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/echo'), Flag.EndHeaders));
    await peer.settle();
    const seen = observe(http2Only);
    peer.send(data(1, 'x', Flag.EndStream), headers(3, requestBlock('/hello')));
    await peer.settle();
    peer.socket.destroy();
    const entries = await seen.until((all) => sessions(all).length === 1);
    expect(streams(entries).map(({ id }) => id)).toEqual([3]);
  });
});

describe('PerformanceObserver', () => {
  test('is one of Node, and knows all that Node\'s does', () => {
    expect(duetto.PerformanceObserver.prototype).toBeInstanceOf(hooks.PerformanceObserver);
    const types = (hooks.PerformanceObserver as unknown as { supportedEntryTypes: string[] }).supportedEntryTypes;
    expect(duetto.PerformanceObserver.supportedEntryTypes).toEqual(expect.arrayContaining([...types, 'http2']));
    expect(() => new duetto.PerformanceObserver(undefined as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    const observer = new duetto.PerformanceObserver(() => {});
    expect(() => observer.observe({})).toThrow(expect.objectContaining({ code: 'ERR_MISSING_ARGS' }));
    expect(() => observer.observe({ entryTypes: ['http2'], type: 'http2' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });

  test('both kinds in one observe, in one list, by their start', async () => {
    let list!: hooks.PerformanceObserverEntryList;
    const seen = observe({ entryTypes: ['mark', 'http2'] });
    hooks.performance.mark('before');
    await exchange(false);
    hooks.performance.mark('after');
    const entries = await seen.until((all) => all.length >= 6);
    expect(new Set(entries.map(({ entryType }) => entryType))).toEqual(new Set(['mark', 'http2']));
    hooks.performance.clearMarks();

    const observer = new duetto.PerformanceObserver((given) => { list = given; });
    onTestFinished(() => { observer.disconnect(); });
    observer.observe({ type: 'http2' });
    observer.observe({ type: 'measure' });
    const delivered = new Promise<void>((resolve) => {
      const poll = (): void => { if (list === undefined) setImmediate(poll); else resolve(); };
      poll();
    });
    hooks.performance.measure('both');
    const { url } = await listen(site(duetto as never));
    const session = await open(duetto.connect(url));
    await receive(session.request({ ':path': '/hello' }));
    await delivered;
    expect(list.getEntries().length).toBeGreaterThan(0);
    expect(list.getEntriesByType('http2' as never).every(({ entryType }) => entryType === 'http2' as never)).toBe(true);
    expect(list.getEntriesByName('Http2Stream', 'measure' as never)).toEqual([]);
    const starts = list.getEntries().map(({ startTime }) => startTime);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('many entries come in one call', async () => {
    const seen = observe(http2Only);
    const { port } = await listen(site(duetto as never));
    const peer = await RawPeer.client(port);
    peer.send(...Array.from({ length: 20 }, (_, i) => headers(1 + 2 * i, requestBlock('/hello'))));
    await peer.settle();
    await seen.until((all) => streams(all).length === 20);
    expect(seen.calls).toBeLessThan(5);
  });

  test('takeRecords gives what was not delivered yet, and disconnect forgets it', async () => {
    const seen = observe({ entryTypes: ['http2', 'mark'] });
    const { url } = await listen(site(duetto as never));
    const session = await open(duetto.connect(url));
    const stream = session.request({ ':path': '/hello' });
    let taken: Entry[] = [];
    hooks.performance.mark('taken');
    stream.on('end', () => {
      taken = seen.observer.takeRecords() as Entry[];
    });
    await receive(stream);
    expect(taken.length).toBeGreaterThan(0);
    expect(seen.entries.some((entry) => taken.includes(entry))).toBe(false);
    seen.observer.disconnect();
    const { length } = seen.entries;
    await receive(session.request({ ':path': '/hello' }));
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen.entries.length).toBe(length);
    expect(seen.observer.takeRecords()).toEqual([]);
    hooks.performance.clearMarks();
  });

  test('buffered gives those recorded while another one observed', async () => {
    const first = observe(http2Only);
    await exchange(false);
    const recorded = await first.until((all) => all.length >= 4);
    const later = observe({ type: 'http2', buffered: true });
    const entries = await later.until((all) => all.length > 0);
    expect(entries).toEqual(expect.arrayContaining(recorded));
    const none = observe({ type: 'http2' });
    expect(none.observer.takeRecords()).toEqual([]);
  });

  test('observing other types instead ends it', async () => {
    const seen = observe(http2Only);
    seen.observer.observe({ entryTypes: ['mark'] } as never);
    await exchange(false);
    hooks.performance.mark('only');
    await seen.until((all) => all.length > 0);
    expect(seen.entries.map(({ name }) => name)).toEqual(['only']);
    hooks.performance.clearMarks();
  });
});
