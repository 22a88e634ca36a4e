#!/usr/bin/env node
// Fuzzes the core with libFuzzer (clang), from a corpus that is made here:
//
//   npm run test:fuzz:core -- [SECONDS EACH] [server client commands settings]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compile, has, project } from './compile.mjs';
import { seeds } from './seeds.mjs';

const targets = ['server', 'client', 'commands', 'settings'];
const seconds = Number(process.argv[2] ?? 60);
const chosen = process.argv.slice(3);
if (!has('clang++')) {
  console.error('clang++ is missing: on Debian, apt install clang');
  process.exit(2);
}
/** Those to run: compiled one after another, for that is what takes all processors. */
const runs = targets.flatMap((target, number) => {
  if (chosen.length > 0 && !chosen.includes(target)) return [];
  const program = compile('fuzzed', 'fuzz.cc', { name: `fuzz-${target}`, defines: [`FUZZ_TARGET=${number}`], link: ['-fsanitize=fuzzer'] });
  const corpus = join(project, 'build-core/corpus', target);
  const findings = join(project, 'build-core/findings', target);
  for (const folder of [corpus, findings]) mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(seeds(target))) writeFileSync(join(corpus, name), bytes);
  return { target, program, corpus, findings };
});

async function fuzz({ target, program, corpus, findings }) {
  const child = spawn(program, [
    corpus, `-max_total_time=${seconds}`, '-max_len=8192', '-timeout=20', '-rss_limit_mb=2048', `-artifact_prefix=${findings}/`, '-print_final_stats=1',
  ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1' } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
  const [status, signal] = await once(child, 'close');
  console.log(`${target}: ${seconds} s`);
  console.log(stderr.split('\n').filter((line) => /stat::(number_of_executed|new_units|peak)|^#\d+\s+DONE/.test(line)).join('\n'));
  if (status === 0) return;
  console.error(stderr.slice(-8000));
  console.error(`a finding of ${target} (${signal ?? status}); the input is in ${findings}`);
  process.exitCode = 1;
}

// Each takes one processor.
const left = runs.values();
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  for (const one of left) await fuzz(one);
}));
