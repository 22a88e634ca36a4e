import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import * as https from 'node:https';
import { expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { selfSigned } from '../../demo/certificate.mjs';
import { start } from '../helpers/child.ts';

function demo(...args: string[]) {
  return start(process.execPath, ['demo/main.mjs', ...args], { timeout: 15_000 });
}

test('the demo prints a first request made by its own client, and ends well', async () => {
  const { code, stdout, stderr } = await demo('--port', '0', '--once').ended;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`nghttp2 ${duetto.nghttp2.version}`);
  expect(stdout).toContain(`${process.versions.nghttp2}`);
  expect(stdout).toMatch(/client over h2.* \d+\.\d ms/);
  expect(stdout).toContain(':status: 200');
  expect(stdout).toMatch(/[1-9]\d* bytes of body/);
});

test('the demo says so when its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await demo('--port', String(port)).ended;
  other.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is taken`);
});

test('the demo serves its page, its tiles and its counters until Ctrl-C', async () => {
  const child = demo('--port', '0');
  const [, url] = await child.printed(/Open (https:\S+)\/ in a browser/);
  const session = duetto.connect(url!, { rejectUnauthorized: false });
  const get = async (path: string) => {
    const stream = session.request({ ':path': path });
    const [headers] = await once(stream, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { headers, body: Buffer.concat(chunks) };
  };
  expect((await get('/')).body.toString()).toContain('<title>duetto</title>');
  const about = JSON.parse((await get('/about')).body.toString());
  expect(about).toMatchObject({ httpVersion: '2.0', alpn: 'h2', duetto: { nghttp2: duetto.nghttp2.version } });
  const { columns, rows } = about.picture;
  const tiles = await Promise.all(Array.from({ length: columns * rows }, (_, i) => get(`/tile/${i % columns}/${Math.floor(i / columns)}`)));
  for (const { headers, body } of tiles) {
    expect(headers['content-type']).toBe('image/png');
    expect(headers['x-connection']).toBe(String(about.connection));
    expect(body.subarray(1, 4).toString()).toBe('PNG');
  }
  expect((await get('/tile/16/0')).headers[':status']).toBe(404);

  const events = session.request({ ':path': '/events' });
  const [first] = await once(events, 'data');
  expect(JSON.parse(first.toString().replace(/^data: /, ''))).toMatchObject({ http1: 0, openStreams: 1 });
  events.resume();
  child.process.kill('SIGINT');
  expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  session.destroy();
});

test('the demo serves the same tiles over HTTP/1.1, and the same page on another engine if there is one', async () => {
  const child = demo('--port', '0');
  const [, url] = await child.printed(/Open (https:\S+)\/ in a browser/);
  const get = (address: string, options: https.RequestOptions = {}) => new Promise<{ headers: NodeJS.Dict<string | string[]>; body: string; version: string }>((resolve, reject) => {
    https.get(address, { rejectUnauthorized: false, agent: false, ...options }, async (response) => {
      let body = '';
      for await (const part of response.setEncoding('latin1')) body += part;
      resolve({ headers: response.headers, body, version: response.httpVersion });
    }).once('error', reject);
  });
  const about = JSON.parse((await get(`${url}/about`)).body);

  // A browser gets HTTP/1.1 there even though it would rather have HTTP/2, and may look into answers from another port.
  const http1 = `https://127.0.0.1:${about.http1.port}`;
  const { version, headers, body } = await get(`${http1}/tile/0/0`, { ALPNProtocols: ['h2', 'http/1.1'] });
  expect(version).toBe('1.1');
  expect(body.slice(1, 4)).toBe('PNG');
  expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'timing-allow-origin': '*', 'x-connection': '0' });
  expect(headers['access-control-expose-headers']).toContain('x-connection');

  const other = duetto.engines().filter(({ active }) => !active).at(-1);
  if (other === undefined) {
    expect(about.other).toBeUndefined();
  } else {
    const session = duetto.connect(`https://127.0.0.1:${about.other.port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/about' });
    let text = '';
    for await (const part of stream.setEncoding('utf8')) text += part;
    expect(JSON.parse(text)).toMatchObject({ httpVersion: '2.0', duetto: { nghttp2: other.version } });
    expect(about.other.nghttp2).toBe(other.version);
    session.close();
  }
  child.process.kill('SIGINT');
  expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
});

test('a patch reads as what was mended', async () => {
  const { stdout } = await demo('--port', '0', '--once').ended;
  if (duetto.nghttp2.patches.length > 0) expect(stdout).toContain(`nghttp2 ${duetto.nghttp2.version}, patched for CVE-`);
});

test('the certificate of the demo is a proper one', () => {
  const { key, cert } = selfSigned();
  const certificate = new X509Certificate(cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(certificate.ca).toBe(false);
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now());
});
