// Programs of safety.test.ts: what users keep, and what they throw.
'use strict';

const { once } = require('node:events');
const builtin = require('node:http2');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { MessageChannel } = require('node:worker_threads');
const {
  argument, block, byHand, connect, END, frame, NEVER, peerOf, request, serve, SESSIONS, uint32, uncaught, until, WHOLE_BLOCK,
} = require('./kit.cjs');

module.exports = {
  async transfer() {
    const { port1, port2 } = new MessageChannel();
    const kept = [];
    const server = await serve((stream, headers) => {
      let octets = 0;
      stream.on('error', () => {});
      stream.on('data', (chunk) => {
        octets += chunk.filter((octet) => octet === 75).length;
        if (headers[':path'] === '/transfer') try { port1.postMessage(chunk, [chunk.buffer]); } catch { /* it is of Node's pool */ }
        else kept.push(chunk);
      });
      stream.on('end', () => { stream.respond(); stream.end(String(octets)); });
    });
    let wrong = 0;
    const clients = [0, 1].map(() => builtin.connect(`http://127.0.0.1:${server.address().port}`));
    const post = async (client, where, size) => {
      const stream = client.request({ ':path': where, ':method': 'POST' });
      stream.end(Buffer.alloc(size, 75));
      stream.setEncoding('utf8');
      let body = '';
      for await (const part of stream) body += part;
      if (body !== String(size)) wrong++;
    };
    for (const size of [10, 1000, 5000, 40_000]) {
      for (let i = 0; i < 5; i++) await Promise.all([post(clients[0], '/keep', size), post(clients[1], '/transfer', size), post(clients[1], '/keep', size)]);
    }
    port1.close();
    port2.close();
    return { wrong, changed: kept.filter((chunk) => chunk.length === 0 || chunk.some((octet) => octet !== 75)).length, uncaught };
  },

  async keep() {
    const held = [];
    let received = 0;
    const server = await serve((stream, headers) => {
      stream.on('error', () => {});
      if (headers[':method'] === 'PUT') stream.on('end', () => { throw new Error('malformed'); }).resume();
      else stream.on('data', (chunk) => { received += chunk.length; held.push({ chunk, copy: Buffer.from(chunk) }); });
    });
    const peer = await peerOf(server, frame('WindowUpdate', 0, 0, uint32(1 << 22)), frame('Headers', WHOLE_BLOCK, 1, request('POST')));
    for (let i = 0, id = 3; i < 40; i++) {
      const parts = [frame('Data', 0, 1, Buffer.alloc(12_000, 65 + i))];
      if (i % 10 === 9) {
        parts.push(frame('Headers', WHOLE_BLOCK, id, request('PUT')), frame('Data', END, id, '{'));
        id += 2;
      }
      const before = received;
      peer.write(Buffer.concat(parts));
      await until(() => received === before + 12_000);
    }
    await until(() => uncaught.length === 4, NEVER);
    return { received, changed: held.filter(({ chunk, copy }) => !chunk.equals(copy)).length, uncaught: uncaught.length };
  },

  async throwInTick() {
    const fail = () => { throw new Error('in a tick'); };
    const server = await byHand((socket) => {
      until(() => socket.seen.length > 0).then(() => socket.write(Buffer.concat([
        frame('Headers', WHOLE_BLOCK, 1, block({ ':status': '200' })), frame('Data', 0, 1, 'hello'), frame('Data', END, 1, 'world'),
      ])));
    });
    const stream = connect(server).request();
    let body = '';
    let ended = false;
    stream.setEncoding('utf8');
    if (argument === 'response') stream.once('response', () => process.nextTick(fail));
    if (argument === 'microtask') stream.once('response', () => queueMicrotask(fail));
    if (argument === 'data') stream.once('data', () => process.nextTick(fail));
    stream.on('data', (part) => { body += part; });
    stream.on('end', () => { ended = true; });
    await Promise.race([once(stream, 'close'), sleep(3000)]);
    return { body, ended, uncaught: uncaught.length };
  },

  async broadcast() {
    const waiting = [];
    const server = await serve((stream) => { stream.on('error', () => {}); waiting.push(stream); });
    const peers = [];
    for (let i = 0; i < SESSIONS; i++) peers.push(await peerOf(server, frame('Headers', WHOLE_BLOCK | END, 1, request())));
    await until(() => waiting.length === SESSIONS, 10_000);
    for (const stream of waiting) { stream.respond(); stream.end('event'); }
    const answered = () => peers.filter(({ seen }) => seen.includes('HEADERS')).length;
    await until(() => answered() === SESSIONS, 10_000);
    return { answered: answered(), uncaught };
  },

  async callback() {
    let inside = false;
    const server = await serve((stream) => {
      stream.on('error', () => {});
      stream.respond();
      setImmediate(() => {
        let within = true;
        stream.write('x', () => { inside = within; throw new Error('of the callback'); });
        if (argument === 'close') stream.close(2);
        else stream.destroy(new Error('mine'));
        within = false;
      });
    });
    const peer = await peerOf(server, frame('Headers', WHOLE_BLOCK | END, 1, request()));
    const reset = await until(() => peer.seen.includes('RST_STREAM 2'));
    await until(() => uncaught.length > 0);
    return { inside, reset, uncaught };
  },

  async limit() {
    const server = await serve(undefined, { headersTimeout: 50 });
    server.on('limit', () => { throw new Error('of the listener'); });
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write('PRI * HTT');
    await Promise.race([once(socket, 'close'), sleep(4000)]);
    return { closed: socket.destroyed, uncaught };
  },
};
