import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { nghttpd, startNghttpd } from '../helpers/nghttpd.ts';
import { body, open, receive, sha256, tls } from '../helpers/serve.ts';

const MB = 1024 * 1024;
const SIZE = 100 * MB;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duetto-nghttpd-'));
  const file = openSync(join(folder, 'big'), 'w');
  for (const chunk of body(SIZE)) writeSync(file, chunk);
  closeSync(file);
  writeFileSync(join(folder, 'index.html'), 'index');
  writeFileSync(join(folder, 'style.css'), 'style');
  writeFileSync(join(folder, 'key.pem'), tls.key);
  writeFileSync(join(folder, 'cert.pem'), tls.cert);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(args: string[], secure: boolean) {
  const port = await startNghttpd(folder, args, secure ? [join(folder, 'key.pem'), join(folder, 'cert.pem')] : []);
  return open(duetto.connect(`${secure ? 'https' : 'http'}://127.0.0.1:${port}`, { rejectUnauthorized: false }));
}

describe.skipIf(nghttpd === undefined).each([false, true])('against nghttpd, TLS: %s (skipped without nghttpd)', (secure) => {
  test('gets a file of 100 MB unharmed', async () => {
    const session = await serve([], secure);
    const received = await receive(session.request({ ':path': '/big' }));
    expect(received.headers[':status']).toBe(200);
    expect(received.length).toBe(SIZE);
    expect(received.sha256).toBe(sha256(body(SIZE)));
  });

  test('gets many files at once', async () => {
    const session = await serve([], secure);
    const answers = await Promise.all(Array.from({ length: 300 }, () => receive(session.request({ ':path': '/' }))));
    expect(new Set(answers.map(({ headers, text }) => `${headers[':status']} ${text}`))).toEqual(new Set(['200 index']));
  });

  test('uploads, and gets the body back', async () => {
    const session = await serve(['--echo-upload'], secure);
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    const [received] = await Promise.all([receive(stream), pipeline(body(8 * MB), stream)]);
    expect(received.sha256).toBe(sha256(body(8 * MB)));
  });

  test('receives trailers', async () => {
    const session = await serve(['--trailer=x-end: yes'], secure);
    const received = await receive(session.request({ ':path': '/' }));
    expect(received.text).toBe('index');
    expect(received.trailers).toMatchObject({ 'x-end': 'yes' });
  });

  test('takes a push', async () => {
    const session = await serve(['-p/=/style.css'], secure);
    const pushed = once(session, 'stream') as Promise<[import('node:http2').ClientHttp2Stream, Record<string, string>]>;
    const asked = receive(session.request({ ':path': '/' }));
    const [stream, headers] = await pushed;
    const text: string[] = [];
    stream.setEncoding('utf8').on('data', (chunk) => text.push(chunk));
    await once(stream, 'end');
    expect([headers[':path'], text.join('')]).toEqual(['/style.css', 'style']);
    expect((await asked).text).toBe('index');
  });

  test('is told of a missing file', async () => {
    const session = await serve([], secure);
    expect((await receive(session.request({ ':path': '/nowhere' }))).headers[':status']).toBe(404);
  });
});
