#!/usr/bin/env node
// Feeds servers damaged traffic, with handlers that do all kinds of things, for a while. Anything that gets out of it
// is a bug: an abort, an exception, memory that grows. Best with the sanitizers: npm run build:asan.
//
//   npm run test:fuzz -- [SECONDS] [SEED]
import builtin from 'node:http2';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mutate, randomOf } from './mutate.mjs';

const duetto = createRequire(import.meta.url)('../../dist/index.js');
const seconds = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? 1);
const chance = randomOf(seed);
const { below } = chance;
const ignore = () => {};
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/** What a well-behaved client sends: requests with and without bodies, a ping, settings, GOAWAY. */
async function record() {
  const sent = [];
  const server = builtin.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('stream', (stream) => { stream.respond(); stream.resume(); stream.end('hello'); });
  const tap = net.createServer((socket) => {
    const upstream = net.connect(server.address().port, '127.0.0.1');
    socket.on('data', (chunk) => sent.push(chunk));
    socket.pipe(upstream).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const session = builtin.connect(`http://127.0.0.1:${tap.address().port}`);
  await Promise.all(Array.from({ length: 6 }, (_, i) => {
    const request = session.request({
      ':method': i % 2 ? 'POST' : 'GET', ':path': `/p${i}`, 'x-a': 'b'.repeat(i * 30), 'cookie': 'a=b',
    });
    if (i % 2) request.end('x'.repeat(3000));
    request.resume();
    return once(request, 'close');
  }));
  await new Promise((resolve) => { session.ping(resolve); });
  await new Promise((resolve) => { session.settings({ initialWindowSize: 1000 }, resolve); });
  session.close();
  await once(session, 'close');
  tap.close();
  server.close();
  return Buffer.concat(sent);
}

/** One of the things that programs do with a request. */
function handle(stream) {
  stream.on('error', ignore);
  const what = below(8);
  try {
    if (what === 0) stream.close(below(14));
    else if (what === 1) stream.session.destroy();
    else if (what === 2) stream.destroy(new Error('on purpose'));
    else answer(stream, what);
  } catch (error) {
    if (!String(error.code).startsWith('ERR_HTTP2_')) throw error;
  }
}

function answer(stream, what) {
  stream.respond({ ':status': 200 }, { waitForTrailers: what === 3 });
  if (what === 3) stream.on('wantTrailers', () => stream.sendTrailers({ x: 'y' }));
  if (what === 4 && stream.pushAllowed) {
    stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
      if (error) return;
      pushed.on('error', ignore);
      if (!pushed.destroyed) pushed.end('pushed');
    });
  }
  if (what === 5) stream.pipe(stream);
  else if (what === 6) stream.end(Buffer.alloc(100_000));
  else { stream.write('abc'); stream.end('d'); }
}

async function feed(bytes) {
  const server = duetto.createServer(below(3) ? {} : { maxSessionMemory: 1, maxHeaderListPairs: 6, paddingStrategy: below(3) });
  server.on('stream', handle);
  const socket = new Duplex({ read: ignore, write: (chunk, encoding, callback) => callback() });
  socket.on('error', ignore);
  server.emit('connection', socket);
  for (let at = 0; at < bytes.length;) {
    const length = 1 + below(below(3) ? 2000 : 20);
    socket.push(bytes.subarray(at, at + length));
    at += length;
    if (below(3) === 0) await turn();
  }
  await turn();
  if (below(2)) socket.push(null);
  else socket.destroy();
  await turn();
  await turn();
}

const recorded = await record();
const end = Date.now() + seconds * 1000;
let rounds = 0;
for (; Date.now() < end; rounds++) {
  await feed(mutate(recorded, chance));
  if (process.stdout.isTTY && rounds % 1000 === 0) process.stdout.write(`\r${rounds} connections`);
}
const { rss } = process.memoryUsage();
console.log(`${rounds} damaged connections, seed ${seed}, ${Math.round(rss / 1e6)} MB`);
