// Whoever meets a limit is told which: the error, the 'limit' event, the channel, the peer.

import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import {
  block, Code, data, Flag, type Frame, frame, goawayOf, headers, ping, preface, RawPeer, requestBlock, reset, settings,
  Type, windowUpdate,
} from '../helpers/raw-peer.ts';
import { listen, open, site, tls } from '../helpers/serve.ts';

const { EndHeaders } = Flag;
const require = createRequire(import.meta.url);

type Told = duetto.LimitMessage;

/** What the channel tells of limits until the test is over. */
function limitsTold(): Told[] {
  const told: Told[] = [];
  const onMessage = (message: unknown): void => { told.push(message as Told); };
  const limits = channel('duetto.session.limit');
  limits.subscribe(onMessage);
  onTestFinished(() => { limits.unsubscribe(onMessage); });
  return told;
}

async function served(options: object = {}) {
  const server = site(duetto as never, false, options) as unknown as duetto.Http2Server;
  const errors: Array<Error & { code?: string; limit?: duetto.LimitDetails }> = [];
  server.on('sessionError', (error) => errors.push(error));
  const events: duetto.LimitDetails[] = [];
  server.on('limit', (limit) => events.push(limit));
  const ofSession: duetto.LimitDetails[] = [];
  server.on('session', (session) => session.on('limit', (limit) => ofSession.push(limit)));
  const told = limitsTold();
  const { port } = await listen(server);
  return { port, errors, events, ofSession, told, server };
}

const requests = (n: number, from = 1, path = '/echo'): Buffer =>
  Buffer.concat(Array.from({ length: n }, (_, i) => headers(from + 2 * i, requestBlock(path), EndHeaders)));

const goaways = (frames: Frame[]) => frames.filter(({ type }) => type === Type.Goaway);
const lastGoaway = (frames: Frame[]) => goawayOf(goaways(frames).at(-1)!);

describe('limits that refuse a stream', () => {
  test('concurrent streams, once the limit is acknowledged', async () => {
    const { port, errors, events, ofSession, told } = await served({ settings: { maxConcurrentStreams: 3 }, maxSessionRejectedStreams: 100 });
    const peer = await RawPeer.client(port);
    peer.send(requests(3));
    await peer.settle();
    peer.send(headers(7, requestBlock('/hello')));
    // nghttp2 counts by itself, and ends the session of whoever has acknowledged the limit.
    const frames = await peer.farewell();
    expect(goaways(frames).map(goawayOf)).toMatchObject([{
      code: Code.ProtocolError, lastStreamId: 5, opaque: 'settings.maxConcurrentStreams: 4 concurrent streams, 3 allowed',
    }]);
    const limit = { option: 'settings.maxConcurrentStreams', name: 'concurrent streams', value: 3, reached: 4, scope: 'session' };
    expect(events).toMatchObject([limit]);
    expect(ofSession).toMatchObject([limit]);
    expect(told).toMatchObject([limit]);
    expect(errors).toMatchObject([{ code: 'ERR_HTTP2_ERROR', limit }]);
  });

  test('concurrent streams, before the limit is acknowledged', async () => {
    const { port, events, errors } = await served({ settings: { maxConcurrentStreams: 2 } });
    const peer = await RawPeer.connect(port);
    peer.send(preface, settings(), requests(3));
    expect((await peer.expect(Type.RstStream)).payload.readUInt32BE(0)).toBe(Code.RefusedStream);
    expect(events).toMatchObject([{ option: 'settings.maxConcurrentStreams', value: 2, reached: 3, scope: 'stream', streamID: 5 }]);
    expect(errors).toEqual([]);
  });

  test('memory', async () => {
    const { port, events } = await served({ maxSessionMemory: 1 });
    const peer = await RawPeer.client(port);
    const large = { 'x-large': 'x'.repeat(15_000) };
    for (let id = 1; id < 301; id += 2) peer.send(headers(id, requestBlock('/echo', large), EndHeaders));
    expect((await peer.expect(Type.RstStream)).payload.readUInt32BE(0)).toBe(Code.EnhanceYourCalm);
    const { option, name, value, reached, streamID } = events[0]!;
    expect({ option, name, value }).toEqual({ option: 'maxSessionMemory', name: 'bytes of memory', value: 1e6 });
    expect(reached).toBeGreaterThanOrEqual(1e6);
    expect(reached).toBeLessThan(1.1e6);
    expect(streamID! % 2).toBe(1);
  });

  test.each([
    ['maxHeaderListPairs', { maxHeaderListPairs: 6 }, { value: 6, reached: 7, name: 'header fields in a block' }],
    ['settings.maxHeaderListSize', { settings: { maxHeaderListSize: 300 } }, { value: 300, reached: 364, name: 'bytes of a header list' }],
  ].flatMap(([option, ...rest]) => ['', '\r'].map((end) => [option, end, ...rest] as [string, string, object, object])))('%s, by fields that end with %j', async (option, end, options, expected) => {
    const { port, events, told } = await served(options);
    const peer = await RawPeer.client(port);
    await peer.settle();
    // One that is malformed is left out, and counts all the same.
    const fields = { 'x-1': 'a', 'x-2': 'b' + end, 'x-3': 'c', 'x-4': 'd' };
    peer.send(headers(1, requestBlock('/hello', option === 'maxHeaderListPairs' ? fields : { 'x-1': 'x'.repeat(150 - end.length) + end })));
    expect((await peer.expect(Type.RstStream)).payload.readUInt32BE(0)).toBe(Code.EnhanceYourCalm);
    expect(events).toMatchObject([{ option, ...expected, scope: 'stream', streamID: 1 }]);
    expect(told).toMatchObject([{ option, stream: undefined }]);
  });

  test('of a client: the error of its stream tells', async () => {
    const { port, peer } = await RawPeer.server();
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`, { maxHeaderListPairs: 2 }));
    const told = limitsTold();
    const events: unknown[] = [];
    session.on('limit', (limit, stream) => events.push(limit.option, stream));
    const stream = session.request({ ':path': '/' });
    const server = await peer;
    await server.expect(Type.Headers);
    server.send(headers(1, block({ ':status': '200', a: '1', b: '2' }), EndHeaders));
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({
      code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_ENHANCE_YOUR_CALM',
      limit: { option: 'maxHeaderListPairs', value: 2, reached: 3, scope: 'stream', streamID: 1 },
    });
    expect(events).toEqual(['maxHeaderListPairs', stream]);
    expect(told[0]).toMatchObject({ session, stream });
  });

  test('headers that are too long to send', async () => {
    const { port } = await served();
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`, { maxSendHeaderBlockLength: 500 }));
    const told = limitsTold();
    const stream = session.request({ ':path': '/hello', 'x-long': 'x'.repeat(600) });
    const frameError = once(stream, 'frameError');
    const [error] = await once(stream, 'error');
    await frameError;
    expect(error.limit).toMatchObject({ option: 'maxSendHeaderBlockLength', value: 500, scope: 'stream' });
    expect(error.limit.reached).toBeGreaterThan(600);
    expect(told.length).toBe(1);
  });
});

describe('limits that end the session', () => {
  /** The peer, the error and everybody else learn the same. */
  async function ends(
    options: object, attack: (peer: RawPeer) => Promise<void> | void, limit: object, opaque: RegExp, code?: string,
  ): Promise<void> {
    const { port, errors, events, told } = await served(options);
    const peer = await RawPeer.client(port);
    await attack(peer);
    const frames = await peer.farewell();
    expect(lastGoaway(frames).opaque).toMatch(opaque);
    // nghttp2's own is not sent beside it. One that waits for the last stream is: the session goes on.
    if (limit.option !== 'streamResetBurst') expect(goaways(frames)).toHaveLength(1);
    expect(events.filter(({ scope }) => scope === 'session')).toMatchObject([limit]);
    expect(told.filter(({ scope }) => scope === 'session')).toMatchObject([limit]);
    expect(errors).toMatchObject([{ limit, ...(code === undefined ? {} : { code }) }]);
  }

  test('invalid frames', () => ends(
    { maxSessionInvalidFrames: 10 },
    (peer) => { peer.send(...Array.from({ length: 20 }, (_, i) => headers(1 + 2 * i, block({ ':method': 'GET' })))); },
    { option: 'maxSessionInvalidFrames', value: 10, reached: 12 },
    /^maxSessionInvalidFrames: 12 invalid frames, 10 allowed$/, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES'));

  test.each([1000, 1500, 3000])('invalid frames, as many as %d', (allowed) => ends(
    { maxSessionInvalidFrames: allowed, streamResetBurst: 1e6, streamResetRate: 1e6 },
    async (peer) => {
      for (let i = 0; i <= allowed + 1; i++) {
        const id = 1 + 2 * i;
        // No path, and a field that is malformed.
        await peer.flood(headers(id, block({ ':method': 'GET', 'x y': '1' })));
      }
    },
    { option: 'maxSessionInvalidFrames', value: allowed, reached: allowed + 2 },
    new RegExp(`^maxSessionInvalidFrames: ${allowed + 2} invalid frames, ${allowed} allowed$`), 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES'));

  test.each([
    ['maxEmptyFrames', { maxEmptyFrames: 10 }], ['maxSessionInvalidFrames', { maxSessionInvalidFrames: 10 }],
  ])('empty frames, as %s says', (_option, options) => ends(
    options,
    (peer) => { peer.send(headers(1, requestBlock('/hash'), EndHeaders), ...Array.from({ length: 20 }, () => data(1, ''))); },
    { option: 'maxEmptyFrames', value: 10, reached: 11 },
    /^maxEmptyFrames: 11 empty frames in a row, 10 allowed$/, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES'));

  test('glitches', () => ends(
    { glitchBurst: 20, glitchRate: 1 },
    (peer) => peer.send(...Array.from({ length: 60 }, () => windowUpdate(0, 1))),
    { option: 'glitchBurst', value: 20, reached: 21 },
    /^glitchBurst: 21 suspicious frames, 20 allowed$/));

  test('streams refused in a row', () => ends(
    { maxSessionRejectedStreams: 10, maxSessionMemory: 1 },
    async (peer) => {
      // What is sent after the server has closed would be answered by a reset, which takes its GOAWAY along.
      for (let id = 1; id < 401 && !peer.socket.readableEnded && !peer.socket.destroyed; id += 2) {
        await peer.flood(headers(id, requestBlock('/echo', { 'x-large': 'x'.repeat(15_000) }), EndHeaders));
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
      }
    },
    { option: 'maxSessionRejectedStreams', value: 10, reached: 12 },
    /^maxSessionRejectedStreams: 12 streams refused in a row, 10 allowed$/));

  test('streams that are reset', () => ends(
    { streamResetBurst: 20, streamResetRate: 1 },
    (peer) => {
      const flood: Buffer[] = [];
      for (let id = 1; id < 61; id += 2) flood.push(headers(id, requestBlock('/echo'), EndHeaders), reset(id, Code.Cancel));
      peer.send(...flood);
    },
    { option: 'streamResetBurst', value: 20, name: 'RST_STREAM frames received' },
    /^streamResetBurst: \d+ RST_STREAM frames received, 20 allowed$/));

  test('entries of SETTINGS', () => ends(
    { maxSettings: 3 },
    (peer) => peer.send(settings({ 1: 4096, 3: 100, 4: 70_000, 6: 10_000 })),
    { option: 'maxSettings', value: 3, reached: 4 },
    /^maxSettings: 4 entries of a SETTINGS frame, 3 allowed$/));

  test('frames that are too large', () => ends(
    {},
    (peer) => peer.send(headers(1, requestBlock('/echo'), EndHeaders), data(1, Buffer.alloc(20_000))),
    { option: 'settings.maxFrameSize', value: 16384 },
    /^settings\.maxFrameSize: \d+ bytes of a frame, 16384 allowed$/));

  test('CONTINUATION frames', () => ends(
    { maxContinuations: 5 },
    (peer) => peer.send(headers(1, requestBlock(), 0), ...Array.from({ length: 20 }, () => frame(Type.Continuation, 0, 1, block({ a: 'b' })))),
    { option: 'maxContinuations', name: 'CONTINUATION frames of a block', value: 5 },
    /^maxContinuations: 6 CONTINUATION frames of a block, 5 allowed$/));

  test('answers to PING that pile up', async () => {
    const { port, errors, told } = await served({ maxOutboundAcks: 500 });
    const peer = await RawPeer.client(port);
    // More than the socket of one who does not read can take.
    peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => ping('flood')));
    for (let i = 0; i < 100 && told.length === 0 && !peer.socket.destroyed; i++) await peer.flood(flood);
    peer.socket.resume();
    await peer.closed();
    const limit = { option: 'maxOutboundAcks', name: 'acknowledgements waiting to be sent', value: 500, scope: 'session' };
    expect(told).toMatchObject([limit]);
    expect(errors).toMatchObject([{ limit }]);
  });

  test('SETTINGS that the peer does not acknowledge', async () => {
    const { port, peer } = await RawPeer.server({}, settings());
    const session = await open(duetto.connect(`http://127.0.0.1:${port}`, { maxOutstandingSettings: 2 }));
    const server = await peer;
    const told = limitsTold();
    const failed = once(session, 'error');
    session.settings({ enablePush: false });
    session.settings({ enablePush: false });
    const limit = { option: 'maxOutstandingSettings', value: 2, reached: 3, scope: 'session' };
    expect((await failed)[0]).toMatchObject({ code: 'ERR_HTTP2_MAX_PENDING_SETTINGS_ACK', limit });
    expect(told).toMatchObject([limit]);
    expect(goawayOf(await server.expect(Type.Goaway)).opaque)
      .toBe('maxOutstandingSettings: 3 SETTINGS frames without an answer, 2 allowed');
  });

  test('origins', async () => {
    const server = site(duetto as never, true, { origins: ['https://a.example', 'https://b.example', 'https://c.example'] });
    const { port } = await listen(server, 'https');
    const session = duetto.connect(`https://127.0.0.1:${port}`, { ca: tls.cert, rejectUnauthorized: false, maxOriginSetSize: 2 } as never);
    onTestFinished(() => session.destroy());
    const [error] = await once(session, 'error');
    expect(error).toMatchObject({ code: 'ERR_HTTP2_TOO_MANY_ORIGINS', limit: { option: 'maxOriginSetSize', value: 2, reached: 3 } });
  });
});

test('a PING too many is refused and nothing else', async () => {
  const { port, peer } = await RawPeer.server();
  const session = await open(duetto.connect(`http://127.0.0.1:${port}`, { maxOutstandingPings: 1 }));
  await peer;
  const told = limitsTold();
  session.ping(() => {});
  const error = await new Promise<Error | null>((resolve) => { expect(session.ping(resolve)).toBe(false); });
  const limit = { option: 'maxOutstandingPings', value: 1, reached: 2, scope: 'call' };
  expect(error).toMatchObject({ code: 'ERR_HTTP2_PING_CANCEL', limit });
  expect(told).toMatchObject([limit]);
  expect(session.destroyed).toBe(false);
});

test('a listener that destroys the session does no harm', async () => {
  const { port, events, server } = await served({ settings: { maxConcurrentStreams: 1 } });
  server.on('limit', (_limit, session) => session.destroy());
  const peer = await RawPeer.connect(port);
  peer.send(preface, settings(), requests(5));
  await peer.closed();
  expect(events.length).toBe(1);
});

test.each([
  ...['maxContinuations', 'maxOutboundAcks', 'maxOutboundFrames', 'maxEmptyFrames', 'glitchBurst', 'glitchRate'].map((name) => [name, 2 ** 32 - 1] as const),
  ...['headersTimeout', 'stalledWriteTimeout'].map((name) => [name, 2 ** 31 - 1] as const),
])('%s is 0 to %d, for servers and clients', (name, most) => {
  const ways: Array<(options: object) => void> = [
    (options) => duetto.createServer(options), (options) => duetto.createSecureServer(options),
    (options) => duetto.connect('http://127.0.0.1:1', options).on('error', () => {}).destroy(),
  ];
  for (const way of ways) {
    for (const wrong of [-1, 1.5, most + 1, NaN]) expect(() => way({ [name]: wrong })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    for (const wrong of ['1', null, {}]) expect(() => way({ [name]: wrong })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    for (const right of [0, 1, most, undefined]) way({ [name]: right });
  }
});

test('docs/limits.md lists every limit, by its option or name', () => {
  const { allLimits } = require('../../dist/connection/limits.js') as { allLimits: Array<[name: string, option?: string]> };
  const table = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8').split('\n').filter((line) => line.startsWith('| '));
  const missing = allLimits.filter(([name, option]) => !table.some((row) => row.includes(option ?? name)));
  expect(missing).toEqual([]);
});
