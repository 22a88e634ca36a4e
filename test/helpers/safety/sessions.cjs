// Programs of safety.test.ts: how sessions begin and end.
'use strict';

const { once } = require('node:events');
const builtin = require('node:http2');
const net = require('node:net');
const { Duplex } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');
const {
  argument, connect, END, frame, hello, http2, NEVER, peerOf, request, secure, serve, statusOf, uint32, until, WHOLE_BLOCK,
} = require('./kit.cjs');

module.exports = {
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
};
