#!/usr/bin/env node
// Runs Node's own http2 tests, from a Node source tree, on the built-in and under duetto/register, and tells which pass
// on the one and not on the other. Tests that look into Node's insides are left out.
//
//   npm run test:node-suite -- --tree DIR [--node PATH] [--filter REGEX] [--jobs N] [--timeout SECONDS] [--json FILE]
//
// Exit code 1 if a test fails that known.json does not name.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { collect, flagsOf } from './collect.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const register = path.join(here, '..', '..', 'dist', 'register', 'index.js');

const { values: options } = parseArgs({
  options: {
    tree: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    filter: { type: 'string', default: '' },
    jobs: { type: 'string', default: String(Math.max(1, os.availableParallelism())) },
    timeout: { type: 'string', default: '30' },
    json: { type: 'string' },
  },
});
if (!options.tree || !fs.existsSync(path.join(options.tree, 'test', 'common'))) {
  console.error(`--tree: a Node source tree is needed, with a folder test/common; given: ${options.tree ?? 'nothing'}`);
  process.exit(2);
}
if (!fs.existsSync(register)) {
  console.error(`${register} is missing: npm run build`);
  process.exit(2);
}

const known = JSON.parse(fs.readFileSync(path.join(here, 'known.json'), 'utf8'));
const line = Number(/NODE_MAJOR_VERSION (\d+)/.exec(fs.readFileSync(path.join(options.tree, 'src', 'node_version.h'), 'utf8'))[1]);
const tests = collect(path.join(options.tree, 'test'), new RegExp(options.filter));
console.log(`${tests.length} tests of Node ${line}, on the built-in and with duetto`);

/** One test in a process group and a folder of its own. */
function run(test, withDuetto) {
  return new Promise((resolve) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'node-suite-'));
    const child = spawn(options.node, [...flagsOf(test.file), test.file], {
      cwd: folder,
      detached: true,
      env: {
        ...process.env, NODE_TEST_DIR: folder, TEST_PARALLEL: '1',
        NODE_OPTIONS: withDuetto ? `--require ${JSON.stringify(register)}` : '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => { if (output.length < 20_000) output += chunk; };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let late = false;
    const timer = setTimeout(() => { late = true; kill(child.pid); }, Number(options.timeout) * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      kill(child.pid);
      fs.rmSync(folder, { recursive: true, force: true });
      const skipped = /^1\.\.0 # Skipped/m.test(output);
      resolve({ result: late ? 'timeout' : skipped ? 'skip' : code === 0 ? 'pass' : 'fail', output });
    });
  });
}

/** The test and whatever it has started. */
function kill(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

const results = [];
async function worker(queue) {
  for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
    const builtin = await run(test, false);
    // What the built-in does not pass on this machine measures nothing.
    const duetto = builtin.result === 'pass' ? await run(test, true) : { result: 'not run', output: '' };
    results.push({ name: test.name, builtin: builtin.result, duetto: duetto.result, output: duetto.output });
    if (process.stdout.isTTY) process.stdout.write(`\r${results.length} of ${tests.length}`);
  }
}
const queue = [...tests];
const oneAtATime = queue.filter((test) => !test.parallel);
const together = queue.filter((test) => test.parallel);
await Promise.all(Array.from({ length: Number(options.jobs) }, () => worker(together)));
await worker(oneAtATime);
results.sort((a, b) => (a.name < b.name ? -1 : 1));
if (options.json) fs.writeFileSync(options.json, JSON.stringify(results, null, 1));

const measured = results.filter((r) => r.builtin === 'pass');
const failed = measured.filter((r) => r.duetto !== 'pass');
const expected = failed.filter(({ name }) => known[name] && (known[name].lines?.includes(line) ?? true));
const surprising = failed.filter((r) => !expected.includes(r));
console.log(`\n${measured.length} pass on the built-in; ${measured.length - failed.length} of them with duetto`);
for (const { name, duetto } of expected) console.log(`  known   ${duetto.padEnd(7)} ${name}: ${known[name].why}`);
for (const { name, duetto, output } of surprising) {
  console.log(`  FAILED  ${duetto.padEnd(7)} ${name}\n${output.split('\n').slice(0, 15).map((text) => `          ${text}`).join('\n')}`);
}
console.log(`${measured.length - failed.length} passed, ${surprising.length} failed, ${expected.length} skipped`);
process.exitCode = surprising.length > 0 ? 1 : 0;
