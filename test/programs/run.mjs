// npm run test:programs [-- name ...]

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const shell = process.platform === 'win32';

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: here, shell, env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

// The install scripts only choose faster binaries.
if (process.env.DUETTO_PROGRAMS_INSTALLED !== '1') run('npm', ['ci', '--prefix', here, '--ignore-scripts', '--no-audit', '--no-fund']);
run(process.execPath, ['--test', '--test-reporter=spec', 'suite.mjs'], { DUETTO_PROGRAMS: process.argv.slice(2).join(',') });
