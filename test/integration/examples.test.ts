// Every file of examples/ does what it says.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Child, find, project, run, start } from '../helpers/child.ts';
import { main as http2 } from '../helpers/engines.ts';

const folder = path.join(project, 'examples');
const curl = find('curl') ? '' : 'curl is missing (Debian: curl)';
const tested = new Set<string>();
const running: Child[] = [];
const env = { PORT: '0' };

function example(name: string): string {
  tested.add(name);
  return path.join(folder, name);
}

/** Starts a server and gives its address. */
async function serve(name: string, ...args: string[]): Promise<string> {
  const child = start(process.execPath, [example(name), ...args], { env });
  running.push(child);
  return (await child.printed(/ on (https?:\/\/localhost:\d+)\//))[1]!;
}

async function output(args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(process.execPath, args, { env });
  expect(code, stderr).toBe(0);
  return stdout.trim().split('\n');
}

const get = async (...args: string[]) => (await run('curl', ['-sk', '--http2', ...args])).stdout;

describe('examples', () => {
  afterEach(async () => {
    for (const { process, ended } of running.splice(0)) {
      process.kill('SIGKILL');
      await ended;
    }
  });

  test('h2c-server', async ({ skip }) => {
    if (curl) return skip(curl);
    const url = await serve('h2c-server.mjs');
    expect(await get('--http2-prior-knowledge', '-w', '%{http_version}', `${url}/a`)).toBe('GET /a\n2');
  });

  test('tls-server', async ({ skip }) => {
    if (curl) return skip(curl);
    expect(await get(`${await serve('tls-server.mjs')}/b`)).toBe('GET /b by HTTP/2.0\n');
    const tls = path.join(project, 'test/helpers/tls');
    const named = await serve('tls-server.mjs', path.join(tls, 'key.pem'), path.join(tls, 'cert.pem'));
    expect((await run('curl', ['-s', '--http2', '--cacert', path.join(tls, 'cert.pem'), `${named}/c`])).stdout).toBe('GET /c by HTTP/2.0\n');
  });

  test('client, of its own server and of another', async () => {
    expect(await output([example('client.mjs')])).toEqual(['/: 200, 9 bytes', '/one: 200, 12 bytes', '/two: 200, 12 bytes']);
    expect(await output([example('client.mjs'), await serve('h2c-server.mjs')])).toEqual(['/: 200, 6 bytes', '/one: 200, 9 bytes', '/two: 200, 9 bytes']);
  });

  test('client, of a server that is not there', async () => {
    const server = http2.createServer();
    await new Promise((resolve) => { server.listen(0, () => resolve(undefined)); });
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => { server.close(resolve); });
    const { code, stderr } = await run(process.execPath, [example('client.mjs'), `http://localhost:${port}`]);
    expect(code).toBe(1);
    expect(stderr).toContain('the connection failed: ');
  });

  test('push', async () => {
    expect(await output([example('push.mjs')])).toEqual([
      'asked for /: <link rel="stylesheet" href="/style.css">', 'pushed /style.css: body { color: teal }']);
  });

  test('trailers', async () => {
    // The sum of "one two three".
    expect(await output([example('trailers.mjs')])).toEqual([
      'all of it arrived: 6899ee404683a14e8c2a03149860df25d67d34d9cd4dae7350cbe91e4b3976be']);
  });

  test('gRPC under register', async () => {
    const lines = await output(['--require', path.join(project, 'dist/register/index.js'), example('grpc.mjs')]);
    expect(lines).toEqual(['twice 21 is 42', 'counted 1, 2, 3', `on duetto, nghttp2 ${http2.nghttp2.version}`]);
    expect((await output([example('grpc.mjs')])).at(-1)).toContain('on node:http2');
  });

  test('HTTP/1 beside HTTP/2', async ({ skip }) => {
    if (curl) return skip(curl);
    const url = await serve('http1-beside-http2.mjs');
    expect(await get(url)).toBe('HTTP/2.0, stream 1\n');
    expect(await get('--http1.1', url)).toBe('HTTP/1.1\n');
  });

  test('proxy by CONNECT', async () => {
    const lines = await output([example('connect-proxy.mjs')]);
    expect(lines.slice(1)).toEqual(['tunnel: 200', 'the page /through']);
    const session = http2.connect(await serve('connect-proxy.mjs', '--serve'));
    const answer = (headers: Record<string, string>) => new Promise((resolve, reject) => {
      session.request(headers).on('response', (fields) => resolve(fields[':status'])).on('error', reject).resume();
    });
    expect(await answer({ ':method': 'CONNECT', ':authority': '192.0.2.1:80' })).toBe(403);
    expect(await answer({ ':path': '/' })).toBe(405);
    // Nothing listens on port 1.
    expect(await answer({ ':method': 'CONNECT', ':authority': 'localhost:1' })).toBe(502);
    session.destroy();
  });

  test('file server with ranges', async ({ skip }) => {
    if (curl) return skip(curl);
    const text = fs.readFileSync(path.join(project, 'README.md'));
    const url = `${await serve('file-server.mjs', project)}/README.md`;
    const ask = (...args: string[]) => get('--http2-prior-knowledge', ...args);
    expect(await ask(url)).toBe(text.toString());
    const status = ['-o', '/dev/null', '-w', '%{http_code} %header{content-range} %header{content-length}'];
    expect(await ask('-r', '0-99', url)).toBe(text.subarray(0, 100).toString());
    expect(await ask('-r', '0-99', ...status, url)).toBe(`206 bytes 0-99/${text.length} 100`);
    expect(await ask('-r', '-10', url)).toBe(text.subarray(-10).toString());
    expect(await ask('-r', `${text.length - 5}-`, url)).toBe(text.subarray(-5).toString());
    expect(await ask('-r', `${text.length}-`, '-o', '/dev/null', '-w', '%{http_code}', url)).toBe('416');
    for (const name of ['nothing', 'lib', '..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '%ff']) {
      expect(await ask('--path-as-is', '-o', '/dev/null', '-w', '%{http_code}', new URL(url).origin + `/${name}`), name).toBe('404');
    }
    expect(await ask('-X', 'DELETE', '-o', '/dev/null', '-w', '%{http_code}', url)).toBe('405');
  });

  test('there is no example that is not tested, and docs/examples.md names each', () => {
    const files = fs.readdirSync(folder).sort();
    if (!curl) expect([...tested].sort()).toEqual(files);
    const page = fs.readFileSync(path.join(project, 'docs/examples.md'), 'utf8');
    for (const file of files) expect(page).toContain(`(../examples/${file})`);
  });
});
