import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { find, run } from '../helpers/child.ts';
import { body, listen, pattern, sha256, site, tls } from '../helpers/serve.ts';

const curl = find('curl');
const MB = 1024 * 1024;
let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'duetto-curl-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ways = [
  { secure: false, flags: ['--http2-prior-knowledge'], scheme: 'http' },
  { secure: true, flags: ['-k', '--http2'], scheme: 'https' },
] as const;

describe.skipIf(curl === undefined)('curl (skipped without curl)', () => {
  describe.each(ways)('$flags over $scheme', ({ secure, flags, scheme }) => {
    async function ask(path: string, args: string[] = [], input?: Buffer, options?: object) {
      const { url } = await listen(site(duetto as never, secure, options), scheme);
      const outcome = await run(curl!, ['-sS', ...flags, '-w', '\n%{http_version} %{http_code}', ...args, `${url}${path}`], { input });
      expect(outcome.stderr).toBe('');
      expect(outcome.code).toBe(0);
      return outcome.stdout;
    }

    test('gets a small response', async () => {
      expect(await ask('/hello')).toBe('hello world\n2 200');
    });

    test('gets a status without a body', async () => {
      expect(await ask('/nowhere')).toBe('\n2 404');
    });

    test('downloads 100 MB unharmed', async () => {
      const file = join(folder, `download-${scheme}`);
      expect(await ask(`/bytes/${100 * MB}`, ['-o', file])).toBe('\n2 200');
      expect(sha256([readFileSync(file)])).toBe(sha256(body(100 * MB)));
    });

    test('uploads a body, and gets it back', async () => {
      const file = join(folder, `echo-${scheme}`);
      const sent = Buffer.concat([...body(3 * MB + 7)]);
      expect(await ask('/echo', ['--data-binary', '@-', '-o', file], sent)).toBe('\n2 200');
      expect(readFileSync(file).equals(sent)).toBe(true);
    });

    test('uploads 30 MB, whose checksum agrees', async () => {
      const sent = Buffer.concat([...body(30 * MB)]);
      const [answer] = (await ask('/hash', ['-H', 'expect: 100-continue', '--data-binary', '@-'], sent)).split('\n');
      expect(JSON.parse(answer!)).toEqual({ length: sent.length, sha256: sha256([sent]) });
    });

    test('sees informational headers', async () => {
      const answer = await ask('/early', ['-i']);
      expect(answer).toMatch(/^HTTP\/2 103 \r\nlink: .*\r\n\r\nHTTP\/2 200 \r\n/);
    });

    test('sees trailers', async () => {
      const answer = await ask('/trailers', ['-i']);
      expect(answer).toContain('with trailers');
      expect(answer).toMatch(/x-checksum: abc\r\ngrpc-status: 0\r\n/);
    });
  });

  // curl 7.88 drops a response that it reads together with the RST_STREAM(NO_ERROR) behind it.
  test('gets a response that is complete before its upload is', async () => {
    const server = duetto.createServer((_request, response) => {
      response.statusCode = 413;
      response.end('too big');
    });
    const { url } = await listen(server, 'http');
    const upload = Buffer.alloc(2 * MB);
    for (let i = 0; i < 12; i++) {
      const { code, stdout } = await run(curl!, ['-s', '--http2-prior-knowledge', '--data-binary', '@-', '-w', ' %{http_code}', url], { input: upload });
      expect([code, stdout]).toEqual([0, 'too big 413']);
    }
  });

  test('is served with HTTP/1.1 where that is allowed', async () => {
    const server = duetto.createSecureServer({ ...tls, allowHTTP1: true }, (request, response) => {
      response.end(`${request.httpVersion} ${pattern.length}`);
    });
    const { url } = await listen(server, 'https');
    const old = await run(curl!, ['-sSk', '--http1.1', url]);
    const current = await run(curl!, ['-sSk', '--http2', url]);
    expect([old.stdout, current.stdout]).toEqual(['1.1 65536', '2.0 65536']);
  });
});
