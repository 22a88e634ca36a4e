import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'fuzz', 'server.mjs');

// A short run of `npm run test:fuzz`, with a seed of its own each time: a failure says which.
it('lives through thousands of damaged connections', () => {
  const seed = String(Date.now() % 1e6);
  const output = execFileSync(process.execPath, [script, '3', seed], { encoding: 'utf8' });
  const [, connections, megabytes] = /^(\d+) damaged connections, seed \d+, (\d+) MB/m.exec(output) ?? [];
  expect(Number(connections)).toBeGreaterThan(100);
  expect(Number(megabytes)).toBeLessThan(500);
}, 30_000);
