// Values that are out of the ordinary, and what becomes of them.

import type * as builtin from 'node:http2';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

const http2 = createRequire(import.meta.url)('../../dist/index.js') as typeof builtin;

let server: builtin.Http2Server;
let client: builtin.ClientHttp2Session;
afterEach(() => {
  client?.destroy();
  server?.close();
});

async function connect(
  onStream: (stream: builtin.ServerHttp2Stream) => void, options: builtin.ClientSessionOptions = {},
): Promise<void> {
  server = http2.createServer().on('stream', onStream).listen(0);
  await once(server, 'listening');
  client = http2.connect(`http://localhost:${(server.address() as AddressInfo).port}`, options);
}

test.each(['headerTableSize', 'initialWindowSize', 'maxFrameSize', 'maxConcurrentStreams', 'maxHeaderListSize', 'maxHeaderSize'])(
  'a setting that is no number is an error: %s', async (name) => {
    const error = expect.objectContaining({ code: 'ERR_HTTP2_INVALID_SETTING_VALUE', message: `Invalid value for setting "${name}": NaN` });
    expect(() => http2.getPackedSettings({ [name]: NaN })).toThrow(error);
    await connect((stream) => stream.respond({}, { endStream: true }));
    expect(() => client.settings({ [name]: NaN })).toThrow(error);
  });

test('a request is idle until its HEADERS have left', async () => {
  await connect((stream) => stream.respond({}, { endStream: true }));
  await once(client, 'connect');
  const request = client.request({ ':method': 'POST' });
  expect(request.state).toMatchObject({ state: http2.constants.NGHTTP2_STREAM_STATE_IDLE, localClose: 0, remoteClose: 0 });
  await new Promise(setImmediate);
  expect(request.state.state).toBe(http2.constants.NGHTTP2_STREAM_STATE_OPEN);
});

test("who closes a request in a timer, and then waits for its 'close' after a promise, gets it", async () => {
  await connect((stream) => stream.respond({}));
  await once(client, 'connect');
  const request = client.request();
  request.on('error', () => {});
  await once(request, 'response');
  const missed = await new Promise((resolve) => {
    setTimeout(async () => {
      let closed = false;
      request.on('close', () => { closed = true; });
      request.close(http2.constants.NGHTTP2_CANCEL);
      await null;
      resolve(closed);
    });
  });
  expect(missed).toBe(false);
  await once(request, 'close');
});

test('maxReservedRemoteStreams below zero lets the peer promise what it likes', async () => {
  await connect((stream) => {
    stream.respond({});
    stream.pushStream({ ':path': '/pushed' }, (error, push) => {
      push!.respond({});
      push!.end('pushed');
      stream.end();
    });
  }, { maxReservedRemoteStreams: -1 });
  client.request().resume();
  const [push] = await once(client, 'stream') as [builtin.ClientHttp2Stream];
  let body = '';
  push.setEncoding('utf8').on('data', (text) => { body += text; });
  await once(push, 'close');
  expect(body).toBe('pushed');
});

test('the payload of a PING without one is the time, little-endian', async () => {
  await connect(() => {});
  await once(client, 'connect');
  const before = process.hrtime.bigint();
  const payload = await new Promise<Buffer>((resolve) => { client.ping((_error, _duration, octets) => resolve(octets)); });
  const time = payload.readBigUInt64LE();
  expect(time >= before && time <= process.hrtime.bigint()).toBe(true);
});
