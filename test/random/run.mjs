// Random conversations with servers and clients whose programs are rough: they throw, destroy, close, pause, transfer and keep, in any
// listener, tick, microtask and callback, while `uncaughtException` is handled. What has to hold all the same:
//
//   a stream is announced once and closes once; its DATA comes whole and in order as far as it comes, and 'end' only if all
//   of it came and was ended; a program that did nothing to a stream gets all of it; what it keeps does not change; the
//   session closes, and no stream or session stays behind.
//
//   node test/random/run.mjs [--seconds N] [--seed N] [--module PATH] [--transport NAME] [--side servers|clients]
//                            [--gentle] [--garbled]
//
// With --garbled some octets change on their way: then streams and sessions still close once, and nothing stays behind.
// Each conversation has a seed of its own; the first that fails is made small, and told with its seed.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import * as clients from './clients.mjs';
import { chunksOf, garble, numbers } from './frames.mjs';
import { Rough } from './rough.mjs';
import { PATIENCE } from './seen.mjs';
import * as servers from './servers.mjs';
import { transports } from './transports.mjs';

const { values: options } = parseArgs({ options: {
  seconds: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1e9) },
  module: { type: 'string', default: new URL('../..', import.meta.url).pathname }, transport: { type: 'string' },
  gentle: { type: 'boolean', default: false }, garbled: { type: 'boolean', default: false }, side: { type: 'string' },
} });
const sides = { servers, clients };
const http2 = createRequire(import.meta.url)(options.module);

const unexpected = [];
process.on('uncaughtException', (error) => {
  if (!(error instanceof Rough)) unexpected.push(`uncaught: ${error.stack}`);
});
process.on('unhandledRejection', (error) => unexpected.push(`rejection: ${error?.stack}`));
// Not to be taken for success: this file's own rejection is caught above.
process.exitCode = 1;

/** Plays one conversation. @returns what did not hold */
async function play(seed, side, transport, keepSteps) {
  const { steps, streams } = side.conversation(numbers(seed));
  const kept = keepSteps === undefined ? steps : steps.filter((_, i) => keepSteps.has(i));
  const sent = options.garbled ? garble(kept, numbers(seed + 3)) : kept;
  const chunks = chunksOf(sent, numbers(seed + 1), side.opening);
  const wrong = await side.play({ http2, chunks, sent, streams, random: numbers(seed + 2), transport, gentle: options.gentle, garbled: options.garbled })
    .catch((error) => [`the test itself: ${error.stack}`]);
  wrong.push(...unexpected.splice(0));
  return wrong;
}

/** Leaves out steps for as long as it still fails. Whole streams first, so that what is left is a conversation. */
async function shrink(seed, side, transport) {
  const { steps } = side.conversation(numbers(seed));
  let keep = new Set(steps.keys());
  for (const id of new Set(steps.map((step) => step.id))) {
    const without = new Set([...keep].filter((i) => steps[i].id !== id));
    if (without.size < keep.size && (await play(seed, side, transport, without)).length > 0) keep = without;
  }
  return [...keep].map((i) => `${steps[i].id}:type ${steps[i].bytes[3]}, flags ${steps[i].bytes[4]}, ${steps[i].bytes.length - 9} octets`);
}

const end = Date.now() + Number(options.seconds) * 1000;
const ways = [];
for (const transport of options.transport === undefined ? Object.keys(transports) : [options.transport])
  for (const side of options.side === undefined ? Object.keys(sides) : [options.side]) ways.push({ transport, side });
let played = 0;
for (let seed = Number(options.seed); Date.now() < end || played < ways.length; seed += 10) {
  const { transport, side } = ways[played++ % ways.length];
  const wrong = await play(seed, sides[side], transport);
  if (wrong.length === 0) continue;
  console.log(`seed ${seed} of ${side} over ${transport}:\n  ${wrong.slice(0, 5).join('\n  ')}`);
  console.log(`again: node test/random/run.mjs --seconds 0 --seed ${seed} --transport "${transport}" --side ${side}${options.gentle ? ' --gentle' : ''}${options.garbled ? ' --garbled' : ''}`);
  console.log(`made small:\n  ${(await shrink(seed, sides[side], transport)).join('\n  ')}`);
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
