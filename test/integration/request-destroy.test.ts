// What becomes of a request of the compatibility layer that does not come to its end, by its client or by its handler.

import * as builtin from 'node:http2';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { Code, data, Flag, headers, RawPeer, requestBlock, reset, Type } from '../helpers/raw-peer.ts';
import { listen } from '../helpers/serve.ts';

type Handler = (request: duetto.Http2ServerRequest, response: duetto.Http2ServerResponse) => unknown;

async function served(handler: Handler) {
  const server = duetto.createServer((request, response) => { void handler(request, response); });
  onTestFinished(() => { server.close(); });
  return (await listen(server)).port;
}

/** What a client gets whose request has a body that goes on. */
async function asked(handler: Handler, end = false) {
  const client = builtin.connect(`http://127.0.0.1:${await served(handler)}`);
  onTestFinished(() => { client.destroy(); });
  const stream = client.request({ ':method': 'POST', ':path': '/' });
  stream.on('error', () => {});
  let status: number | undefined;
  stream.on('response', (answer) => {
    status = answer[':status'];
    stream.end();
  });
  stream.write('some');
  if (end) stream.end();
  stream.resume();
  // Not once(): that fails with the stream.
  await new Promise<void>((resolve) => { stream.on('close', resolve); });
  return { status, code: stream.rstCode };
}

const failing = (): Writable => new Writable({ write(_chunk, _encoding, callback) { callback(new Error('disk full')); } });

describe('an unanswered request', () => {
  test('that is destroyed is reset', async () => {
    expect(await asked((request) => request.destroy())).toEqual({ status: undefined, code: Code.NoError });
  });

  test('that is destroyed when it was read is reset', async () => {
    expect(await asked((request) => { request.on('end', () => request.destroy()).resume(); }, true))
      .toEqual({ status: undefined, code: Code.NoError });
  });

  test('that is destroyed with an error is reset with it, and tells of it', async () => {
    const told: Error[] = [];
    expect(await asked((request) => { request.on('error', (error) => told.push(error)).destroy(new Error('mine')); }))
      .toEqual({ status: undefined, code: Code.InternalError });
    expect(told).toMatchObject([{ message: 'mine' }]);
  });

  test('whose pipeline fails, and nobody answers, is reset', async () => {
    expect(await asked((request) => pipeline(request, failing()).catch(() => {}))).toEqual({ status: undefined, code: Code.InternalError });
  });
});

describe('is answered all the same', () => {
  test('a request whose pipeline fails, by who is told of it', async () => {
    expect(await asked((request, response) => pipeline(request, failing()).catch(() => response.writeHead(507).end())))
      .toEqual({ status: 507, code: Code.NoError });
  });

  test('a request that a loop leaves early, however late', async () => {
    expect(await asked(async (request, response) => {
      for await (const _chunk of request) break;
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => { setImmediate(resolve); });
      response.writeHead(413).end();
    })).toEqual({ status: 413, code: Code.NoError });
  });

  test('a request that is destroyed after its answer has begun', async () => {
    expect(await asked((request, response) => {
      response.writeHead(413).end('too large');
      request.destroy();
    })).toEqual({ status: 413, code: Code.NoError });
  });
});

test("a request that its client cuts off with CANCEL has no 'end'", async () => {
  const heard: string[] = [];
  let closed: (() => void) | undefined;
  const over = new Promise<void>((resolve) => { closed = resolve; });
  const port = await served((request) => {
    for (const name of ['aborted', 'end', 'close']) request.on(name, () => heard.push(name));
    request.on('data', (chunk) => heard.push(String(chunk)));
    request.on('close', () => closed!());
  });
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock('/', { ':method': 'POST' }), Flag.EndHeaders), data(1, 'half', 0));
  await peer.settle();
  peer.send(reset(1, Code.Cancel));
  await over;
  // 'end' would be told in ticks.
  await new Promise((resolve) => { setImmediate(resolve); });
  expect(heard).toEqual(['half', 'aborted', 'close']);
});

test('a request longer than its content-length is reset with PROTOCOL_ERROR, and the session goes on', async () => {
  const heard: string[] = [];
  const port = await served((request, response) => {
    if (request.url === '/next') {
      response.end();
      return;
    }
    request.resume();
    for (const name of ['aborted', 'end', 'close']) request.on(name, () => heard.push(name));
  });
  const peer = await RawPeer.client(port);
  peer.send(headers(1, requestBlock('/', { ':method': 'POST', 'content-length': '5' }), Flag.EndHeaders), data(1, 'ten octets', 0));
  expect((await peer.expect(Type.RstStream)).payload.readUInt32BE(0)).toBe(Code.ProtocolError);
  peer.send(headers(3, requestBlock('/next')));
  expect(await peer.expect(Type.Headers)).toMatchObject({ id: 3 });
  expect(heard).toEqual(['aborted', 'close']);
});
