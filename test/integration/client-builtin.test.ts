import { once } from 'node:events';
import * as builtin from 'node:http2';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { body, listen, open, receive, sha256, site } from '../helpers/serve.ts';

const MB = 1024 * 1024;

describe.each([false, true])("against Node's own server (TLS: %s)", (secure) => {
  async function connected(serverOptions: object = {}) {
    const { url, server } = await listen(site(builtin, secure, serverOptions), secure ? 'https' : 'http');
    return { session: await open(duetto.connect(url, { rejectUnauthorized: false })), server };
  }

  test('makes 200 uploads of 1 MB at the same time', async () => {
    const { session } = await connected({ maxSessionMemory: 1000 });
    const expected = JSON.stringify({ length: MB, sha256: sha256(body(MB)) });
    const answers = await Promise.all(Array.from({ length: 200 }, async () => {
      const stream = session.request({ ':path': '/hash', ':method': 'POST' });
      const [received] = await Promise.all([receive(stream), pipeline(body(MB), stream)]);
      return received.text;
    }));
    expect(answers).toHaveLength(200);
    expect(new Set(answers)).toEqual(new Set([expected]));
  });

  test('downloads 50 MB over ten streams', async () => {
    const { session } = await connected();
    const answers = await Promise.all(Array.from({ length: 10 }, () => receive(session.request({ ':path': `/bytes/${5 * MB}` }))));
    expect(new Set(answers.map((one) => one.sha256))).toEqual(new Set([sha256(body(5 * MB))]));
  });

  test('has requests wait for as many as the server allows', async () => {
    const { session } = await connected({ settings: { maxConcurrentStreams: 2 } });
    if (session.remoteSettings.maxConcurrentStreams !== 2) await once(session, 'remoteSettings');
    const answers = await Promise.all(Array.from({ length: 50 }, () => receive(session.request({ ':path': '/hello' }))));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['hello world']));
  });

  test('sends and receives trailers and informational headers', async () => {
    const { session, server } = await connected();
    let theirs: unknown;
    server.on('stream', (stream) => stream.on('trailers', (trailers) => { theirs = trailers; }));
    const stream = session.request({ ':path': '/hash', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
    stream.end('body');
    await receive(stream);
    expect(theirs).toMatchObject({ 'x-sum': '1' });
    expect((await receive(session.request({ ':path': '/trailers' }))).trailers).toMatchObject({ 'x-checksum': 'abc' });
    const early = session.request({ ':path': '/early' });
    const informational = once(early, 'headers');
    expect((await receive(early)).text).toBe('late');
    expect((await informational)[0][':status']).toBe(103);
  });

  test('takes a push, and can refuse one', async () => {
    const { session } = await connected();
    const pushed = once(session, 'stream') as Promise<[builtin.ClientHttp2Stream]>;
    const asked = receive(session.request({ ':path': '/push' }));
    const [stream] = await pushed;
    stream.resume();
    await once(stream, 'end');
    expect((await asked).text).toBe('pushing');

    session.once('stream', (unwanted: builtin.ClientHttp2Stream) => unwanted.close(duetto.constants.NGHTTP2_REFUSED_STREAM));
    session.on('stream', (unwanted: builtin.ClientHttp2Stream) => unwanted.on('error', () => {}));
    expect((await receive(session.request({ ':path': '/push' }))).text).toBe('pushing');
  });

  test('gives up on a response by its signal, and the next one comes', async () => {
    const { session, server } = await connected();
    const abort = new AbortController();
    const served = once(server, 'stream') as Promise<[builtin.ServerHttp2Stream]>;
    const stream = session.request({ ':path': '/forever' }, { signal: abort.signal });
    const [theirs] = await served;
    const aborted = once(theirs, 'aborted');
    await once(stream, 'data');
    const failed = once(stream, 'error');
    abort.abort();
    expect((await failed)[0].name).toBe('AbortError');
    await aborted;
    expect(theirs.rstCode).toBe(builtin.constants.NGHTTP2_CANCEL);
    expect((await receive(session.request({ ':path': '/hello' }))).text).toBe('hello world');
  });

  test('ends a session with a request in flight well', async () => {
    const { session } = await connected();
    const stream = session.request({ ':path': '/echo', ':method': 'POST' });
    await once(stream, 'response');
    session.close();
    stream.end('late');
    expect((await receive(stream)).text).toBe('late');
    await once(session, 'close');
  });
});
