// The channels of node:http2, by name and payload, on every Node; and those that only duetto has.

import * as builtin from 'node:http2';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { Code, data, Flag, frame, RawPeer, requestBlock, headers, settings, Type } from '../helpers/raw-peer.ts';
import { listen, open, site } from '../helpers/serve.ts';
import { nodeIs } from '../helpers/parity.ts';

type Message = { [name: string]: any };
type Heard = Array<[name: string, message: Message]>;

function hear(...names: string[]): Heard {
  const heard: Heard = [];
  for (const name of names) {
    const listener = (message: unknown): void => { heard.push([name, message as Message]); };
    channel(name).subscribe(listener);
    onTestFinished(() => { channel(name).unsubscribe(listener); });
  }
  return heard;
}

const clientNames = ['created', 'start', 'error', 'bodyChunkSent', 'bodySent', 'finish', 'close'].map((name) => `http2.client.stream.${name}`);
const serverNames = ['created', 'start', 'error', 'finish', 'close'].map((name) => `http2.server.stream.${name}`);
const sessionNames = ['created', 'closed', 'goaway.sent', 'goaway.received', 'limit', 'settings'].map((name) => `duetto.session.${name}`);

/** Name, the keys of the payload, and what of it can be compared between implementations. */
function faces(heard: Heard, names: string[]): unknown[] {
  return heard.filter(([name]) => names.includes(name)).map(([name, message]) => {
    const { stream, headers: fields, error, ...rest } = message;
    const shown = fields && Object.fromEntries(Object.entries(fields as object).filter(([key]) => key !== 'date' && key !== ':authority'));
    return [name, Object.keys(message).sort(), stream?.constructor.name, shown, error?.code, rest];
  });
}

/** One request of each kind: with a body, pushed, reset by the server. */
async function exchange(http2: typeof builtin): Promise<{ client: unknown[]; server: unknown[] }> {
  const heard = hear(...clientNames, ...serverNames);
  const server = http2.createServer();
  server.on('stream', (stream, { ':path': path }) => {
    stream.on('error', () => {});
    if (path === '/reset') {
      stream.close(Code.InternalError);
    } else if (path === '/push') {
      stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
        pushed.respond({ ':status': 200 });
        pushed.end('pushed');
        stream.respond({ ':status': 204 }, { endStream: true });
      });
    } else {
      stream.respond({ ':status': 200 });
      stream.resume().on('end', () => stream.end('body'));
    }
  });
  const { url } = await listen(server);
  const session = await open(http2.connect(url));
  const post = session.request({ ':path': '/', ':method': 'POST' });
  post.write('one');
  post.write(Buffer.from('two'));
  post.end('three');
  await once(post.resume(), 'close');
  const pushed = once(session, 'stream').then(async ([stream]) => { await once(stream.resume(), 'close'); });
  await Promise.all([once(session.request({ ':path': '/push' }).resume(), 'close'), pushed]);
  const cut = session.request({ ':path': '/reset' });
  cut.on('error', () => {});
  await new Promise((resolve) => cut.resume().on('close', resolve));
  session.close();
  await once(session, 'close');
  return { client: faces(heard, clientNames), server: faces(heard, serverNames) };
}

describe('the channels of node:http2', () => {
  test('names, order and payloads', async () => {
    const { client, server } = await exchange(duetto as never);
    const names = (faces: unknown[]): string[] => faces.map((face) => (face as string[])[0]!.replace(/^http2\.\w+\.stream\./, ''));
    // As Node 24 has them.
    expect(names(client).filter((name) => name !== 'bodyChunkSent').slice(0, 5)).toEqual(['start', 'created', 'bodySent', 'finish', 'close']);
    expect(names(server).slice(0, 4)).toEqual(['created', 'start', 'finish', 'close']);
    expect(server.filter((face) => (face as string[])[0]!.endsWith('finish')).map((face) => (face as any)[5])).toEqual([{ flags: 5 }, { flags: 5 }, { flags: 5 }]);
    const keys = new Map([...client, ...server].map((face) => [(face as string[])[0], (face as unknown[])[1]]));
    expect(Object.fromEntries(keys)).toEqual({
      'http2.client.stream.created': ['headers', 'stream'],
      'http2.client.stream.start': ['headers', 'stream'],
      'http2.client.stream.bodyChunkSent': ['data', 'encoding', 'stream', 'writev'],
      'http2.client.stream.bodySent': ['stream'],
      'http2.client.stream.finish': ['flags', 'headers', 'stream'],
      'http2.client.stream.error': ['error', 'stream'],
      'http2.client.stream.close': ['stream'],
      'http2.server.stream.created': ['headers', 'stream'],
      'http2.server.stream.start': ['headers', 'stream'],
      'http2.server.stream.finish': ['flags', 'headers', 'stream'],
      'http2.server.stream.error': ['error', 'stream'],
      'http2.server.stream.close': ['stream'],
    });
  });

  test.runIf(nodeIs(24, 12))('as the built-in does', async () => {
    const ours = await exchange(duetto as never);
    const theirs = await exchange(builtin);
    expect(ours).toEqual(theirs);
  });
});

test('a session that is created and closed', async () => {
  const heard = hear(...sessionNames.slice(0, 2));
  const server = site(duetto as never);
  const sessions: unknown[] = [];
  server.on('session', (session) => sessions.push(session));
  const { url } = await listen(server);
  const client = duetto.connect(url);
  const accepted = once(server, 'session');
  const created = (): unknown[] => heard.filter(([name]) => name.endsWith('created')).map(([, { session }]) => session === client ? 'client' : session);
  expect(created()).toEqual(['client']);
  await accepted;
  expect(created()[1] === sessions[0]).toBe(true);
  const failure = new Error('enough');
  const closed = new Promise((resolve) => client.on('error', () => {}).on('close', resolve));
  client.destroy(failure);
  await closed;
  const { error, code } = heard.find(([name, { session }]) => name === 'duetto.session.closed' && session === client)![1];
  expect([error === failure, code]).toEqual([true, Code.InternalError]);
});

describe('GOAWAY', () => {
  test('sent and received, with the reason', async () => {
    const heard = hear('duetto.session.goaway.sent', 'duetto.session.goaway.received');
    const server = site(duetto as never);
    server.on('session', (session) => session.goaway(Code.EnhanceYourCalm, 0, Buffer.from('too eager')));
    server.on('sessionError', () => {});
    const { url } = await listen(server);
    const session = duetto.connect(url);
    await once(session, 'error');
    const ours = (name: string): Message | undefined => heard.find(([one, message]) => one === name && message.code === Code.EnhanceYourCalm)?.[1];
    const about = { code: Code.EnhanceYourCalm, name: 'ENHANCE_YOUR_CALM', reason: 'too eager', opaqueData: Buffer.from('too eager'), lastStreamID: 0 };
    expect(ours('duetto.session.goaway.sent')).toMatchObject(about);
    expect(ours('duetto.session.goaway.received')).toMatchObject(about);
    expect(ours('duetto.session.goaway.received')!.session === session).toBe(true);
  });

  test('that nghttp2 sends by itself', async () => {
    const heard = hear('duetto.session.goaway.sent');
    const server = site(duetto as never);
    server.on('sessionError', () => {});
    const { port } = await listen(server);
    const peer = await RawPeer.client(port);
    peer.send(frame(Type.Ping, 0, 1, Buffer.alloc(8)));
    await peer.closed();
    expect(heard[0]?.[1]).toMatchObject({ code: Code.ProtocolError, name: 'PROTOCOL_ERROR', reason: 'PING: stream_id != 0', limit: undefined });
  });

  test('names the limit', async () => {
    const heard = hear('duetto.session.goaway.sent');
    const server = site(duetto as never, false, { maxEmptyFrames: 3 });
    server.on('sessionError', () => {});
    const { port } = await listen(server);
    const peer = await RawPeer.client(port);
    peer.send(headers(1, requestBlock('/hash'), Flag.EndHeaders), ...Array.from({ length: 10 }, () => data(1, '')));
    await peer.closed();
    expect(heard.at(-1)?.[1]).toMatchObject({
      limit: { option: 'maxEmptyFrames' }, reason: 'maxEmptyFrames: 4 empty frames in a row, 3 allowed',
    });
  });

  test('a plain close says so once on each side', async () => {
    const heard = hear('duetto.session.goaway.sent', 'duetto.session.goaway.received');
    const { url, server } = await listen(site(duetto as never));
    const accepted = once(server, 'session');
    const session = await open(duetto.connect(url));
    const [other] = await accepted;
    session.close();
    await Promise.all([once(session, 'close'), once(other, 'close')]);
    const of = (one: unknown): string[] => heard.filter(([, { session }]) => session === one).map(([name, { name: code }]) => `${name.slice(15)} ${code}`);
    expect(of(session)[0]).toBe('goaway.sent NO_ERROR');
    expect(of(other)[0]).toBe('goaway.received NO_ERROR');
  });
});

test('settings that come into force', async () => {
  const heard = hear('duetto.session.settings');
  const { port, peer } = await RawPeer.server({ 3: 50 });
  const session = await open(duetto.connect(`http://127.0.0.1:${port}`, { settings: { enablePush: false } }));
  const server = await peer;
  if (session.pendingSettingsAck) await once(session, 'localSettings');
  expect(heard.map(([, { session: one, side, settings: values }]) => [one === session, side, values.maxConcurrentStreams, values.enablePush]))
    .toEqual([[true, 'remote', 50, true], [true, 'local', 4294967295, false]]);
  server.send(settings({ 3: 7 }));
  await once(session, 'remoteSettings');
  expect(heard.at(-1)![1]).toMatchObject({ side: 'remote', settings: { maxConcurrentStreams: 7 }, previous: { maxConcurrentStreams: 50 } });
});

test('what a subscriber does wrong is its own affair', async () => {
  const { url } = await listen(site(duetto as never));
  const thrown: unknown[] = [];
  const keep = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of keep) process.on('uncaughtException', listener);
  });
  const bad = (): void => { throw new Error('a bad subscriber'); };
  for (const name of [...sessionNames, ...clientNames, ...serverNames]) channel(name).subscribe(bad);
  onTestFinished(() => { for (const name of [...sessionNames, ...clientNames, ...serverNames]) channel(name).unsubscribe(bad); });
  const session = await open(duetto.connect(url));
  const stream = session.request({ ':path': '/hello' });
  await once(stream.resume(), 'close');
  expect(stream.rstCode).toBe(0);
  session.close();
  await once(session, 'close');
  expect(thrown.length).toBeGreaterThan(0);
  expect(new Set(thrown.map((error) => (error as Error).message))).toEqual(new Set(['a bad subscriber']));
});
