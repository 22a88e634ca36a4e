import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { frame, headers, preface, settings, Type, windowUpdate } from '../../cli/frames.mjs';

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'index.js');

/** What a program that uses `http2` writes to stderr. */
function run(env: NodeJS.ProcessEnv, script = `
  const server = http2.createServer((request, response) => response.end('hello')).listen(0, () => {
    const session = http2.connect('http://127.0.0.1:' + server.address().port);
    const stream = session.request({
      ':path': '/?a=1', authorization: 'Bearer hunter2', cookie: 'sid=hunter2', 'x-token': 'hunter2', 'x-plain': 'shown',
      'x-odd': 'tab\\there', [http2.sensitiveHeaders]: ['x-token'],
    });
    stream.resume().on('close', () => { session.close(); server.close(); });
  });`): string {
  const clean = { ...process.env };
  delete clean.NODE_DEBUG;
  delete clean.DUETTO_DEBUG;
  return spawnSync(process.execPath, ['-e', `const http2 = require(${JSON.stringify(entry)});${script}`], {
    encoding: 'utf8', env: { ...clean, ...env },
  }).stderr;
}

it.each([{ NODE_DEBUG: 'http2' }, { DUETTO_DEBUG: '1' }])('%o prints frames, one line each, and what becomes of sessions', (env) => {
  const out = run(env);
  const lines = out.split('\n').filter((line) => line.includes('Http2Session'));
  for (const line of lines) expect(line).toMatch(/^HTTP2 \d+: Http2Session (client|server) [12]: /);
  const frames = lines.map((line) => line.replace(/^.*?: .*?: \[ *\d+\.\d{3}\] /, ''));
  expect(frames).toContain('send SETTINGS frame <length=0, flags=0x00, stream_id=0>');
  expect(frames).toContain('recv SETTINGS frame <length=0, flags=0x01, stream_id=0> ACK');
  expect(frames).toContain('send DATA frame <length=5, flags=0x01, stream_id=1> END_STREAM');
  expect(frames).toContain('recv DATA frame <length=5, flags=0x01, stream_id=1> END_STREAM');
  expect(frames.some((line) => /^recv GOAWAY frame <length=8, flags=0x00, stream_id=0> \(last_stream_id=0, error_code=NO_ERROR\(0x00\), opaque_data=\)$/.test(line))
    || frames.some((line) => line.startsWith('send GOAWAY'))).toBe(true);
  expect(out).toMatch(/Http2Session server \d: ends with code 0 and 0 streams\n/);
});

it('values that are sensitive are left out on both sides', () => {
  const out = run({ DUETTO_DEBUG: '1' });
  const blocks = out.split('\n').filter((line) => line.includes('HEADERS') && line.includes('stream_id=1') && line.includes(':path'));
  expect(blocks.length).toBe(2);
  for (const line of blocks) {
    expect(line).toContain('END_STREAM END_HEADERS');
    expect(line).toContain('[:method: GET]');
    expect(line).toContain('[:path: /?a=1]');
    expect(line).toContain('[x-plain: shown]');
    expect(line).toContain('[x-odd: tab\\x09here]');
    for (const name of ['authorization', 'cookie', 'x-token']) expect(line).toContain(`[${name}: <sensitive>]`);
  }
  expect(out).not.toContain('hunter2');
});

it('nothing else prints anything', () => {
  expect(run({})).toBe('');
  expect(run({ DUETTO_DEBUG: '0' })).toBe('');
  expect(run({ NODE_DEBUG: 'net2' })).toBe('');
});

it('frames that are refused or wrong are shown too', () => {
  const first = Buffer.concat([
    preface, settings({ 3: 9 }), headers(1, Buffer.from([0x82, 0x86, 0x84, 1, 1, 97, 0, 1, 120, 1, 121])), windowUpdate(0, 256),
  ]);
  const wrong = frame(Type.Ping, 0, 7, Buffer.alloc(8));
  const out = run({ DUETTO_DEBUG: '1' }, `
    const net = require('node:net');
    const server = http2.createServer({ maxHeaderListPairs: 4 }).listen(0, () => {
      const socket = net.connect(server.address().port);
      socket.write(Buffer.from('${first.toString('base64')}', 'base64'));
      let all = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        all = Buffer.concat([all, chunk]);
        if (all.includes(Buffer.from([0, 0, 4, 3, 0]))) socket.write(Buffer.from('${wrong.toString('base64')}', 'base64'));
      });
      server.on('sessionError', () => {});
      socket.on('close', () => server.close());
    });`);
  expect(out).toContain('recv SETTINGS frame <length=6, flags=0x00, stream_id=0> [MAX_CONCURRENT_STREAMS(0x03): 9]');
  expect(out).toContain('recv HEADERS frame <length=11, flags=0x05, stream_id=1> END_STREAM END_HEADERS ignored');
  expect(out).toContain('meets a limit: maxHeaderListPairs: 5 header fields in a block, 4 allowed');
  expect(out).toContain('send RST_STREAM frame <length=4, flags=0x00, stream_id=1> (error_code=ENHANCE_YOUR_CALM(0x0b))');
  expect(out).toContain('recv WINDOW_UPDATE frame <length=4, flags=0x00, stream_id=0> (window_size_increment=256)');
  expect(out).toContain('recv PING frame <length=8, flags=0x00, stream_id=7> invalid: Protocol error');
  expect(out).toContain('error_code=PROTOCOL_ERROR(0x01), opaque_data=PING: stream_id != 0)');
  for (const line of out.trim().split('\n')) expect(line).toMatch(/^HTTP2 \d+: /);
});
