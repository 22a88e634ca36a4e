// Ordinary use: two ends of the engine, talking.

import { closed } from '../child/stage.mjs';

const scenario = (name, title, run) => ({ name: `talk/${name}`, area: 'behaviour', title, run });

const after = (emitter, event) => new Promise((resolve) => { emitter.once(event, resolve); });

export default [
  scenario('get', 'A request and a response', async (stage) => {
    const { session } = await stage.pair();
    await closed(session.request({ ':path': '/' }));
    const end = after(session, 'close');
    session.close();
    await end;
  }),

  scenario('post', 'A body up, a body down', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    } });
    const request = session.request({ ':path': '/', ':method': 'POST' });
    request.end('x'.repeat(1000));
    await closed(request);
  }),

  scenario('trailers', 'Trailers and informational headers', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
      stream.end('body');
    } });
    await closed(session.request({ ':path': '/' }));
  }),

  scenario('push', 'A pushed stream', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream) => {
      stream.pushStream({ ':path': '/pushed' }, (error, push) => {
        if (error) return stage.note('push', error.message);
        push.respond({ ':status': 200 });
        push.end('pushed');
      });
      stream.respond({ ':status': 200 });
      stream.end('pushing');
    } });
    const pushed = after(session, 'stream');
    await Promise.all([closed(session.request({ ':path': '/' })), pushed.then(closed)]);
  }),

  scenario('connect', 'CONNECT, and extended CONNECT', async (stage) => {
    const { session } = await stage.pair({ server: { settings: { enableConnectProtocol: true } }, onStream: (stream) => {
      stream.respond({ ':status': 200 });
      stream.end();
    } });
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'there:80' });
    tunnel.end();
    await closed(tunnel);
    const socket = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', ':scheme': 'http', ':authority': 'there' });
    socket.end();
    await closed(socket);
  }),

  scenario('frames-of-the-connection', 'PING, SETTINGS, ALTSVC, ORIGIN, GOAWAY', async (stage) => {
    const { session, accepted } = await stage.pair();
    await new Promise((resolve) => { session.ping(Buffer.from('12345678'), resolve); });
    await new Promise((resolve) => { session.settings({ initialWindowSize: 100_000, maxFrameSize: 20_000, headerTableSize: 8192 }, resolve); });
    accepted.altsvc('h2=":8000"', 'http://localhost');
    accepted.origin('https://example.org');
    await new Promise((resolve) => { session.ping(resolve); });
    const gone = after(session, 'goaway');
    accepted.goaway(0, 0, Buffer.from('going'));
    await gone;
  }),

  scenario('cancel', 'Streams that are given up', async (stage) => {
    const { session } = await stage.pair({ onStream: (stream, { ':path': path }) => {
      if (path === '/server') stream.close(stage.http2.constants.NGHTTP2_INTERNAL_ERROR);
      else stream.respond({ ':status': 200 });
    } });
    await closed(session.request({ ':path': '/server' }));
    const request = session.request({ ':path': '/client' });
    await after(request, 'response');
    request.close(stage.http2.constants.NGHTTP2_CANCEL);
    await closed(request);
    const destroyed = session.request({ ':path': '/destroyed' });
    await after(destroyed, 'response');
    destroyed.destroy(new Error('enough'));
    await closed(destroyed);
  }),

  scenario('authority', 'A user and an "@" in the URL of connect()', async (stage) => {
    const { session } = await stage.pair();
    await closed(session.request({ ':path': '/', ':authority': 'user@localhost' }));
  }),

  scenario('padding', 'Frames that are padded', async (stage) => {
    const strategy = stage.http2.constants.PADDING_STRATEGY_ALIGNED;
    const { session } = await stage.pair({ server: { paddingStrategy: strategy }, client: { paddingStrategy: strategy } });
    await closed(session.request({ ':path': '/' }));
  }),
];
