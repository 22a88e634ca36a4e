import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

// Which room of lib/ may know which: the rules are in .dependency-cruiser.cjs.

const project = resolve(import.meta.dirname, '../..');
let copy: string | undefined;
afterEach(() => { if (copy !== undefined) rmSync(copy, { recursive: true, force: true }); });

function cruise(folder: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'lib'],
                                       { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  return stdout + stderr;
}

test('each file imports from its own room and those below', () => {
  expect(cruise(project)).toMatch(/no dependency violations found \(1\d\d modules/);
}, 60_000);

test.each([
  ['an import of types from a room above', 'socket/gather.ts', "import type { Http2Session } from '../session/session.js';\nexport type T = Http2Session;\n", 'no-import-upwards-from: headers, settings and socket'],
  ['an import from a room beside', 'client/connect.ts', "import '../server/server.js';\n", 'no-import-sideways: server|client'],
  ['a file without a room', 'attic/box.ts', "import '../constants.js';\n", 'every-file-has-a-room'],
])('%s is found', (_what, file, text, rule) => {
  copy = mkdtempSync(join(tmpdir(), 'duetto-rooms-'));
  cpSync(join(project, 'lib'), join(copy, 'lib'), { recursive: true });
  cpSync(join(project, '.dependency-cruiser.cjs'), join(copy, '.dependency-cruiser.cjs'));
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  cpSync(join(project, 'package.json'), join(copy, 'package.json'));
  const at = join(copy, 'lib', file);
  if (file.startsWith('attic')) cpSync(join(copy, 'lib/constants.ts'), at, { recursive: true });
  writeFileSync(at, text);
  expect(cruise(copy)).toContain(rule);
}, 60_000);
