// What the programs of safety.test.ts share.
'use strict';

const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const [, , module_, , argument] = process.argv;
const http2 = require(module_);
const secure = Object.fromEntries(['key', 'cert'].map((kind) => [kind, fs.readFileSync(path.join(__dirname, '..', 'tls', `${kind}.pem`))]));
/** Milliseconds after which what has not happened does not happen. */
const NEVER = 400;
/** Many more than a stack has room for. */
const SESSIONS = 2000;

const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));

// -- frames by hand --

/** Of cli/frames.mjs, which is there before a program runs: see `ready`. */
let frames;
const ready = import('../../../cli/frames.mjs').then((module) => { frames = module; });
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

module.exports = {
  argument, block, byHand, connect, END, frame, hello, http2, NEVER, peerOf, ready, request, secure, serve, SESSIONS, statusOf, uint32, uncaught, until, WHOLE_BLOCK,
};
