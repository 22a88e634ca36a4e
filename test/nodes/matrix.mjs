// npm run test:matrix [-- 22 26] [--part integration] [-- vitest's arguments]: the test suite on the newest of each line
// of Node, all with the same .node file, which is compiled once and not again. The last line is "N passed, N failed".
//
// --part integration leaves out what does not depend on Node: the core alone, deps/, the comparison, the package.

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
  integration: ['test/integration', 'test/parity', '--exclude', 'test/integration/{compare,cli,demo,faults,fuzz}.test.ts'],
};
if (!Object.hasOwn(PARTS, values.part)) throw new Error(`--part is ${Object.keys(PARTS).join(' or ')}, not ${values.part}`);
const lines = positionals.filter((name) => /^\d+$/.test(name));
const more = positionals.filter((name) => !/^\d+$/.test(name));

const project = fileURLToPath(new URL('../..', import.meta.url));
const addon = join(project, 'build/Release/duetto.node');
const sum = () => createHash('sha256').update(readFileSync(addon)).digest('hex');
const scratch = mkdtempSync(join(tmpdir(), 'duetto-matrix-'));

/** Vitest and all that tests start by process.execPath or by the name node are of that line. */
function suite(node, line) {
  const report = join(scratch, `${line}.json`);
  spawnSync(node, [join(project, 'node_modules/vitest/vitest.mjs'), 'run', ...PARTS[values.part], ...more,
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` } });
  try {
    const { numPassedTests: passed, numFailedTests: failed, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
    return { passed, failed: failed + unloaded.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const before = sum();
const results = [];
for (const line of lines.length ? lines : LINES) {
  const node = installRuntime(line);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\n== ${version}, addon ${before.slice(0, 12)}`);
  results.push({ version, ...suite(node, line) });
}
rmSync(scratch, { recursive: true, force: true });
const total = { passed: 0, failed: 0 };
console.log();
for (const { version, passed, failed } of results) {
  console.log(`${version}: ${passed} passed, ${failed} failed`);
  total.passed += passed;
  total.failed += failed;
}
if (sum() !== before) {
  console.log(`${addon} is not the file that it was in the beginning`);
  total.failed++;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
