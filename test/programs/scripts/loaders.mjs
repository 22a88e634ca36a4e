// What programs are started with, beside each other: compilers and agents that put loader hooks in place.
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { engine, program } from '../program.mjs';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const url = (name) => pathToFileURL(at(name)).href;
const register = at('../../../dist/register/index.js');
const tsx = url('../node_modules/tsx/dist/loader.mjs');
const agent = url('../fixtures/loaders/agent.mjs');
const ours = engine === 'duetto' ? ['--require', register] : [];

/** The module that TypeScript gets, by `import` and by `require`. */
function run(...flags) {
  const { NODE_OPTIONS, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, at('../fixtures/loaders/ask.mts')], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').map((line) => line === engine);
}

await program({
  'tsx after': () => run(...ours, '--import', tsx),
  'tsx before': () => run('--import', tsx, ...ours),
  'import-in-the-middle, then tsx': () => run(...ours, '--import', agent, '--import', tsx),
});
