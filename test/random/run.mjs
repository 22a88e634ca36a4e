// Random conversations against servers whose programs are rough: they throw, destroy, close, pause, transfer and keep, in any
// listener, tick, microtask and callback, while `uncaughtException` is handled. What has to hold all the same:
//
//   a stream is announced once and closes once; its DATA comes whole and in order as far as it comes, and 'end' only if all
//   of it came and was ended; a program that did nothing to a stream gets all of it; what it keeps does not change; the
//   session closes, and no stream or session stays behind.
//
//   node test/random/run.mjs [--seconds N] [--seed N] [--module PATH] [--transport NAME] [--gentle]
//
// Each conversation has a seed of its own; the first that fails is made small, and told with its seed.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { frame, Type } from '../../cli/frames.mjs';
import { chunksOf, conversation, numbers, octet } from './frames.mjs';
import { Rough, roughen } from './rough.mjs';
import { transports } from './transports.mjs';

const { values: options } = parseArgs({ options: {
  seconds: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1e9) },
  module: { type: 'string', default: new URL('../..', import.meta.url).pathname }, transport: { type: 'string' },
  gentle: { type: 'boolean', default: false },
} });
const http2 = createRequire(import.meta.url)(options.module);
/** The payload of the last PING: what comes before it is parsed when it is answered. */
const LAST = Buffer.from('the last');
/** Milliseconds; long for a machine that is busy. */
const PATIENCE = 8000;

const unexpected = [];
process.on('uncaughtException', (error) => {
  if (!(error instanceof Rough)) unexpected.push(`uncaught: ${error.stack}`);
});
process.on('unhandledRejection', (error) => unexpected.push(`rejection: ${error?.stack}`));

/** Plays one conversation. @returns what did not hold */
async function play(seed, transport, keepSteps) {
  const random = numbers(seed);
  const wrong = [];
  const { steps, streams } = conversation(random);
  const sent = keepSteps === undefined ? steps : steps.filter((_, i) => keepSteps.has(i));
  const chunks = chunksOf(sent, numbers(seed + 1));
  const rough = numbers(seed + 2);
  const seen = new Map();
  const kept = [];
  const closers = [];
  let session;
  let over;
  const closed = new Promise((resolve) => { over = resolve; });
  const server = http2.createServer();
  server.on('sessionError', () => {});
  server.on('session', (made) => {
    session = made;
    session.on('close', over);
  });
  server.on('stream', (stream, headers) => {
    const id = stream.id;
    if (seen.has(id)) wrong.push(`stream ${id} was announced twice`);
    if (headers[':path'] !== `/${id}`) wrong.push(`stream ${id} is for ${headers[':path']}`);
    const now = { octets: 0, ended: false, closes: 0, gaveUp: false, paused: false };
    seen.set(id, now);
    stream.on('error', () => {});
    stream.on('data', (chunk) => {
      for (let i = 0; i < chunk.length; i++) {
        if (chunk[i] !== octet(id, now.octets + i)) {
          wrong.push(`octet ${now.octets + i} of stream ${id} is another`);
          break;
        }
      }
      now.octets += chunk.length;
      if (chunk.length > 0) kept.push({ chunk, copy: Buffer.from(chunk), id });
    });
    stream.on('end', () => { now.ended = true; });
    stream.on('close', () => { now.closes++; });
    if (!options.gentle) roughen(http2, stream, now, rough);
    else {
      stream.respond();
      stream.end('answer');
    }
  });
  try {
    const peer = await transports[transport]((socket) => server.emit('connection', socket), (close) => closers.push(close), http2);
    peer.on('error', () => {});
    peer.resume();
    for (const chunk of chunks) {
      peer.write(chunk);
      if (rough.chance(0.5)) await new Promise(setImmediate);
    }
    let timer;
    const answered = new Promise((resolve) => {
      let tail = Buffer.alloc(0);
      peer.on('data', (chunk) => {
        tail = Buffer.concat([tail, chunk]).subarray(-200_000);
        if (tail.includes(LAST)) resolve();
      });
      peer.on('close', resolve);
      timer = setTimeout(resolve, PATIENCE / 4);
    });
    peer.write(frame(Type.Ping, 0, 0, LAST));
    await answered;
    clearTimeout(timer);
    // The connection must not be lost before its readers have read.
    const enough = Date.now() + PATIENCE / 4;
    const isRead = (id) => {
      const now = seen.get(id);
      return session?.roughlyEnded === true || (now !== undefined && (now.ended || now.gaveUp || now.closes > 0));
    };
    const whole = [...new Set(sent.map(({ id }) => id))].filter((id) => id !== 0 && streams.get(id).ended && !streams.get(id).reset);
    while (!whole.every(isRead) && Date.now() < enough) await new Promise(setImmediate);
    peer.destroy();
    const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE, 'late'); });
    if (await Promise.race([closed, late]) === 'late') wrong.push(`the session does not close: ${JSON.stringify(session?.stats?.().streams)}`);
    clearTimeout(timer);
    // What was to be told in ticks has been.
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  } finally {
    for (const close of closers) close();
    session?.destroy();
  }
  const sentOn = new Map();
  for (const { id, bytes } of sent) sentOn.set(id, [...sentOn.get(id) ?? [], bytes]);
  for (const [id, now] of seen) {
    const { octets, ended } = tally(sentOn.get(id));
    if (now.closes !== 1) wrong.push(`stream ${id} closed ${now.closes} times`);
    if (now.octets > octets) wrong.push(`stream ${id} got ${now.octets} octets of ${octets}`);
    if (now.ended && !now.gaveUp && (!ended || now.octets !== octets)) wrong.push(`stream ${id} ended after ${now.octets} octets of ${octets}${ended ? '' : ', and was not ended'}`);
    if (!now.gaveUp && ended && !streams.get(id).reset && !now.ended) wrong.push(`stream ${id} has not ended: ${now.octets} octets of ${octets}`);
  }
  // Where its program ended the session, the rest was for nobody.
  if (session?.roughlyEnded !== true) for (const id of sentOn.keys()) if (id !== 0 && !seen.has(id)) wrong.push(`stream ${id} was never announced`);
  for (const { chunk, copy, id } of kept) if (chunk.length > 0 && !chunk.equals(copy)) wrong.push(`a chunk of stream ${id} has changed`);
  wrong.push(...unexpected.splice(0));
  return wrong;
}

function tally(frames = []) {
  let octets = 0;
  let ended = false;
  for (const bytes of frames) {
    if (bytes[3] === 0) octets += bytes.length - 9;
    if (bytes[3] <= 1 && (bytes[4] & 1) !== 0) ended = true;
  }
  return { octets, ended };
}

/** Leaves out steps for as long as it still fails. Whole streams first, so that what is left is a conversation. */
async function shrink(seed, transport) {
  const { steps } = conversation(numbers(seed));
  let keep = new Set(steps.keys());
  for (const id of new Set(steps.map((step) => step.id))) {
    const without = new Set([...keep].filter((i) => steps[i].id !== id));
    if (without.size < keep.size && (await play(seed, transport, without)).length > 0) keep = without;
  }
  return [...keep].map((i) => `${steps[i].id}:type ${steps[i].bytes[3]}, flags ${steps[i].bytes[4]}, ${steps[i].bytes.length - 9} octets`);
}

const end = Date.now() + Number(options.seconds) * 1000;
const names = options.transport === undefined ? Object.keys(transports) : [options.transport];
let played = 0;
for (let seed = Number(options.seed); Date.now() < end || played < names.length; seed += 10) {
  const transport = names[played++ % names.length];
  const wrong = await play(seed, transport);
  if (wrong.length === 0) continue;
  console.log(`seed ${seed} over ${transport}:\n  ${wrong.slice(0, 5).join('\n  ')}`);
  console.log(`again: node test/random/run.mjs --seconds 0 --seed ${seed} --transport "${transport}"${options.gentle ? ' --gentle' : ''}`);
  console.log(`made small:\n  ${(await shrink(seed, transport)).join('\n  ')}`);
  process.exit(1);
}
const none = { streams: { open: 0 }, sessions: { open: 0 } };
const left = () => http2.stats?.() ?? none;
for (const until = Date.now() + PATIENCE; left().sessions.open > 0 && Date.now() < until;) await new Promise((resolve) => { setTimeout(resolve, 10); });
const { streams, sessions } = left();
if (streams.open !== 0 || sessions.open > 0) {
  console.log(`left behind: ${streams.open} streams, ${sessions.open} sessions`);
  process.exit(1);
}
console.log(`${played} conversations, from seed ${options.seed}`);
process.exit(0);
