import { once } from 'node:events';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import duetto, { type ServerHttp2Stream } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-files-'));
const large = path.join(folder, 'large');
const content = Buffer.alloc(2 * 1024 * 1024, '0123456789abcdef');

beforeAll(() => fs.writeFileSync(large, content));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function served(handle: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void) {
  const server = duetto.createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    handle(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = duetto.connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  await once(session, 'connect');
  return {
    session,
    async close() {
      session.close();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(stream: ClientHttp2Stream): Promise<string> {
  stream.setEncoding('latin1');
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

const sparse = path.join(folder, 'sparse');

test('octets beyond 2^31 and 2^32, by path and by descriptor', async () => {
  const at = [0, 2 ** 31 - 20, 2 ** 31 + 5, 2 ** 32 + 7, 5e9];
  const fd = fs.openSync(sparse, 'w+');
  fs.ftruncateSync(fd, 6e9);
  for (const offset of at) fs.writeSync(fd, `at ${offset}`.padEnd(16), offset);
  const { session, close } = await served((stream, headers) => {
    const [, kind, offset] = headers[':path']!.split('/');
    const part = { offset: Number(offset), length: 16 };
    if (kind === 'path') stream.respondWithFile(sparse, {}, part);
    else stream.respondWithFD(fd, {}, part);
  });
  for (const kind of ['path', 'descriptor']) {
    for (const offset of at) expect(await textOf(session.request({ ':path': `/${kind}/${offset}` }))).toBe(`at ${offset}`.padEnd(16));
  }
  await close();
  fs.closeSync(fd);
});

test('a length beyond 2^32 is not cut', async () => {
  fs.truncateSync(sparse, 2 ** 32 + 1000);
  const { session, close } = await served((stream) => stream.respondWithFile(sparse));
  const stream = session.request({ ':path': '/' });
  const [headers] = await once(stream, 'response');
  expect(headers['content-length']).toBe(String(2 ** 32 + 1000));
  let length = 0;
  for await (const chunk of stream) if ((length += chunk.length) > 1e6) break;
  expect(length).toBeGreaterThan(1e6);
  await close();
});

test.each([undefined, { offset: 0 }, { length: 4 }])('a descriptor or a handle gives the same each time, with %j', async (part) => {
  const handle = await open(large);
  const { session, close } = await served((stream, headers) => stream.respondWithFD(headers[':path'] === '/handle' ? handle as never : handle.fd, {}, part));
  for (const path of ['/fd', '/fd', '/handle', '/handle']) {
    const text = await textOf(session.request({ ':path': path }));
    expect(text.length).toBe(part?.length ?? content.length);
    expect(text.startsWith('0123')).toBe(true);
  }
  await close();
  await handle.close();
});

/** Descriptors of this process that are files of ours. */
function openFiles(): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

async function noneOpen(): Promise<void> {
  // Closing takes a turn of the thread pool each; a leak shows as this test's time-out.
  while (openFiles() > 0) await turn();
}

const countable = fs.existsSync('/proc/self/fd');

describe('descriptors', () => {
  test.skipIf(!countable)('1,000 downloads whose client goes away leave no descriptor open (needs /proc)', async () => {
    const { session, close } = await served((stream) => stream.respondWithFile(large));
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 50 }, async (_, i) => {
        const request = session.request();
        request.on('error', () => {});
        const closed = once(request, 'close');
        // At once, with the headers, or in the middle of the body.
        if (i % 3 === 0) request.close(8);
        else request.once(i % 3 === 1 ? 'response' : 'data', () => request.close(8));
        await closed;
      }));
    }
    await noneOpen();
    await close();
  });

  test.skipIf(!countable)('a connection that is cut in the middle leaves none open (needs /proc)', async () => {
    const { session, close } = await served((stream) => stream.respondWithFile(large));
    const requests = Array.from({ length: 20 }, () => session.request().on('error', () => {}));
    await Promise.all(requests.map((request) => once(request, 'response')));
    session.destroy();
    await noneOpen();
    await close();
  });

  test('respondWithFD leaves the descriptor to its owner', async () => {
    const file = await open(large);
    const { session, close } = await served((stream) => stream.respondWithFD(file));
    const request = session.request();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect((await file.stat()).size).toBe(content.length);
    await file.close();
    await close();
  });
});

test('a file that shrinks while it is sent ends short: the client sees that it is not complete', async () => {
  const shrinking = path.join(folder, 'shrinking');
  fs.writeFileSync(shrinking, content);
  const { session, close } = await served((stream) => stream.respondWithFile(shrinking, undefined, {
    statCheck() {
      // After its size was announced.
      fs.truncateSync(shrinking, 100_000);
    },
  }));
  const request = session.request();
  request.resume();
  const [headers] = await once(request, 'response');
  expect(headers['content-length']).toBe(String(content.length));
  const [error] = await once(request, 'error');
  expect(error.message).toBe('Stream closed with error code NGHTTP2_PROTOCOL_ERROR');
  await close();
});
