import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

// A short run of `npm run test:property`, with a seed of its own each time; a failure prints it and the smallest program.
it('no method called in any order from within any handler brings down or confuses a session', () => {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [resolve(import.meta.dirname, 'run.mjs'), '8000'], {
    encoding: 'utf8', timeout: 150_000,
  });
  expect(`${signal ?? status}\n${stdout}${status === 0 ? '' : stderr}`).toMatch(/^0\n8000 programs, seed \d+: nothing found\n$/);
}, 160_000);
