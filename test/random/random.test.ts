// Random conversations with rough programs: see run.mjs. DUETTO_RANDOM_SECONDS and DUETTO_RANDOM_SEED make it longer, and the same.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const run = fileURLToPath(new URL('run.mjs', import.meta.url));
const seconds = Number(process.env.DUETTO_RANDOM_SECONDS ?? 10);
const seed = process.env.DUETTO_RANDOM_SEED ?? String(Date.now() % 1_000_000_000);

test.each([
  ['rough programs', []],
  ['gentle programs', ['--gentle']],
  ['rough programs whose peers break the protocol', ['--garbled']],
])('%s hear of what comes once, in order, and whole as far as it is, over every transport', (_name, more) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, '--seconds', String(seconds), '--seed', seed, ...more], { encoding: 'utf8' });
  expect(`${status}\n${stdout}${stderr}`).toMatch(/^0\n\d+ conversations, from seed \d+\n$/);
}, seconds * 1000 + 60_000);

test.each([
  // DATA behind the end of a header block whose stream had gone in the middle of it was lost.
  ['899108098', 'a pair in one process', 'servers'],
])('what seed %s found over %s stays found', (found, transport, side) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, '--seconds', '0', '--seed', found, '--transport', transport, '--side', side], { encoding: 'utf8' });
  expect(`${status}\n${stdout}${stderr}`).toMatch(/^0\n1 conversations/);
}, 60_000);
