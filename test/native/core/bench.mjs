#!/usr/bin/env node
// Instructions for each request in the core, client and server together, nghttp2 included:
//
//   node test/native/core/bench.mjs [ROUNDS]
//
// Wants valgrind. Compare with those of another commit on the same machine, and with the same compiler.
import { spawnSync } from 'node:child_process';
import { compile, has } from './compile.mjs';

if (!has('valgrind')) {
  console.error('valgrind is missing: on Debian, apt install valgrind');
  process.exit(2);
}
const program = compile('optimised', 'bench.cc');
const rounds = Number(process.argv[2] ?? 200);
const count = (...args) => {
  const { status, stderr } = spawnSync('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, ...args.map(String)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(/Collected : (\d+)/.exec(stderr)[1]) / (rounds * 32);
};
for (const kind of [[], ['post']]) {
  // Tables have a random multiplier, which makes runs differ by some percent: the middle one of nine.
  const [, , , , middle] = Array.from({ length: 9 }, () => count(rounds, ...kind)).sort((a, b) => a - b);
  console.log(`${kind[0] === 'post' ? 'POST, 11 bytes both ways' : 'GET, 11 bytes back'}: ${middle.toFixed(0)} instructions a request`);
}
