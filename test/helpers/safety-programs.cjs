// The programs of test/integration/safety.test.ts: node safety-programs.cjs MODULE NAME [ARGUMENT]. Each prints what it saw as JSON.
'use strict';

const { once } = require('node:events');
const fs = require('node:fs');
const builtin = require('node:http2');
const net = require('node:net');
const path = require('node:path');
const { Duplex, finished } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');
const { MessageChannel } = require('node:worker_threads');

const [, , module_, name, argument] = process.argv;
const http2 = require(module_);
const secure = Object.fromEntries(['key', 'cert'].map((kind) => [kind, fs.readFileSync(path.join(__dirname, 'tls', `${kind}.pem`))]));
/** Milliseconds after which what has not happened does not happen. */
const NEVER = 400;
/** Many more than a stack has room for. */
const SESSIONS = 2000;

const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));

// -- frames by hand --

/** Of cli/frames.mjs, which is there before a program runs. */
let frames;
const frame = (type, flags, id, payload = Buffer.alloc(0)) => frames.frame(frames.Type[type], flags, id, Buffer.from(payload));
const uint32 = (n) => frames.uint32(n);
const block = (fields) => frames.block(fields);
const request = (method) => block(frames.request({ ':authority': 'x' }, method));
const hello = () => Buffer.concat([frames.preface, frames.settings()]);
const END = 1;
const WHOLE_BLOCK = 4;

/** Frames that a socket gives, as `NAME` or `RST_STREAM code`, without those of the connection. */
function watch(socket, seen = []) {
  let bytes = Buffer.alloc(0);
  let preface = socket.hasPreface === true;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (preface && bytes.length >= frames.preface.length) {
      bytes = bytes.subarray(frames.preface.length);
      preface = false;
    }
    if (preface) return;
    const { frames: whole, rest } = frames.cut(bytes);
    bytes = rest;
    for (const { type, flags, id, payload } of whole) {
      const name = frames.typeNames[type];
      if (name === 'SETTINGS' && (flags & 1) === 0 && !socket.destroyed) socket.write(frames.settingsAck);
      if (id !== 0) seen.push(name === 'RST_STREAM' ? `${name} ${payload.readUInt32BE(0)}` : name + (type < 2 && flags & END ? ' END_STREAM' : ''));
      else if (name === 'GOAWAY') seen.push(name);
    }
  });
  return seen;
}

async function serve(onStream, options) {
  const server = http2.createServer(options);
  server.on('sessionError', () => {});
  if (onStream !== undefined) server.on('stream', onStream);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
async function peerOf(server, ...frames) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  await once(socket, 'connect');
  socket.seen = watch(socket);
  socket.write(Buffer.concat([hello(), ...frames]));
  return socket;
}
/** A server by hand. `onSocket` is given a socket whose `seen` has what the client sent. */
async function byHand(onSocket) {
  const server = net.createServer((socket) => {
    socket.hasPreface = true;
    socket.seen = watch(socket);
    socket.write(frame('Settings', 0, 0));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
function connect(server, options) {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`, options);
  session.on('error', () => {});
  return session;
}
async function until(condition, time = 5000) {
  for (const end = Date.now() + time; !condition() && Date.now() < end;) await new Promise(setImmediate);
  return condition();
}
const statusOf = async (stream) => {
  stream.on('error', () => {});
  stream.resume();
  const [headers] = await once(stream, 'response');
  return headers[':status'];
};

const programs = {
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

  async goaway() {
    const server = await serve((stream) => { stream.respond(); stream.end('served'); });
    const [peer] = await Promise.all([peerOf(server), once(server, 'session')]);
    peer.write(Buffer.concat([frame('Goaway', 0, 0, Buffer.alloc(8)), frame('Headers', WHOLE_BLOCK | END, 1, request())]));
    await Promise.race([once(peer, 'close'), sleep(2000)]);
    return peer.seen.filter((seen) => seen !== 'GOAWAY');
  },

  async requestThenClose() {
    const seen = [];
    const server = await serve((stream) => { stream.respond(); stream.end('served'); });
    server.on('session', (session) => session.on('goaway', () => seen.push('GOAWAY')).on('stream', () => seen.push('stream')));
    const session = connect(server);
    if (argument === 'after') await once(session, 'remoteSettings');
    const statuses = [1, 2, 3].map(() => statusOf(session.request()));
    session.close();
    return { statuses: await Promise.all(statuses), goawayLast: seen.indexOf('GOAWAY') === -1 || seen.indexOf('GOAWAY') === 3 };
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

  async forgotten() {
    const streamErrors = [];
    const sessionErrors = [];
    const server = await serve((stream, headers) => { if (headers[':method'] === 'GET') { stream.respond(); stream.end(); } else stream.resume(); });
    server.on('streamError', (error) => streamErrors.push(error.code));
    server.on('sessionError', (error) => sessionErrors.push(error.code));
    await peerOf(server, frame('Headers', WHOLE_BLOCK, 1, request('POST')), frame('RstStream', 0, 1, uint32(2)));
    await peerOf(server, frame('Goaway', 0, 0, Buffer.concat([uint32(0), uint32(2)])));
    await until(() => streamErrors.length > 0 && sessionErrors.length > 0);
    return { streamErrors, sessionErrors, served: await statusOf(connect(server).request()) };
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

  async frozen() {
    const server = await serve((stream) => { stream.respond(); stream.end('x'); });
    const socket = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
    const [session] = await once(server, 'session');
    socket.write(Buffer.concat([hello(), frame('Headers', WHOLE_BLOCK | END, 1, request())]));
    await once(server, 'stream');
    socket.pause();
    let closed = false;
    session.on('close', () => { closed = true; });
    session.close();
    await sleep(50);
    session.destroy();
    return { closed: await until(() => closed, NEVER) };
  },

  async handshake() {
    const silent = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const session = http2.connect(`https://127.0.0.1:${silent.address().port}`);
    session.on('error', () => {});
    const stream = session.request();
    stream.on('error', () => {});
    await sleep(20);
    stream.close(8);
    session.close();
    await Promise.race([once(session, 'close'), sleep(4000)]);
    return { closed: session.destroyed };
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

  async ticket() {
    const server = http2.createSecureServer(secure);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://localhost:${server.address().port}`;
    const first = builtin.connect(url, { rejectUnauthorized: false });
    await once(first, 'remoteSettings');
    const second = builtin.connect(url, { rejectUnauthorized: false, session: first.socket.getSession() });
    await once(second, 'connect');
    return { reused: second.socket.isSessionReused() };
  },

  async duplex() {
    const pair = [0, 1].map(() => new Duplex({ read() {}, write(chunk, _encoding, done) { this.other.push(chunk); done(); }, final(done) { this.other.push(null); done(); } }));
    pair.forEach((end, i) => Object.assign(end, { other: pair[1 - i], connecting: true, secureConnecting: false }));
    const server = http2.createServer((_req, res) => res.end());
    server.emit('connection', pair[1]);
    const session = http2.connect('http://x', { createConnection: () => pair[0] });
    return { status: await statusOf(session.request()) };
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

import('../../cli/frames.mjs').then((module) => {
  frames = module;
  return programs[name]();
}).then((seen) => {
  console.log(JSON.stringify(seen));
  process.exit(0);
}, (error) => {
  console.error(error);
  process.exit(1);
});
