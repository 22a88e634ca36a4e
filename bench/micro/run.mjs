import { createRequire } from 'node:module';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import decode from './decode.mjs';
import dispatch from './dispatch.mjs';
import encode from './encode.mjs';

// The pure parts, one at a time, so that a regression shows where it is. Times depend on the machine: next to each stands
// how often one measure of plain work (see below) fits into it, measured in turn with it.

const usage = `npm run bench:micro -- [--dist FOLDER] [--rounds N]

  --dist FOLDER   compiled library to measure (default dist)
  --rounds N      rounds, of which medians are taken (default 9)`;

const ROUND_MS = 60;

/** Plain work of an engine: objects, strings and arrays. */
function plain() {
  const words = {};
  for (let i = 0; i < 32; i++) words[`name-${i}`] = [i, `value ${i}`];
  return JSON.stringify(words).length;
}

/** Nanoseconds of one call. Work that needs turns of the event loop gives a promise. */
async function time(work) {
  let calls = 0;
  const started = process.hrtime.bigint();
  const end = started + BigInt(ROUND_MS) * 1_000_000n;
  let now;
  do {
    for (let i = 0; i < 50; i++) {
      const turn = work();
      if (turn !== undefined && typeof turn.then === 'function') await turn;
    }
    calls += 50;
    now = process.hrtime.bigint();
  } while (now < end);
  return Number(now - started) / calls;
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

const { values } = parseArgs({
  options: { dist: { type: 'string', default: 'dist' }, rounds: { type: 'string', default: '9' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(usage);
} else {
  const require = createRequire(import.meta.url);
  const load = (name) => require(path.resolve(values.dist, name));
  console.log(`${'part'.padEnd(40)} ${'ns/op'.padStart(9)} ${'in plain work'.padStart(14)}`);
  for (const [name, work] of [encode, decode, dispatch].flatMap((part) => part(load))) {
    await time(work);
    await time(plain);
    const rounds = [];
    for (let i = 0; i < Number(values.rounds); i++) rounds.push([await time(work), await time(plain)]);
    const ns = median(rounds.map(([own]) => own));
    const ratio = median(rounds.map(([own, other]) => own / other));
    console.log(`${name.padEnd(40)} ${ns.toFixed(0).padStart(9)} ${ratio.toFixed(3).padStart(14)}`);
  }
}
