// The frames that tests, benches and the comparison of engines make by hand are what nghttp2 reads, and the other way round.
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import * as frames from '../../cli/frames.mjs';

const require = createRequire(import.meta.url);
const { native } = require('../../dist/binding/load.js') as { native: { Inflater: new () => { inflate(block: Uint8Array): string[] | number } } };

it('what was put together is cut into the same frames, however many are asked for', () => {
  const made = [
    frames.settings({ 3: 100 }, [4, 0xffffffff]), frames.headers(1, { ':method': 'GET' }), frames.data(1, 'body', frames.Flag.EndStream),
    frames.ping('short'), frames.goaway(5, frames.Code.Cancel, 'why'), frames.windowUpdate(0, 7), frames.reset(3, frames.Code.Cancel), frames.settingsAck,
  ];
  const run = Buffer.concat([...made, Buffer.from([0, 0, 1, 0])]);
  const { frames: read, rest } = frames.cut(run);
  expect(read.map(({ type, flags, id, payload }) => frames.frame(type, flags, id, payload))).toEqual(made);
  expect(rest).toEqual(Buffer.from([0, 0, 1, 0]));
  expect(frames.cut(run, 2).frames).toHaveLength(2);
  expect(frames.cut(frames.cut(run, 2).rest).frames).toHaveLength(made.length - 2);
  expect(read.map(({ type }) => frames.typeNames[type])).toEqual(
    ['SETTINGS', 'HEADERS', 'DATA', 'PING', 'GOAWAY', 'WINDOW_UPDATE', 'RST_STREAM', 'SETTINGS']);
  expect(frames.goawayOf(read[4]!)).toEqual({ lastStreamId: 5, code: 8, opaque: 'why' });
});

it('the reserved bit of a stream id says nothing, and a length can be wrong on purpose', () => {
  expect(frames.cut(frames.frame(8, 0, 0x80000001, frames.uint32(1))).frames[0]!.id).toBe(1);
  expect(frames.cut(frames.frame(6, 0, 0, Buffer.alloc(8), 9)).frames).toEqual([]);
});

it('blocks are what HPACK reads, with strings of every length', () => {
  const pairs = [0, 1, 126, 127, 128, 254, 255, 5000].map((length, i) => [`x-${i}`, 'v'.repeat(length)] as const);
  expect(new native.Inflater().inflate(frames.block(pairs))).toEqual(pairs.flat());
  expect(new native.Inflater().inflate(frames.requestBlock('/p', { 'x-a': 'b' }))).toEqual(
    [':method', 'GET', ':scheme', 'http', ':authority', 'localhost', ':path', '/p', 'x-a', 'b']);
});
