// RFC 9113 and RFC 7541 by section, as public conformance testers go through them: what a server answers to one wrong thing.
import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { main, minor } from '../helpers/engines.ts';
import {
  Code, data, field, Flag, frame, goawayOf, headers, is200, ping, preface, RawPeer, requestBlock, reset, settings, Type, uint32,
  windowUpdate,
} from '../helpers/raw-peer.ts';
import { listen, site } from '../helpers/serve.ts';

const { EndHeaders, EndStream, Padded, Priority, Ack } = Flag;
const { ProtocolError, FrameSizeError, FlowControlError, StreamClosed, CompressionError } = Code;

/** 'connection' is GOAWAY and the end, 'stream' a RST_STREAM, 'fine' an answer to a PING and no complaint. */
type Scope = 'connection' | 'stream' | 'either' | 'fine';
type Case = [section: string, what: string, bytes: Uint8Array[], scope: Scope, ...codes: number[]];

const get = headers(1, requestBlock('/hello'));
const post = headers(1, requestBlock('/hash', { ':method': 'POST' }).subarray(0), EndHeaders);
const fields = (list: Array<[string, string]>): Buffer => Buffer.concat(list.map(([name, value]) => field(name, value)));
const request = (list: Array<[string, string]>, flags = EndHeaders | EndStream): Buffer => headers(1, fields(list), flags);
const base: Array<[string, string]> = [[':method', 'GET'], [':scheme', 'http'], [':path', '/hello'], [':authority', 'localhost']];
const priority = (id: number, on: number): Buffer => frame(Type.Priority, 0, id, Buffer.concat([uint32(on), Buffer.from([15])]));

/** nghttp2 knows no priorities from 1.65 on, and RFC 9113 has none. */
const hasPriorities = minor(main.nghttp2.version) < 65;

const cases: Case[] = [
  ['4.1', 'a frame of an unknown type is ignored', [frame(0xbe, 0, 0, Buffer.alloc(8))], 'fine'],
  ['4.1', 'undefined flags are ignored', [frame(Type.Ping, 0x16, 0, Buffer.alloc(8))], 'fine'],
  ['4.1', 'the reserved bit is ignored', [frame(Type.Ping, 0, 0x80000000, Buffer.alloc(8))], 'fine'],
  ['4.2', 'DATA of the largest size', [post, data(1, Buffer.alloc(16384), EndStream)], 'fine'],
  ['4.2', 'DATA that is too large', [post, data(1, Buffer.alloc(16385))], 'connection', FrameSizeError],
  ['4.2', 'HEADERS that are too large', [headers(1, Buffer.alloc(16385))], 'connection', FrameSizeError],
  ['4.3', 'a block that cannot be decoded', [headers(1, Buffer.from([0x40]))], 'connection', CompressionError],
  ['4.3', 'another frame within a block', [headers(1, requestBlock(), EndStream), priority(1, 0)], 'connection', ProtocolError],
  ['4.3', 'HEADERS of another stream within a block', [headers(1, requestBlock(), EndStream), headers(3, requestBlock())], 'connection', ProtocolError],
  ['5.1', 'idle: DATA', [data(1, 'x', EndStream)], 'connection', ProtocolError],
  ['5.1', 'idle: RST_STREAM', [reset(1, Code.Cancel)], 'connection', ProtocolError],
  ['5.1', 'idle: WINDOW_UPDATE', [windowUpdate(1, 100)], 'connection', ProtocolError],
  ['5.1', 'idle: CONTINUATION', [frame(Type.Continuation, EndHeaders, 1, requestBlock())], 'connection', ProtocolError],
  ['5.1', 'half closed: DATA', [headers(1, requestBlock('/forever')), data(1, 'x', EndStream)], 'either', StreamClosed],
  ['5.1', 'half closed: HEADERS', [headers(1, requestBlock('/forever')), headers(1, requestBlock('/hello'))], 'either', StreamClosed],
  ['5.1.1', 'an even stream id', [headers(2, requestBlock())], 'connection', ProtocolError],
  ['5.1.1', 'a stream id smaller than one before', [headers(5, requestBlock()), headers(3, requestBlock())], 'connection', ProtocolError],
  ['5.3.1', 'a stream that depends on itself, by PRIORITY', [priority(1, 1)], hasPriorities ? 'either' : 'fine', ProtocolError],
  ['6.1', 'DATA on stream 0', [data(0, 'x')], 'connection', ProtocolError],
  ['6.1', 'DATA with too much padding', [post, frame(Type.Data, Padded, 1, Buffer.from([6, 1, 1, 1]))], 'connection', ProtocolError],
  ['6.1', 'DATA with padding', [post, frame(Type.Data, Padded | EndStream, 1, Buffer.from([2, 120, 0, 0]))], 'fine'],
  ['6.2', 'HEADERS on stream 0', [headers(0, requestBlock())], 'connection', ProtocolError],
  ['6.2', 'HEADERS with too much padding', [frame(Type.Headers, Padded | EndHeaders, 1, Buffer.from([200, 0x82]))], 'connection', ProtocolError],
  ['6.2', 'HEADERS with a priority', [frame(Type.Headers, Priority | EndHeaders | EndStream, 1, Buffer.concat([uint32(0), Buffer.from([9]), requestBlock('/hello')]))], 'fine'],
  ['6.3', 'PRIORITY on stream 0', [priority(0, 1)], 'connection', ProtocolError],
  ['6.3', 'PRIORITY of another length', [frame(Type.Priority, 0, 1, Buffer.alloc(4))], 'either', FrameSizeError],
  ['6.4', 'RST_STREAM on stream 0', [reset(0, Code.Cancel)], 'connection', ProtocolError],
  ['6.4', 'RST_STREAM of another length', [post, frame(Type.RstStream, 0, 1, Buffer.alloc(3))], 'connection', FrameSizeError],
  ['6.5', 'an acknowledgement with content', [frame(Type.Settings, Ack, 0, Buffer.alloc(6))], 'connection', FrameSizeError],
  ['6.5', 'SETTINGS on a stream', [frame(Type.Settings, 0, 1)], 'connection', ProtocolError],
  ['6.5', 'SETTINGS of another length', [frame(Type.Settings, 0, 0, Buffer.alloc(3))], 'connection', FrameSizeError],
  ['6.5.2', 'ENABLE_PUSH of 2', [settings({ 2: 2 })], 'connection', ProtocolError],
  ['6.5.2', 'a window of 2^31', [settings({ 4: 2 ** 31 })], 'connection', FlowControlError],
  ['6.5.2', 'a frame size below 2^14', [settings({ 5: 2 ** 14 - 1 })], 'connection', ProtocolError],
  ['6.5.2', 'a frame size above 2^24-1', [settings({ 5: 2 ** 24 })], 'connection', ProtocolError],
  ['6.5.2', 'an unknown setting', [settings({ 0xff: 1 })], 'fine'],
  ['6.7', 'PING on a stream', [frame(Type.Ping, 0, 1, Buffer.alloc(8))], 'connection', ProtocolError],
  ['6.7', 'PING of another length', [frame(Type.Ping, 0, 0, Buffer.alloc(6))], 'connection', FrameSizeError],
  ['6.8', 'GOAWAY on a stream', [frame(Type.Goaway, 0, 1, Buffer.alloc(8))], 'connection', ProtocolError],
  ['6.9', 'an increment of 0 for the connection', [windowUpdate(0, 0)], 'connection', ProtocolError],
  ['6.9', 'an increment of 0 for a stream', [post, windowUpdate(1, 0)], 'either', ProtocolError],
  ['6.9', 'WINDOW_UPDATE of another length', [frame(Type.WindowUpdate, 0, 0, Buffer.alloc(3))], 'connection', FrameSizeError],
  ['6.9.1', 'a window of the connection beyond 2^31-1', [windowUpdate(0, 2 ** 31 - 1), windowUpdate(0, 2 ** 31 - 1)], 'connection', FlowControlError],
  ['6.9.1', 'a window of a stream beyond 2^31-1', [post, windowUpdate(1, 2 ** 31 - 1)], 'either', FlowControlError],
  ['6.10', 'CONTINUATION after the end of a block', [get, frame(Type.Continuation, EndHeaders, 1, requestBlock())], 'connection', ProtocolError],
  ['6.10', 'CONTINUATION on stream 0', [headers(1, requestBlock(), EndStream), frame(Type.Continuation, EndHeaders, 0)], 'connection', ProtocolError],
  ['6.10', 'a block in three frames', [headers(1, requestBlock('/hello').subarray(0, 3), EndStream), frame(Type.Continuation, 0, 1, requestBlock('/hello').subarray(3, 9)),
    frame(Type.Continuation, EndHeaders, 1, requestBlock('/hello').subarray(9))], 'fine'],
  ['8.1', 'a second HEADERS without END_STREAM', [post, headers(1, fields([['x', 'y']]), EndHeaders)], 'either', ProtocolError],
  ['8.2.1', 'a name in upper case', [request([...base, ['X-Test', 'y']])], 'either', ProtocolError],
  ['8.2.2', 'connection', [request([...base, ['connection', 'keep-alive']])], 'either', ProtocolError],
  ['8.2.2', 'te other than trailers', [request([...base, ['te', 'gzip']])], 'either', ProtocolError],
  ['8.3', 'an unknown pseudo-header field', [request([...base, [':test', 'y']])], 'either', ProtocolError],
  ['8.3', 'a pseudo-header field of responses', [request([...base, [':status', '200']])], 'either', ProtocolError],
  ['8.3', 'a pseudo-header field after another field', [request([['x', 'y'], ...base])], 'either', ProtocolError],
  ['8.3', 'a pseudo-header field in trailers', [post, headers(1, fields([[':method', 'GET']]))], 'either', ProtocolError],
  ['8.3.1', 'an empty :path', [request([[':method', 'GET'], [':scheme', 'http'], [':path', ''], [':authority', 'a']])], 'either', ProtocolError],
  ['8.3.1', 'no :method', [request(base.slice(1))], 'either', ProtocolError],
  ['8.3.1', 'no :scheme', [request([base[0]!, base[2]!, base[3]!])], 'either', ProtocolError],
  ['8.3.1', 'no :path', [request([base[0]!, base[1]!, base[3]!])], 'either', ProtocolError],
  ['8.3.1', ':method twice', [request([base[0]!, ...base])], 'either', ProtocolError],
  ['8.1.1', 'more DATA than content-length', [headers(1, requestBlock('/hash', { 'content-length': '1' }), EndHeaders), data(1, 'test', EndStream)], 'either', ProtocolError],
  ['8.1.1', 'less DATA than content-length, in two frames', [headers(1, requestBlock('/hash', { 'content-length': '9' }), EndHeaders), data(1, 'test'), data(1, 'test', EndStream)], 'either', ProtocolError],
  ['8.4', 'PUSH_PROMISE by a client', [frame(Type.PushPromise, EndHeaders, 1, Buffer.concat([uint32(2), requestBlock()]))], 'connection', ProtocolError],
  ['HPACK 2.3.3', 'an index that is not there', [headers(1, Buffer.concat([requestBlock(), Buffer.from([0x80 | 70])]))], 'connection', CompressionError],
  ['HPACK 4.2', 'a table size at the end of a block', [headers(1, Buffer.concat([requestBlock(), Buffer.from([0x20])]))], 'connection', CompressionError],
  ['HPACK 5.2', 'Huffman coding padded with more than 7 bits', [headers(1, Buffer.concat([requestBlock(), Buffer.from([0, 1, 0x78, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0xff])]))], 'connection', CompressionError],
  ['HPACK 5.2', 'Huffman coding padded with zeros', [headers(1, Buffer.concat([requestBlock(), Buffer.from([0, 1, 0x78, 0x84, 0x50, 0x83, 0x20, 0x00])]))], 'connection', CompressionError],
  ['HPACK 6.1', 'index 0', [headers(1, Buffer.concat([requestBlock(), Buffer.from([0x80])]))], 'connection', CompressionError],
  ['HPACK 6.3', 'a table larger than SETTINGS allow', [headers(1, Buffer.concat([Buffer.from([0x3f, 0xe2, 0x1f]), requestBlock()]))], 'connection', CompressionError],
];

describe('a server', () => {
  test.each(cases)('section %s: %s', async (_section, _what, bytes, scope, ...codes) => {
    const server = site(duetto as never);
    server.on('sessionError', () => {});
    const { port } = await listen(server);
    const peer = await RawPeer.client(port);
    await peer.settle();
    peer.send(...bytes, ping('after'));
    const seen: string[] = [];
    for (let one = await peer.next(); one !== undefined; one = await peer.next()) {
      if (one.type === Type.Goaway) seen.push(`connection ${goawayOf(one).code}`);
      else if (one.type === Type.RstStream) seen.push(`stream ${one.payload.readUInt32BE(0)}`);
      // Acknowledgements overtake other frames: the second one comes behind them.
      else if (one.type === Type.Ping && one.payload.toString().startsWith('after')) peer.send(ping('again'));
      else if (one.type === Type.Ping && one.payload.toString().startsWith('again')) break;
    }
    const allowed = codes.flatMap((code) => (scope === 'either' ? ['connection', 'stream'] : [scope]).map((where) => `${where} ${code}`));
    if (scope === 'fine') expect(seen.filter((one) => one !== 'stream 0')).toEqual([]);
    else expect(allowed).toContain(seen.find((one) => one !== 'stream 0'));
    // Whoever comes next is served.
    const other = await RawPeer.client(port);
    other.send(headers(1, requestBlock('/hello')));
    expect(is200(await other.expect(Type.Headers))).toBe(true);
  });

  test.each([
    ['3.4', 'a preface that is none', Buffer.from('INVALID CONNECTION PREFACE\r\n\r\n')],
    ['3.4', 'a preface that is not followed by SETTINGS', Buffer.concat([preface, ping('first')])],
  ])('section %s: %s', async (_section, _what, bytes) => {
    const server = site(duetto as never);
    server.on('sessionError', () => {});
    const { port } = await listen(server);
    const peer = await RawPeer.connect(port);
    peer.send(bytes);
    const codes = (await peer.farewell()).filter(({ type }) => type === Type.Goaway).map((one) => goawayOf(one).code);
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set([ProtocolError]));
  });
});

describe('a client', () => {
  const answers: Case[] = [
    ['5.1.1', 'HEADERS on an idle stream', [headers(5, Buffer.from([0x88]), EndHeaders)], 'connection', ProtocolError],
    ['6.1', 'DATA on an idle stream', [data(5, 'x')], 'connection', ProtocolError],
    ['6.1', 'DATA before HEADERS', [data(1, 'x')], 'either', ProtocolError],
    ['6.2', 'a field in upper case', [headers(1, fields([[':status', '200'], ['X', 'y']]), EndHeaders)], 'either', ProtocolError],
    ['6.5.2', 'ENABLE_PUSH of 1 by a server', [settings({ 2: 1 })], 'connection', ProtocolError],
    ['6.6', 'PUSH_PROMISE with an odd id', [frame(Type.PushPromise, EndHeaders, 1, Buffer.concat([uint32(7), requestBlock()]))], 'connection', ProtocolError],
    ['6.8', 'GOAWAY on a stream', [frame(Type.Goaway, 0, 1, Buffer.alloc(8))], 'connection', ProtocolError],
    ['8.1.1', 'less than content-length', [headers(1, fields([[':status', '200'], ['content-length', '9']]), EndHeaders), data(1, 'x', EndStream)], 'either', ProtocolError],
    ['8.3.2', 'no :status', [headers(1, fields([['x', 'y']]), EndHeaders)], 'either', ProtocolError],
    ['8.3.2', ':status twice', [headers(1, fields([[':status', '200'], [':status', '200']]), EndHeaders)], 'either', ProtocolError],
    ['8.1', '101', [headers(1, fields([[':status', '101']]), EndHeaders)], 'either', ProtocolError],
    ['HPACK 6.1', 'index 0', [headers(1, Buffer.from([0x88, 0x80]), EndHeaders)], 'connection', CompressionError],
  ];

  test.each(answers)('section %s: %s', async (_section, _what, bytes, scope, ...codes) => {
    const { port, peer: met } = await RawPeer.server();
    const session = duetto.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    const stream = session.request({ ':path': '/' });
    const failed = new Promise<void>((resolve) => { stream.on('error', () => resolve()); });
    let ended = false;
    stream.on('end', () => { ended = true; }).resume();
    const peer = await met;
    await peer.expect(Type.Headers);
    peer.send(...bytes);
    let seen: string | undefined;
    for (let one = await peer.next(); one !== undefined && seen === undefined; one = await peer.next()) {
      if (one.type === Type.Goaway) seen = `connection ${goawayOf(one).code}`;
      else if (one.type === Type.RstStream && scope === 'either') seen = `stream ${one.payload.readUInt32BE(0)}`;
      if (seen !== undefined) break;
    }
    expect(codes.flatMap((code) => [`connection ${code}`, `stream ${code}`])).toContain(seen);
    await failed;
    expect(ended).toBe(false);
    session.destroy();
  });
});

