#!/usr/bin/env node
// npm run test:property -- [RUNS] [SEED]: random programs; a failing one is made as small as it goes and printed.
// npm run test:property -- --only FILE: one scenario from a file.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { kinds, methods, run } from './world.mjs';

const step = fc.oneof(...kinds.map((kind) => fc.record({
  kind: fc.constant(kind), which: fc.nat(8), method: fc.constantFrom(...Object.keys(methods[kind])), n: fc.nat(30),
})));
const scenario = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 40 }), compat: fc.boolean(), sockets: fc.boolean() });

/** In this process: a failure is shrunk by fast-check. What is running is in a file, should the process not live to tell. */
async function search(runs, seed, file) {
  const fd = openSync(file, 'w');
  let done = 0;
  const property = fc.asyncProperty(scenario, async (one) => {
    truncateSync(file, 0);
    writeSync(fd, JSON.stringify(one), 0);
    const failures = await run(one);
    if (++done % 500 === 0) console.error(`${done} of ${runs}`);
    if (failures.length > 0) throw new Error(failures.join('\n'));
  });
  const result = await fc.check(property, { numRuns: runs, seed, interruptAfterTimeLimit: 300_000, markInterruptAsFailure: false });
  closeSync(fd);
  if (result.failed) {
    console.log(`seed ${seed}, made smaller ${result.numShrinks} times:\n${JSON.stringify(result.counterexample[0])}\n${result.errorInstance?.message}`);
    process.exit(1);
  }
  console.log(`${result.numRuns} programs, seed ${seed}: nothing found`);
  process.exit(0);
}

const child = (...args) => spawnSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8', timeout: 400_000, maxBuffer: 1 << 26 });

/** After an abort nothing is left in the process to shrink: steps are taken out as long as it still dies. */
function shrinkCrash(one, folder) {
  const dies = (steps) => {
    const file = join(folder, 'try.json');
    writeFileSync(file, JSON.stringify({ ...one, steps }));
    const { status, signal } = child('--only', file);
    return signal !== null || (status !== 0 && status !== 1);
  };
  let { steps } = one;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length;) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (dies(fewer)) steps = fewer;
      else at += size;
    }
  }
  return { ...one, steps };
}

const [first, second, third] = process.argv.slice(2);
if (first === '--only') {
  const failures = await run(JSON.parse(readFileSync(second, 'utf8')));
  for (const failure of failures) console.log(failure);
  process.exit(failures.length > 0 ? 1 : 0);
} else if (first === '--search') {
  const [, , , runs, seed, file] = process.argv;
  await search(Number(runs), Number(seed), file);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'duetto-property-'));
  const file = join(folder, 'running.json');
  const seed = Number(second ?? Date.now() % 1e9);
  const { status, signal, stdout, stderr } = child('--search', String(first ?? 3000), String(seed), file);
  process.stdout.write(stdout);
  if (status !== 0) process.stderr.write(stderr);
  if (status !== 0 && status !== 1) {
    const one = JSON.parse(readFileSync(file, 'utf8'));
    console.log(`the process died (${signal ?? status}), seed ${seed}; the smallest program that does it:`);
    console.log(JSON.stringify(shrinkCrash(one, folder)));
  }
  rmSync(folder, { recursive: true });
  process.exitCode = status === 0 ? 0 : 1;
  void third;
}
