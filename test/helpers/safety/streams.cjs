// Programs of safety.test.ts: how streams begin and end.
'use strict';

const { once } = require('node:events');
const builtin = require('node:http2');
const { finished } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');
const {
  argument, block, byHand, connect, END, frame, http2, NEVER, peerOf, request, serve, uint32, until, WHOLE_BLOCK,
} = require('./kit.cjs');

module.exports = {
  async order() {
    const events = [];
    const server = await serve((stream) => {
      events.push(`stream ${stream.id}`);
      stream.on('error', () => {}).on('close', () => events.push(`close ${stream.id ?? 1}`));
    });
    await peerOf(server, frame('Headers', WHOLE_BLOCK, 1, request('POST')), frame('RstStream', 0, 1, uint32(8)), frame('Headers', WHOLE_BLOCK | END, 3, request()));
    await until(() => events.length === 3);
    return events;
  },

  async ghost() {
    const events = [];
    const server = await serve((stream, headers) => {
      events.push(`stream ${stream.id} ${headers[':path']}`);
      stream.on('error', () => {});
      stream.destroy();
    });
    const peer = await peerOf(server, frame('Headers', WHOLE_BLOCK, 1, request('POST')), frame('Data', 0, 1, 'x'), frame('Headers', WHOLE_BLOCK | END, 1, block({ 'x-t': '1' })));
    await until(() => peer.seen.length > 0);
    await sleep(20);
    return { events, open: http2.stats().streams.open };
  },

  async push() {
    let pushes = 0;
    const server = await byHand((socket) => {
      until(() => socket.seen.length > 0).then(() => socket.write(Buffer.concat([
        frame('PushPromise', WHOLE_BLOCK, 1, Buffer.concat([uint32(2), request()])), frame('Headers', WHOLE_BLOCK, 2, block({ ':status': '200' })),
        frame('Data', 0, 2, 'part'), frame('Headers', WHOLE_BLOCK | END, 1, block({ ':status': '200' })),
      ])));
    });
    const session = connect(server);
    if (argument !== 'refuse') session.on('stream', (stream) => { pushes++; stream.on('error', () => {}); stream.destroy(); });
    const closed = once(session, 'close');
    const stream = session.request();
    stream.resume();
    await once(stream, 'close');
    session.close();
    await Promise.race([closed, sleep(4000)]);
    return { pushes, closed: session.destroyed };
  },

  async closeThenDestroyed() {
    const server = await serve((stream) => {
      stream.on('error', () => {});
      stream.on('aborted', () => stream.destroy());
      stream.close(2);
    });
    const peer = await peerOf(server, frame('Headers', WHOLE_BLOCK | END, 1, request()));
    await until(() => peer.seen.length > 0, NEVER);
    return peer.seen;
  },

  async destroy() {
    if (argument === 'stream') {
      const server = await serve((stream) => { stream.on('error', () => {}); stream.respond(); stream.write('hello'); stream.destroy(); });
      const peer = await peerOf(server, frame('Headers', WHOLE_BLOCK | END, 1, request()));
      await until(() => peer.seen.length === 3);
      return peer.seen;
    }
    let socket;
    const server = await byHand((made) => { socket = made; });
    const session = connect(server);
    await once(session, 'remoteSettings');
    const stream = session.request({ ':method': 'POST' });
    stream.on('error', () => {});
    stream.write('half of it');
    stream.destroy();
    await until(() => socket.seen.length === 3);
    return socket.seen;
  },

  async reader() {
    const server = await serve((stream) => { stream.on('error', () => {}); stream.respond(); stream.write('half'); });
    const session = connect(server);
    const stream = session.request();
    let ended = false;
    stream.on('error', () => {}).on('end', () => { ended = true; });
    await once(stream, 'response');
    const reading = (async () => { for await (const _ of stream); })();
    setImmediate(() => (argument === 'session' ? session : stream).destroy());
    return { iteration: await reading.then(() => 'whole', (error) => error.code), ended };
  },

  async unanswered() {
    const events = [];
    const server = await byHand((socket) => {
      until(() => socket.seen.length > 0).then(() => {
        if (argument === 'connection') socket.end();
        else socket.write(frame('RstStream', 0, 1, uint32(Number(argument))));
      });
    });
    const stream = connect(server).request();
    for (const event of ['response', 'aborted', 'end', 'error']) stream.on(event, () => events.push(event));
    stream.resume();
    await new Promise((resolve) => { stream.on('close', () => { events.push('close'); resolve(); }); });
    return { events };
  },

  async noTrailers() {
    const server = await serve((stream) => {
      stream.respond({}, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.close());
      stream.end('whole');
    });
    const stream = builtin.connect(`http://127.0.0.1:${server.address().port}`).request();
    let body = '';
    let ended = false;
    let error = null;
    stream.setEncoding('utf8').on('data', (part) => { body += part; }).on('end', () => { ended = true; }).on('error', ({ code }) => { error = code; });
    await once(stream, 'close').catch(() => {});
    return { body, ended, error };
  },

  async cutUpload() {
    const server = await serve();
    const [peer, [req, res]] = await Promise.all([peerOf(server, frame('Headers', WHOLE_BLOCK, 1, request('POST')), frame('Data', 0, 1, 'half')), once(server, 'request')]);
    const seen = { ended: false, aborted: false };
    res.on('error', () => {});
    req.on('end', () => { seen.ended = true; }).on('aborted', () => { seen.aborted = true; }).on('error', () => {}).resume();
    const over = new Promise((resolve) => { finished(req, { writable: false }, resolve); });
    peer.write(frame('RstStream', 0, 1, uint32(8)));
    return { ...seen, finished: (await over)?.code ?? null, ...seen };
  },

  async head() {
    const server = await serve();
    let writable;
    let address;
    server.on('request', (req, res) => {
      writable = res.socket.writable;
      res.on('finish', () => { address = req.socket.remoteAddress; });
      res.end();
    });
    const stream = connect(server).request({ ':method': 'HEAD' });
    stream.resume();
    await once(stream, 'close');
    await until(() => address !== undefined, NEVER);
    return { writable, address };
  },

  async iterate() {
    const server = await serve((stream) => { stream.respond(); stream.end('whole'); });
    const session = connect(server);
    const bodies = [];
    for (const wait of [async () => {}, () => new Promise(setImmediate), () => sleep(20)]) {
      const stream = session.request();
      await once(stream, 'response');
      await wait();
      let body = '';
      for await (const part of stream) body += part;
      bodies.push(body);
    }
    return { bodies };
  },
};
