// What a stream writes in answer to a chunk goes out together, and nothing of it is lost, whatever follows it; what many
// streams answer does not wait for the last of them.

import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { data, headers, RawPeer, requestBlock, Type, windowUpdate } from '../helpers/raw-peer.ts';
import { listen } from '../helpers/serve.ts';

type Stream = import('node:http2').ServerHttp2Stream;

/** A server whose streams answer each chunk with `answer`, and a peer that has sent one. */
async function answered(answer: (stream: Stream, chunk: Buffer) => void): Promise<RawPeer> {
  const server = duetto.createServer();
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    stream.on('data', (chunk: Buffer) => answer(stream, chunk));
  });
  const { port } = await listen(server);
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock('/', { ':method': 'POST' }), 0x4));
  await peer.expect(Type.Headers);
  // Room for what is larger than the high-water mark of Node 22 and later.
  peer.send(Buffer.concat([windowUpdate(0, 1 << 20), windowUpdate(1, 1 << 20)]));
  peer.send(data(1, 'question'));
  return peer;
}

test('writes in answer to one chunk are one frame', async () => {
  const peer = await answered((stream) => {
    for (const part of ['a', 'b', 'c']) stream.write(part);
  });
  expect((await peer.expect(Type.Data)).payload.toString()).toBe('abc');
  peer.send(data(1, 'again'));
  expect((await peer.expect(Type.Data)).payload.toString()).toBe('abc');
});

test('their callbacks come in order, and backpressure is told while they are gathered', async () => {
  const told: string[] = [];
  const all = new Promise<void>((resolve) => {
    void answered((stream) => {
      const drained = new Promise((drain) => stream.once('drain', drain));
      told.push(`${stream.write('a', () => told.push('a'))}`);
      told.push(`${stream.write(Buffer.alloc(stream.writableHighWaterMark), () => {
        told.push('b');
        void drained.then(() => resolve());
      })}`);
    });
  });
  await all;
  expect(told).toEqual(['true', 'false', 'a', 'b']);
});

test('an end joins them', async () => {
  const peer = await answered((stream) => {
    stream.write('a');
    stream.end('b');
  });
  const frame = await peer.expect(Type.Data);
  expect(frame.payload.toString()).toBe('ab');
  expect(frame.flags & 0x1).toBe(1);
});

test.each<[string, (stream: Stream) => void]>([
  ['stream.close()', (stream) => stream.close()],
  ['stream.close(code)', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
  ['stream.destroy()', (stream) => stream.destroy()],
  ['stream.destroy(error)', (stream) => stream.destroy(new Error('no more'))],
  ['session.destroy()', (stream) => stream.session!.destroy()],
  ['session.close()', (stream) => stream.session!.close()],
])('what was written is sent before %s', async (_name, end) => {
  const peer = await answered((stream) => {
    stream.write('a');
    stream.write('b');
    end(stream);
  });
  expect((await peer.expect(Type.Data)).payload.toString()).toBe('ab');
});

test('a cork of the user\'s own stays', async () => {
  const peer = await answered((stream, chunk) => {
    if (chunk.toString() === 'question') {
      stream.cork();
      stream.write('held');
    } else {
      stream.write(' and let go');
      stream.uncork();
    }
  });
  await peer.settle();
  peer.send(data(1, 'now'));
  expect((await peer.expect(Type.Data)).payload.toString()).toBe('held and let go');
});

test('of many requests in one chunk, the first are answered before the last are looked at', async () => {
  const REQUESTS = 200;
  const written: number[] = [];
  const server = duetto.createServer();
  server.on('stream', (stream) => {
    written.push(stream.session!.socket.bytesWritten);
    stream.respond({ ':status': 200 }, { endStream: true });
  });
  const { port } = await listen(server);
  const peer = await RawPeer.client(port);
  peer.send(Buffer.concat(Array.from({ length: REQUESTS }, (_, i) => headers(2 * i + 1, requestBlock('/')))));
  for (let i = 0; i < REQUESTS; i++) await peer.expect(Type.Headers);
  expect(written).toHaveLength(REQUESTS);
  expect(written.at(-1)).toBeGreaterThan(written[0]!);
  expect(new Set(written).size).toBeLessThan(REQUESTS / 10);
});
