// Asynchronous contexts: whose `AsyncLocalStorage` an event runs in.

import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { block, Code, data, Flag, headers, RawPeer, requestBlock, reset, settingsAck, Type } from '../helpers/raw-peer.ts';
import { listen, open, site } from '../helpers/serve.ts';

type Stream = import('node:http2').Http2Stream;
const { EndHeaders, EndStream } = Flag;
const storage = new AsyncLocalStorage<string>();

/** Every event of a stream, with the context that its listener ran in. */
function follow(stream: Stream, seen: string[]): void {
  for (const event of ['ready', 'response', 'headers', 'continue', 'push', 'trailers', 'data', 'end', 'wantTrailers', 'finish',
    'drain', 'aborted', 'timeout', 'frameError', 'error', 'close'])
    stream.on(event, () => seen.push(`${event} ${storage.getStore()}`));
}

const events = (seen: string[]): string[] => [...new Set(seen.map((one) => one.split(' ')[0]!))].sort();
const contexts = (seen: string[]): string[] => [...new Set(seen.map((one) => one.split(' ')[1]!))];

async function served(options: object = {}) {
  return listen(site(duetto as never, false, options));
}

describe('events of a client stream run in the context of its request()', () => {
  test('two requests in one turn, their answers in one chunk', async () => {
    const { port, peer } = await RawPeer.server();
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`));
    const seen: { [name: string]: string[] } = { one: [], two: [] };
    const closed = ['one', 'two'].map((name) => storage.run(name, () => {
      const stream = session.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true });
      follow(stream, seen[name]!);
      stream.on('wantTrailers', () => stream.sendTrailers({ done: 'yes' }));
      stream.end('x'.repeat(20_000));
      return once(stream, 'close');
    }));
    const server = await peer;
    await server.expect(Type.Headers, ({ id, flags }) => id === 3 && (flags & EndStream) !== 0);
    const both = (make: (id: number) => Buffer): Buffer[] => [1, 3].map(make);
    server.send(
      ...both((id) => headers(id, block({ ':status': '100' }), EndHeaders)),
      ...both((id) => headers(id, block({ ':status': '103', link: 'x' }), EndHeaders)),
      ...both((id) => headers(id, block({ ':status': '200' }), EndHeaders)),
      ...both((id) => data(id, 'body')),
      ...both((id) => headers(id, block({ checksum: 'abc' }))));
    await Promise.all(closed);
    for (const name of ['one', 'two']) {
      expect(contexts(seen[name]!)).toEqual([name]);
      expect(events(seen[name]!)).toEqual(
        ['close', 'continue', 'data', 'end', 'finish', 'headers', 'response', 'trailers', 'wantTrailers']);
    }
  });

  test('a request made before the connection stands', async () => {
    const { url } = await served();
    const session = storage.run('connecting', () => duetto.connect(url));
    onTestFinished(() => session.destroy());
    const seen: string[] = [];
    const stream = storage.run('request', () => session.request({ ':path': '/hello' }));
    follow(stream, seen);
    await once(stream, 'close');
    expect(events(seen)).toEqual(['close', 'data', 'end', 'finish', 'ready', 'response']);
    expect(contexts(seen)).toEqual(['request']);
  });

  const ends: Array<[string, (server: RawPeer, stream: Stream, session: import('node:http2').ClientHttp2Session) => void, string[]]> = [
    ['the peer resets the stream', (server) => server.send(reset(1, Code.InternalError)), ['close', 'error', 'finish']],
    ['the peer sends GOAWAY with a code', (server) => server.send(goaway(Code.InternalError)), ['close', 'error', 'finish']],
    ['the peer breaks the protocol', (server) => server.send(data(77, 'x')), ['close', 'error', 'finish']],
    ['the connection is gone', (server) => server.socket.destroy(), ['close', 'finish']],
    ['the connection is reset', (server) => server.socket.resetAndDestroy(), ['close', 'finish']],
    ['somebody destroys the session', (_server, _stream, session) => session.destroy(new Error('enough')), ['close', 'error', 'finish']],
    ['somebody destroys the stream', (_server, stream) => stream.destroy(new Error('enough')), ['close', 'error', 'finish']],
    ['somebody closes the stream', (_server, stream) => stream.close(Code.Cancel), ['close', 'finish']],
  ];

  test.each(ends)('%s', async (_name, end, expected) => {
    const { port, peer } = await RawPeer.server();
    const session = await open(storage.run('connect', () => duetto.connect(`http://127.0.0.1:${port}`)));
    session.on('error', () => {});
    const seen: string[] = [];
    const stream = storage.run('request', () => session.request({ ':path': '/' }));
    stream.on('error', () => {});
    follow(stream, seen);
    stream.resume();
    const server = await peer;
    await server.expect(Type.Headers);
    const closed = new Promise((resolve) => stream.on('close', resolve));
    storage.run('somebody', () => end(server, stream, session));
    await closed;
    // Whether a reset connection gives an error depends on what was being read and written.
    expect(events(seen)).toEqual(expect.arrayContaining(expected));
    expect(contexts(seen)).toEqual(['request']);
  });

  function goaway(code: number): Buffer {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(code, 4);
    return Buffer.concat([Buffer.from([0, 0, 8, Type.Goaway, 0, 0, 0, 0, 0]), payload]);
  }

  test('an abort signal, and a session that can take no more', async () => {
    const { url } = await served();
    const session = await open(duetto.connect(url));
    const controller = new AbortController();
    const seen: string[] = [];
    const aborted = storage.run('request', () => session.request({ ':path': '/forever' }, { signal: controller.signal }));
    aborted.on('error', () => {});
    follow(aborted, seen);
    await once(aborted, 'response');
    storage.run('somebody', () => controller.abort());
    await new Promise((resolve) => aborted.on('close', resolve));
    storage.run('somebody', () => session.close());
    const late = storage.run('request', () => session.request({ ':path': '/' }));
    follow(late, seen);
    await new Promise((resolve) => late.on('close', resolve));
    expect(events(seen)).toEqual(expect.arrayContaining(['close', 'error', 'response']));
    expect(contexts(seen)).toEqual(['request']);
  });

  test('time-outs: the event in that of request(), the callback in that of its caller', async () => {
    const { port, peer } = await RawPeer.server();
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`));
    await peer;
    const seen: string[] = [];
    const stream = storage.run('request', () => session.request({ ':path': '/' }));
    follow(stream, seen);
    const called = storage.run('caller', () => new Promise((resolve) => {
      stream.setTimeout(20, () => resolve(storage.getStore()));
    }));
    expect(await called).toBe('caller');
    expect(seen.filter((one) => one.startsWith('timeout'))).toEqual(['timeout request']);
    const ofSession = storage.run('session', () => new Promise((resolve) => {
      session.setTimeout(20, () => resolve(storage.getStore()));
    }));
    expect(await ofSession).toBe('session');
  });

  test('a callback of setTimeout can be removed, and is called once', async () => {
    const { port, peer } = await RawPeer.server();
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`));
    await peer;
    const calls: string[] = [];
    const removed = (): void => { calls.push('removed'); };
    session.setTimeout(10, removed);
    session.removeListener('timeout', removed);
    session.setTimeout(10, () => { calls.push('once'); });
    expect(session.listenerCount('timeout')).toBe(1);
    await once(session, 'timeout');
    expect(session.listenerCount('timeout')).toBe(0);
    expect(calls).toEqual(['once']);
  });
});

describe('a server stream has a context of its own', () => {
  /** A server whose handlers enter a context each, and what every event of every stream sees. */
  async function entering() {
    const server = duetto.createServer();
    const seen: { [path: string]: string[] } = {};
    const before: Array<string | undefined> = [];
    server.on('stream', (stream, { ':path': path }) => {
      before.push(storage.getStore());
      storage.enterWith(path!);
      follow(stream, seen[path!] = []);
      stream.on('error', () => {});
      if (path !== '/wait') {
        stream.resume();
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ a: 'b' }));
        stream.on('end', () => stream.end('done'));
      }
    });
    return { ...await listen(server), seen, before };
  }

  test('enterWith does not show in the next handler, of one chunk or the next', async () => {
    const { port, seen, before } = await entering();
    const peer = await RawPeer.client(port);
    const ids = [1, 3, 5, 7];
    peer.send(...ids.map((id) => headers(id, requestBlock(`/${id}`), EndHeaders)));
    await peer.settle();
    peer.send(...ids.map((id) => data(id, 'body')), ...ids.map((id) => data(id, 'more', EndStream)));
    await peer.expect(Type.Headers, ({ id, flags }) => id === 7 && (flags & EndStream) !== 0);
    peer.send(headers(9, requestBlock('/9')));
    await peer.expect(Type.Headers, ({ id, flags }) => id === 9 && (flags & EndStream) !== 0);
    await peer.settle();
    expect(before).toEqual([undefined, undefined, undefined, undefined, undefined]);
    for (const id of ids) {
      expect(contexts(seen[`/${id}`]!)).toEqual([`/${id}`]);
      expect(events(seen[`/${id}`]!)).toEqual(['close', 'data', 'end', 'finish', 'wantTrailers']);
    }
    expect(contexts(seen['/9']!)).toEqual(['/9']);
  });

  test('requests and responses, their callbacks and errors', async () => {
    const seen: string[] = [];
    const server = duetto.createServer((request, response) => {
      seen.push(`before ${storage.getStore()}`);
      storage.enterWith(request.url);
      const note = (what: string) => (): void => { seen.push(`${what} ${storage.getStore()} ${request.url}`); };
      request.on('data', note('data')).on('end', note('end')).on('aborted', note('aborted')).on('close', note('close'));
      response.on('finish', note('finish')).on('close', note('closed'));
      if (request.url !== '/2') request.on('end', () => response.end('ok', note('callback')));
    });
    const { port } = await listen(server);
    const peer = await RawPeer.client(port);
    peer.send(...[1, 3].map((id) => headers(id, requestBlock(id === 1 ? '/1' : '/2'), EndHeaders)),
              data(1, 'a', EndStream), data(3, 'b'), reset(3, Code.Cancel));
    await peer.expect(Type.Data, ({ flags }) => (flags & EndStream) !== 0);
    await peer.settle();
    expect(seen.filter((one) => one.startsWith('before'))).toEqual(['before undefined', 'before undefined']);
    const rest = seen.filter((one) => !one.startsWith('before')).map((one) => one.split(' '));
    for (const [what, store, url] of rest) expect([what, store]).toEqual([what, url]);
    expect(rest.map(([what, , url]) => `${what} ${url}`)).toEqual(expect.arrayContaining([
      'data /1', 'end /1', 'finish /1', 'callback /1', 'close /1', 'closed /1', 'data /2', 'aborted /2', 'close /2', 'closed /2',
    ]));
  });

  test.each([
    ['the peer resets it', (peer: RawPeer) => peer.send(reset(1, Code.InternalError), reset(3, Code.Cancel))],
    ['the peer breaks the protocol', (peer: RawPeer) => peer.send(data(77, 'x'))],
    ['the connection is gone', (peer: RawPeer) => peer.socket.destroy()],
  ])('%s', async (_name, end) => {
    const server = duetto.createServer();
    const seen: { [path: string]: string[] } = {};
    let closing: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => { closing = resolve; });
    let open = 2;
    server.on('sessionError', () => {});
    server.on('stream', (stream, { ':path': path }) => {
      storage.enterWith(path!);
      follow(stream, seen[path!] = []);
      stream.on('error', () => {}).on('close', () => { if (--open === 0) closing!(); });
    });
    const { port } = await listen(server);
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/1'), EndHeaders), headers(3, requestBlock('/3'), EndHeaders));
    await peer.settle();
    end(peer);
    await closed;
    for (const path of ['/1', '/3']) {
      expect(contexts(seen[path]!)).toEqual([path]);
      expect(events(seen[path]!)).toEqual(expect.arrayContaining(['aborted', 'close']));
    }
  });
});

test('pings and settings call back in the context of their caller', async () => {
  const { port, peer } = await RawPeer.server();
  const session = storage.run('connect', () => duetto.connect(`http://127.0.0.1:${port}`, { maxOutstandingPings: 2 }));
  onTestFinished(() => session.destroy());
  const seen: string[] = [];
  const note = (what: string) => (): void => { seen.push(`${what} ${storage.getStore()}`); };
  storage.run('early', () => session.settings({ enablePush: false }, note('early settings')));
  storage.run('early', () => session.ping(note('early ping')));
  await once(session, 'connect');
  storage.run('settings', () => session.settings({ enablePush: false }, note('settings')));
  storage.run('one', () => session.ping(note('ping')));
  storage.run('two', () => session.ping(note('ping')));
  storage.run('three', () => session.ping(note('refused ping')));
  const server = await peer;
  const pings = [await server.expect(Type.Ping), await server.expect(Type.Ping)];
  server.send(settingsAck, settingsAck);
  server.send(...pings.slice(0, 1).map(({ payload }) => Buffer.concat([Buffer.from([0, 0, 8, Type.Ping, 1, 0, 0, 0, 0]), payload])));
  await once(session, 'localSettings');
  await new Promise((resolve) => setImmediate(resolve));
  storage.run('somebody', () => session.destroy());
  await once(session, 'close');
  expect([...seen].sort()).toEqual([
    'early ping early', 'early settings early', 'ping one', 'ping two', 'refused ping three', 'settings settings',
  ]);
});

test('async_hooks see a resource for each stream, and its events run in it', async () => {
  const types = new Map<number, string>();
  const hook = createHook({ init: (id, type) => { types.set(id, type); } }).enable();
  onTestFinished(() => { hook.disable(); });
  const server = duetto.createServer();
  const inside: string[] = [];
  server.on('stream', (stream) => {
    inside.push(types.get(executionAsyncId())!);
    stream.respond({ ':status': 200 }, { endStream: true });
  });
  const { url } = await listen(server);
  const session = await open(duetto.connect(url));
  const stream = session.request({ ':path': '/' });
  stream.on('response', () => inside.push(types.get(executionAsyncId())!));
  await once(stream.resume(), 'close');
  expect(inside).toEqual(['HTTP2STREAM', 'PendingRequest']);
});
