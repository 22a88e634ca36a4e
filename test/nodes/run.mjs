// npm run test:nodes [-- 22 26]: installs the supported Node lines beside this file, and runs what depends on the
// version of Node under each. One build of the addon has to do for all.

import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installRuntime, LINES } from './runtimes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const project = fileURLToPath(new URL('../..', import.meta.url));
const lines = process.argv.length > 2 ? process.argv.slice(2) : LINES;

let failed = 0;

function run(what, node, args, env = {}) {
  console.log(`\n== ${what}`);
  const { status } = spawnSync(node, args, { cwd: project, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) failed++;
}

const vitest = [join(project, 'node_modules/vitest/vitest.mjs'), 'run'];
const nodes = lines.map((line) => installRuntime(line));
for (const [index, node] of nodes.entries()) {
  run(`Node ${lines[index]}: requests`, node, [join(here, 'smoke.mjs')]);
  run(`Node ${lines[index]}: beside its own node:http2`, node, [...vitest, 'test/integration/compat', 'test/integration/http1',
    'test/integration/context', 'test/integration/channels', 'test/integration/performance']);
}
run('register', process.execPath, [...vitest, 'test/integration/register'], { DUETTO_TEST_NODES: nodes.join(delimiter) });
console.log(failed === 0 ? `\nall passed on Node ${lines.join(', ')}` : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
