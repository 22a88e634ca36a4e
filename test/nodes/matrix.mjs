// npm run test:matrix [-- 22 26] [--part integration] [-- vitest's arguments]: the test suite on the newest of each line
// of Node, all with the same .node file, which is compiled once and not again. The last line is "N passed, N failed".
//
// --part integration leaves out what does not depend on Node: the core alone, deps/, the comparison, the package.
// --part short-ways is what Node's internals matter to (lib/node-internals/).
//
// A line may have a lane: 24:deprecations runs it with --throw-deprecation --pending-deprecation, 22:public with
// DUETTO_INTERNALS=0. npm run test:lanes runs each of them, and the newest line.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installRuntime, LINES } from './runtimes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { part: { type: 'string', default: 'all' } },
});
const PARTS = {
  all: [],
  integration: ['test/unit/internals.test.ts', 'test/integration', 'test/parity', '--exclude', 'test/integration/{compare,cli,demo,faults,fuzz}.test.ts'],
  'short-ways': [
    'test/unit/errors.test.ts', 'test/unit/internals.test.ts', 'test/parity',
    ...['backpressure', 'compat', 'direct-socket', 'gathered', 'http1', 'identity', 'register', 'safety', 'server-builtin', 'transports', 'windows']
      .map((name) => `test/integration/${name}`),
  ],
};
/** What a lane adds to the environment of tests, and of what they start. */
const LANES = {
  public: { DUETTO_INTERNALS: '0' },
  deprecations: { NODE_OPTIONS: '--throw-deprecation --pending-deprecation' },
};
if (!Object.hasOwn(PARTS, values.part)) throw new Error(`--part is ${Object.keys(PARTS).join(' or ')}, not ${values.part}`);
const isLine = (name) => /^\d+(:.*)?$/.test(name);
const lines = positionals.filter(isLine).map((name) => name.split(':'));
const more = positionals.filter((name) => !isLine(name));
for (const [, lane] of lines)
  if (lane !== undefined && !Object.hasOwn(LANES, lane)) throw new Error(`a lane is ${Object.keys(LANES).join(' or ')}, not ${lane}`);

const project = fileURLToPath(new URL('../..', import.meta.url));
const addon = join(project, 'build/Release/duetto.node');
const sum = () => createHash('sha256').update(readFileSync(addon)).digest('hex');
const scratch = mkdtempSync(join(tmpdir(), 'duetto-matrix-'));

/** Vitest and all that tests start by process.execPath or by the name node are of that line. */
function suite(node, name, environment) {
  const report = join(scratch, `${name}.json`);
  const { status } = spawnSync(node, [join(project, 'node_modules/vitest/vitest.mjs'), 'run', ...PARTS[values.part], ...more,
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` } });
  try {
    const { numPassedTests: passed, numFailedTests: failed, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
    const found = failed + unloaded.length;
    // An error that no test has caught, such as a warning that is thrown.
    return { passed, failed: found === 0 && status !== 0 ? 1 : found };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const before = sum();
const results = [];
for (const [line, lane] of lines.length ? lines : LINES.map((name) => [name])) {
  const node = installRuntime(line);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const name = lane === undefined ? version : `${version}, ${lane}`;
  console.log(`\n== ${name}, addon ${before.slice(0, 12)}`);
  results.push({ name, ...suite(node, `${line}-${lane}`, LANES[lane]) });
}
rmSync(scratch, { recursive: true, force: true });
const total = { passed: 0, failed: 0 };
console.log();
for (const { name, passed, failed } of results) {
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  total.passed += passed;
  total.failed += failed;
}
if (sum() !== before) {
  console.log(`${addon} is not the file that it was in the beginning`);
  total.failed++;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
