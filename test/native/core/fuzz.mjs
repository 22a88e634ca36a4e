#!/usr/bin/env node
// Fuzzes the core with libFuzzer (clang), from a corpus that is made here:
//
//   npm run test:fuzz:core -- [SECONDS EACH] [server client commands settings]
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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
for (const [number, target] of targets.entries()) {
  if (chosen.length > 0 && !chosen.includes(target)) continue;
  const program = compile('fuzzed', 'fuzz.cc', { name: `fuzz-${target}`, defines: [`FUZZ_TARGET=${number}`], link: ['-fsanitize=fuzzer'] });
  const corpus = join(project, 'build-core/corpus', target);
  const findings = join(project, 'build-core/findings', target);
  for (const folder of [corpus, findings]) mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(seeds(target))) writeFileSync(join(corpus, name), bytes);
  console.log(`${target}: ${seconds} s`);
  const { status, stderr } = spawnSync(program, [
    corpus, `-max_total_time=${seconds}`, '-max_len=8192', '-timeout=20', '-rss_limit_mb=2048', `-artifact_prefix=${findings}/`, '-print_final_stats=1',
  ], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1' } });
  console.log(stderr.split('\n').filter((line) => /stat::(number_of_executed|new_units|peak)|^#\d+\s+DONE/.test(line)).join('\n'));
  if (status !== 0) {
    console.error(stderr.slice(-8000));
    console.error(`a finding of ${target}; the input is in ${findings}`);
    process.exit(1);
  }
}
