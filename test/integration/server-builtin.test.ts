import { once } from 'node:events';
import * as builtin from 'node:http2';
import { pipeline } from 'node:stream/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { body, listen, open, receive, sha256, site } from '../helpers/serve.ts';

const MB = 1024 * 1024;

describe.each([false, true])("Node's own client (TLS: %s)", (secure) => {
  async function connected(options: object = {}) {
    const { url, server } = await listen(site(duetto as never, secure, options), secure ? 'https' : 'http');
    const session = await open(builtin.connect(url, { rejectUnauthorized: false }));
    return { session, server };
  }

  test('has 500 requests answered over one session', async () => {
    const { session } = await connected();
    const answers = await Promise.all(Array.from({ length: 500 }, () => receive(session.request({ ':path': '/hello' }))));
    expect(new Set(answers.map(({ headers, text }) => `${headers[':status']} ${text}`))).toEqual(new Set(['200 hello world']));
  });

  test('downloads and uploads at the same time', async () => {
    const { session } = await connected();
    const downloads = Array.from({ length: 5 }, () => receive(session.request({ ':path': `/bytes/${4 * MB}` })));
    const uploads = Array.from({ length: 5 }, async () => {
      const stream = session.request({ ':path': '/echo', ':method': 'POST' });
      const [received] = await Promise.all([receive(stream), pipeline(body(4 * MB), stream)]);
      return received;
    });
    const sums = (await Promise.all([...downloads, ...uploads])).map((received) => received.sha256);
    expect(new Set(sums)).toEqual(new Set([sha256(body(4 * MB))]));
  });

  test('sends and receives trailers', async () => {
    const { session, server } = await connected();
    server.on('stream', (stream) => stream.on('trailers', (trailers) => { seen = trailers; }));
    let seen: unknown;
    const stream = session.request({ ':path': '/hash', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
    stream.end('body');
    expect(JSON.parse((await receive(stream)).text).length).toBe(4);
    expect(seen).toMatchObject({ 'x-sum': '1' });
    expect((await receive(session.request({ ':path': '/trailers' }))).trailers).toMatchObject({ 'x-checksum': 'abc', 'grpc-status': '0' });
  });

  test('takes a push', async () => {
    const { session } = await connected();
    const pushed = once(session, 'stream') as Promise<[builtin.ClientHttp2Stream, builtin.IncomingHttpHeaders]>;
    const asked = receive(session.request({ ':path': '/push' }));
    const [stream, headers] = await pushed;
    expect(headers[':path']).toBe('/pushed');
    stream.setEncoding('utf8');
    let text = '';
    stream.on('data', (chunk) => { text += chunk; });
    await once(stream, 'end');
    expect(text).toBe('pushed');
    expect((await asked).text).toBe('pushing');
  });

  test('gives up on a response, and the next one comes', async () => {
    const { session, server } = await connected();
    const served = once(server, 'stream') as Promise<[builtin.ServerHttp2Stream]>;
    const stream = session.request({ ':path': '/forever' });
    const [theirs] = await served;
    const aborted = once(theirs, 'aborted');
    await once(stream, 'data');
    stream.close(builtin.constants.NGHTTP2_CANCEL);
    await aborted;
    expect(theirs.rstCode).toBe(builtin.constants.NGHTTP2_CANCEL);
    expect((await receive(session.request({ ':path': '/hello' }))).text).toBe('hello world');
  });

  test('pings, and sees settings change', async () => {
    const { url } = await listen(site(duetto as never, secure, { settings: { maxConcurrentStreams: 42 } }), secure ? 'https' : 'http');
    const session = builtin.connect(url, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const [settings] = await once(session, 'remoteSettings') as [builtin.Settings];
    expect(settings.maxConcurrentStreams).toBe(42);
    const payload = Buffer.from('12345678');
    const echoed = await new Promise((resolve, reject) => session.ping(payload, (error, _ms, echo) => error ? reject(error) : resolve(echo)));
    expect(echoed).toEqual(payload);
    const acknowledged = new Promise<builtin.Settings>((resolve, reject) =>
      session.settings({ initialWindowSize: 200_000 }, (error, settings) => error ? reject(error) : resolve(settings)));
    expect(await acknowledged).toMatchObject({ initialWindowSize: 200_000 });
  });

  test('sees the session go away, and its open stream end well', async () => {
    const { session, server } = await connected();
    const slow = session.request({ ':path': '/echo', ':method': 'POST' });
    const [stream] = await once(server, 'stream') as [builtin.ServerHttp2Stream];
    const gone = once(session, 'goaway');
    stream.session!.close();
    expect((await gone)[0]).toBe(0);
    slow.end('late');
    expect((await receive(slow)).text).toBe('late');
    await once(session, 'close');
  });
});
