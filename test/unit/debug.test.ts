import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'index.js');
const script = `
  const http2 = require(${JSON.stringify(entry)});
  const server = http2.createServer((request, response) => response.end()).listen(0, () => {
    const session = http2.connect('http://127.0.0.1:' + server.address().port);
    session.request().resume().on('close', () => { session.close(); server.close(); });
  });`;

it('NODE_DEBUG=http2 tells of sessions, and nothing else does', () => {
  const run = (debug: string): string => spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8', env: { ...process.env, NODE_DEBUG: debug },
  }).stderr;
  expect(run('http2')).toMatch(/HTTP2 \d+: Http2Session client: received SETTINGS/);
  expect(run('http2')).toMatch(/Http2Session server: ends with code 0/);
  expect(run('')).toBe('');
});
