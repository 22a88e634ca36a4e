import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitOnSignals, Worker } from './harness/children.mjs';
import { findLoad } from './harness/load.mjs';
import { median } from './harness/statistics.mjs';

// How cost grows: with streams and sessions, and with the age of a session. Prints two tables; takes some minutes.
//
//   npm run bench:scaling

const ours = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const modules = { duetto: ours, builtin: 'node:http2' };
const ROUNDS = 3;
const SECONDS = 1.5;

/** Sessions x streams: few to many streams on one session, then a thousand requests in flight on more and more sessions. */
const SHAPES = [[1, 1], [1, 10], [1, 100], [1, 1000], [10, 100], [100, 10], [1000, 1]];

const OLD = 1_000_000;
const STEP = 100_000;

const count = (number) => number.toLocaleString('en-US');

async function opened() {
  const servers = {};
  for (const [name, module] of Object.entries(modules)) {
    const worker = new Worker('servers/hello-core.mjs', { module, serverOptions: { peerMaxConcurrentStreams: 1000 } });
    servers[name] = { worker, url: `http://127.0.0.1:${(await worker.ready()).port}/` };
  }
  return servers;
}

async function shapes(load) {
  console.log('sessions x streams   duetto req/s (us CPU)   builtin req/s (us CPU)   ratio');
  const servers = await opened();
  for (const { url } of Object.values(servers)) await load.measure({ url, connections: 10, streams: 100, seconds: 2 });
  for (const [connections, streams] of SHAPES) {
    const rates = { duetto: [], builtin: [] };
    const cpu = { duetto: [], builtin: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, { worker, url }] of Object.entries(servers)) {
        if (round === 0) await load.measure({ url, connections, streams, seconds: 0.3 });
        const before = await worker.ask('usage');
        const { requests, perSecond } = await load.measure({ url, connections, streams, seconds: SECONDS });
        const after = await worker.ask('usage');
        rates[name].push(perSecond);
        cpu[name].push((after.cpuMicroseconds - before.cpuMicroseconds) / requests);
      }
    }
    const cell = (name) => `${Math.round(median(rates[name])).toLocaleString('en-US')} (${median(cpu[name]).toPrecision(3)})`;
    console.log(`${`${connections} x ${streams}`.padEnd(20)} ${cell('duetto').padStart(23)} ${cell('builtin').padStart(24)} ${(median(rates.duetto) / median(rates.builtin)).toFixed(2).padStart(7)}`);
  }
  for (const { worker } of Object.values(servers)) await worker.stop();
}

async function age() {
  console.log(`\none session of duetto, ${count(STEP)} requests at a time, 100 in flight`);
  console.log('requests served   req/s      us CPU (client and server)');
  const old = new Worker('clients/aging.mjs', { module: ours });
  await old.ready();
  for (let served = STEP; served <= OLD; served += STEP) {
    const { perSecond, cpu } = await old.ask('serve', { count: STEP }, 120);
    console.log(`${count(served).padStart(15)}   ${count(Math.round(perSecond)).padStart(7)}    ${cpu.toFixed(1).padStart(6)}`);
  }
  // Only now: a full collection with no stream open makes V8 throw optimised code away.
  const young = new Worker('clients/aging.mjs', { module: ours });
  await young.ready();
  await young.ask('serve', { count: STEP }, 120);
  for (const [worker, served] of [[young, STEP], [old, OLD]]) {
    const { rss } = await worker.ask('memory');
    console.log(`${(rss / 1048576).toFixed(1)} MB resident after ${count(served)} requests and a full collection`);
    await worker.stop();
  }
}

exitOnSignals();
const load = await findLoad();
console.log(`${path.relative(process.cwd(), ours)}, Node ${process.versions.node}, ${load.name}`);
await shapes(load);
await age();
await load.stop();
