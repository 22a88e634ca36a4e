#!/usr/bin/env node
// npm run test:leaks -- [REQUESTS] [SESSIONS] [WORKERS]: many requests of every kind, many sessions, many workers; then memory,
// descriptors and handles must be where they were after the first (a tenth, and so many that V8 has grown its heap). Defaults: 200000 20000 200.
import { createRequire } from 'node:module';
import { existsSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

const module_ = createRequire(import.meta.url).resolve('../dist/index.js');
const duetto = createRequire(import.meta.url)(module_);
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const [requests, sessions, workers] = [200_000, 20_000, 200].map((most, i) => Number(process.argv[2 + i] ?? most));
const turn = () => new Promise((resolve) => { setImmediate(resolve); });
const chunk = Buffer.alloc(20_000);
const ignore = () => {};

async function condition() {
  for (let i = 0; i < 8; i++) { await turn(); gc(); }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const descriptors = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
  const { memory, sessions: { open } } = duetto.stats();
  return { rss, heapUsed, external, arrayBuffers, descriptors, handles: process._getActiveHandles().length, core: memory.total, open };
}

const server = duetto.createServer({ maxHeaderListPairs: 10 });
server.on('sessionError', ignore);
server.on('stream', (stream, headers) => {
  stream.on('error', ignore);
  switch (headers[':path']) {
    case '/abort': stream.respond(); stream.write(chunk); break;
    case '/push':
      if (stream.pushAllowed) stream.pushStream({ ':path': '/pushed' }, (error, push) => { if (!error) { push.on('error', ignore); push.respond(); push.end('pushed'); } });
      stream.respond();
      stream.end();
      break;
    case '/timeout': stream.setTimeout(1, () => stream.close(8)); stream.respond(); break;
    case '/fail': stream.destroy(new Error('on purpose')); break;
    case '/echo': stream.respond(); stream.pipe(stream); break;
    default: stream.respond(); stream.end('hello');
  }
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${server.address().port}`;

const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, '1']));
const kinds = ['/hello', '/abort', '/push', '/timeout', '/fail', '/echo', '/refused'];
function request(session, kind) {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': kind, ':method': kind === '/echo' ? 'POST' : 'GET', ...(kind === '/refused' ? many : {}) });
    stream.on('error', ignore).on('close', resolve).resume();
    if (kind === '/echo') stream.end(chunk);
    if (kind === '/abort') stream.once('data', () => stream.close(8));
  });
}

function connected(go) {
  return new Promise((resolve) => {
    const session = duetto.connect(url);
    session.on('error', ignore).on('close', resolve).on('stream', (push) => push.on('error', ignore).resume());
    void go(session);
  });
}

/** `kinds` in turn, some at a time, on a session that is replaced before the server's limit on resets is met. */
async function someRequests(n) {
  for (let left = n; left > 0;) {
    await connected(async (session) => {
      for (let i = 0; i < 20 && left > 0 && !session.destroyed; i++, left -= 49)
        await Promise.all(Array.from({ length: 49 }, (_, k) => request(session, kinds[k % kinds.length])));
      session.close();
    });
  }
}

async function someSessions(n) {
  const ways = [(session) => session.close(), (session) => session.destroy(), (session) => request(session, '/hello').then(() => session.close()),
    (session) => { void request(session, '/abort'); setImmediate(() => session.destroy()); }, (session) => session.destroy(new Error('on purpose'))];
  for (let i = 0; i < n; i += 20)
    await Promise.all(Array.from({ length: 20 }, (_, k) => connected((session) => session.once('connect', () => ways[k % ways.length](session)))));
}

async function someWorkers(n) {
  const code = `const duetto = require(${JSON.stringify(module_)}); const session = duetto.connect(${JSON.stringify(url)});
    session.on('error', () => {}); const stream = session.request({ ':path': '/echo', ':method': 'POST' }); stream.on('error', () => {}).resume();
    stream.write(Buffer.alloc(50000)); stream.once('data', () => require('node:worker_threads').parentPort.postMessage('busy'));`;
  for (let i = 0; i < n; i++) {
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve, reject) => { worker.once('message', resolve).once('error', reject); });
    await worker.terminate();
  }
}

let failed = false;
async function measure(name, n, go, most, warmUp = 0) {
  if (n === 0) return;
  await go(Math.ceil(Math.max(n / 10, Math.min(n / 2, warmUp))));
  while (duetto.stats().sessions.open > 0) await turn();
  const before = await condition();
  const from = performance.now();
  await go(n);
  while (duetto.stats().sessions.open > 0) await turn();
  const after = await condition();
  const grown = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
  const wrong = grown.descriptors > 2 || grown.handles > 1 || grown.core !== 0 || grown.open !== 0 || grown.heapUsed > most || grown.external > most || grown.rss > 8 * most;
  failed ||= wrong;
  console.log(`${n} ${name} in ${Math.round((performance.now() - from) / 1000)} s: ${wrong ? 'LEFT BEHIND ' : ''}${JSON.stringify(grown)}`);
}
await measure('requests', requests, someRequests, 6e6, 10_000);
await measure('sessions', sessions, someSessions, 6e6);
await measure('workers', workers, someWorkers, 10e6);
server.close();
process.exitCode = failed ? 1 : 0;
