import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { find, run } from '../helpers/child.ts';
import { listen, site } from '../helpers/serve.ts';

const nghttp = find('nghttp');
const h2load = find('h2load');

/** What nghttp -nv prints, without times and colours. */
async function frames(path: string, { args = [], secure = false, options = {} }: { args?: string[]; secure?: boolean; options?: object } = {}) {
  const { url } = await listen(site(duetto as never, secure, options), secure ? 'https' : 'http');
  const { stdout, stderr, code } = await run(nghttp!, ['-nv', ...args, `${url}${path}`]);
  expect(stderr.replace(/^\[WARNING\].*$/m, '').trim()).toBe('');
  expect(code).toBe(0);
  return stdout.replace(/\x1b\[[\d;]*m/g, '').replace(/^\[ *[\d.]+\] /gm, '');
}

describe.skipIf(nghttp === undefined)('nghttp -nv (skipped without nghttp)', () => {
  test.each([false, true])('sees settings, headers and data, in order (TLS: %s)', async (secure) => {
    const seen = await frames('/hello', { secure });
    if (secure) expect(seen).toContain('The negotiated protocol: h2');
    const order = [...seen.matchAll(/^(recv|send) (\w+) frame <length=(\d+), flags=0x(\w\w), stream_id=(\d+)>/gm)]
      .map(([, direction, type, , flags, id]) => `${direction} ${type} ${flags} ${id}`)
      .filter((line) => !line.includes('PRIORITY') && !line.includes('send SETTINGS 00'));
    const expected = ['recv SETTINGS 00 0', 'recv HEADERS 04 13', 'recv DATA 01 13'];
    expect(order.filter((line) => expected.includes(line))).toEqual(expected);
    expect(order).toContain('recv SETTINGS 01 0');
    expect(seen).toContain('recv (stream_id=13) :status: 200');
    expect(seen).toMatch(/recv DATA frame <length=11, flags=0x01, stream_id=13>\s+; END_STREAM/);
  });

  test('sees the settings that were asked for', async () => {
    const seen = await frames('/hello', { options: { settings: { maxConcurrentStreams: 77, initialWindowSize: 123456 } } });
    expect(seen).toContain('SETTINGS_MAX_CONCURRENT_STREAMS(0x03):77');
    expect(seen).toContain('SETTINGS_INITIAL_WINDOW_SIZE(0x04):123456');
  });

  test('sees trailers end the stream', async () => {
    const seen = await frames('/trailers');
    expect(seen).toMatch(/recv DATA frame <length=13, flags=0x00, stream_id=13>/);
    expect(seen).toContain('recv (stream_id=13) x-checksum: abc');
    expect(seen).toMatch(/recv HEADERS frame <length=\d+, flags=0x05, stream_id=13>/);
  });

  test('sees a push', async () => {
    const seen = await frames('/push');
    expect(seen).toMatch(/recv PUSH_PROMISE frame <[^>]*stream_id=13>[^]*promised_stream_id=2/);
    expect(seen).toMatch(/recv DATA frame <length=6, flags=0x01, stream_id=2>/);
  });

  test('sees padding', async () => {
    const seen = await frames('/hello', { options: { paddingStrategy: duetto.constants.PADDING_STRATEGY_MAX } });
    expect(seen).toMatch(/recv HEADERS frame <length=\d+, flags=0x0c, stream_id=13>/);
    expect(seen).toMatch(/recv DATA frame <length=\d+, flags=0x09, stream_id=13>\s+; END_STREAM \| PADDED/);
  });

  test('sees a reset stream closed with its code', async () => {
    const server = duetto.createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.close(duetto.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
    const { url } = await listen(server);
    const { stdout } = await run(nghttp!, ['-nv', url]);
    expect(stdout).toContain('error_code=ENHANCE_YOUR_CALM(0x0b)');
  });
});

describe.skipIf(h2load === undefined)('h2load (skipped without h2load)', () => {
  test.each([false, true])('10,000 requests over 10 connections succeed (TLS: %s)', async (secure) => {
    const { url } = await listen(site(duetto as never, secure), secure ? 'https' : 'http');
    const { stdout, code } = await run(h2load!, ['-n', '10000', '-c', '10', '-m', '10', `${url}/hello`]);
    expect(code).toBe(0);
    expect(stdout).toContain('10000 total, 10000 started, 10000 done, 10000 succeeded, 0 failed, 0 errored, 0 timeout');
    expect(stdout).toContain('status codes: 10000 2xx');
  });

  test('bodies of 1 MB arrive whole', async () => {
    const { url } = await listen(site(duetto as never));
    const { stdout } = await run(h2load!, ['-n', '200', '-c', '4', '-m', '10', `${url}/bytes/1048576`]);
    expect(stdout).toContain('200 succeeded, 0 failed, 0 errored, 0 timeout');
    expect(stdout).toMatch(/\(209715200\) data/);
  });
});
