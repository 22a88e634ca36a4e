// What honest clients do at their hardest meets no limit that is on by default.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { listen, open, pattern } from '../helpers/serve.ts';

type Builtin = typeof import('node:http2');
const builtin = createRequire(import.meta.url)('node:http2') as Builtin;

async function served() {
  const server = duetto.createServer();
  const limits: unknown[] = [];
  server.on('limit', (limit) => limits.push(limit));
  server.on('sessionError', (error) => limits.push(error));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    if (headers[':path'] === '/large') {
      const more = (): void => { while (!stream.destroyed && stream.write(pattern)); };
      stream.on('drain', more);
      more();
    } else {
      stream.resume();
      stream.end('export default 1;\n');
    }
  });
  const { url } = await listen(server as never);
  const session = await open(builtin.connect(url));
  session.on('error', (error) => limits.push(error));
  session.on('goaway', (code) => limits.push(code));
  return { session, limits };
}

const done = (stream: import('node:http2').ClientHttp2Stream): Promise<void> => new Promise((resolve) => {
  stream.on('error', () => {}).on('close', () => resolve()).resume();
});

test('a thousand streams at once, five times over', async () => {
  const { session, limits } = await served();
  for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 1000 }, () => done(session.request({ ':path': '/' }))));
  expect(limits).toEqual([]);
});

test('a reload storm: modules by the hundred, all cancelled and asked for again, every half a second', async () => {
  const { session, limits } = await served();
  for (let reload = 0; reload < 6; reload++) {
    const first = Array.from({ length: 150 }, () => session.request({ ':path': '/' }));
    const gone = first.map(done);
    setImmediate(() => { for (const stream of first) stream.close(builtin.constants.NGHTTP2_CANCEL); });
    await Promise.all(gone);
    await Promise.all(Array.from({ length: 150 }, () => done(session.request({ ':path': '/' }))));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  expect(limits).toEqual([]);
});

// 10,000 an hour are three a second; here come as many as a burst allows, at once, and the bucket fills by 33 a second.
test('downloads that are aborted, 900 of them in a row', async () => {
  const { session, limits } = await served();
  for (let i = 0; i < 30; i++) {
    await Promise.all(Array.from({ length: 30 }, async () => {
      const stream = session.request({ ':path': '/large' });
      const closed = done(stream);
      await once(stream, 'response');
      stream.close(builtin.constants.NGHTTP2_CANCEL);
      await closed;
    }));
  }
  expect(limits).toEqual([]);
  expect(10_000 / 3600).toBeLessThan(33);
}, 60_000);

test('uploads that are cut short by their answer, with much on the way', async () => {
  const server = duetto.createServer();
  const limits: unknown[] = [];
  server.on('limit', (limit) => limits.push(limit));
  server.on('sessionError', (error) => limits.push(error));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 413 }, { endStream: true });
    stream.close(builtin.constants.NGHTTP2_NO_ERROR);
  });
  const { url } = await listen(server as never);
  const session = await open(builtin.connect(url));
  session.on('error', (error) => limits.push(error));
  onTestFinished(() => session.destroy());
  for (let i = 0; i < 40; i++) {
    await Promise.all(Array.from({ length: 20 }, () => {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.end(pattern);
      return done(stream);
    }));
  }
  expect(limits).toEqual([]);
});

test('small windows, a PING and a WINDOW_UPDATE for each piece, as gRPC does', async () => {
  const { session, limits } = await served();
  const stream = session.request({ ':path': '/large' });
  stream.on('error', () => {});
  let octets = 0;
  await new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      octets += chunk.length;
      session.ping(() => {});
      if (octets > 30e6) resolve();
    });
  });
  stream.close();
  expect(limits).toEqual([]);
}, 30_000);
