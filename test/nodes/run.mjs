// npm run test:nodes [-- 22 26]: installs the supported Node lines beside this file, and runs what depends on the
// version of Node under each. One build of the addon has to do for all.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LINES = ['20', '22', '24', '26'];

const here = fileURLToPath(new URL('.', import.meta.url));
const project = fileURLToPath(new URL('../..', import.meta.url));
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
const lines = process.argv.length > 2 ? process.argv.slice(2) : LINES;

function install(line) {
  const folder = join(here, 'installed', line);
  const node = join(folder, 'node_modules', `node-${platform}`, binary);
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', `node-${platform}@${line}`],
      { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
    if (status !== 0 || !existsSync(node)) throw new Error(`Node ${line} for ${platform} could not be installed`);
  }
  return node;
}

let failed = 0;

function run(what, node, args, env = {}) {
  console.log(`\n== ${what}`);
  const { status } = spawnSync(node, args, { cwd: project, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) failed++;
}

const vitest = [join(project, 'node_modules/vitest/vitest.mjs'), 'run'];
const nodes = lines.map(install);
for (const [index, node] of nodes.entries()) {
  run(`Node ${lines[index]}: requests`, node, [join(here, 'smoke.mjs')]);
  run(`Node ${lines[index]}: beside its own node:http2`, node, [...vitest, 'test/integration/compat', 'test/integration/http1',
    'test/integration/context', 'test/integration/channels', 'test/integration/performance']);
}
run('register', process.execPath, [...vitest, 'test/integration/register'], { DUETTO_TEST_NODES: nodes.join(delimiter) });
console.log(failed === 0 ? `\nall passed on Node ${lines.join(', ')}` : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
