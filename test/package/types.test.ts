// The types, as users of them have them: with the oldest TypeScript that docs/platforms.md names and with the newest, by
// require and by import; and the package's own description of them.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { project } from '../helpers/child.ts';
import { pack, run, temporary } from '../helpers/packed.ts';

const require = createRequire(import.meta.url);
const program = (name: string, file: string) => path.join(project, 'node_modules', name, file);

describe.each(['typescript-oldest', 'typescript'])('with %s', (name) => {
  const { version } = require(`${name}/package.json`) as { version: string };

  test.each([false, true])('code typed against node:http2 compiles against duetto, as CommonJS and as an ES module; exact optional properties: %s', (exact) => {
    const { status, stdout } = spawnSync(process.execPath, [program(name, 'bin/tsc'), '-p', path.join(project, 'test/types'),
      '--exactOptionalPropertyTypes', String(exact)], { encoding: 'utf8' });
    expect(stdout, version).toBe('');
    expect(status).toBe(0);
  }, 60_000);

  test('code that is wrong does not', () => {
    const folder = temporary('types');
    fs.writeFileSync(path.join(folder, 'wrong.ts'), `import { connect } from ${JSON.stringify(path.join(project, 'dist/index.js'))};\nconnect(1);\n`);
    const { status, stdout } = spawnSync(process.execPath, [program(name, 'bin/tsc'), '--noEmit', '--module', 'node16', '--moduleResolution', 'node16',
      '--target', 'es2022', '--typeRoots', path.join(project, 'node_modules/@types'), '--types', 'node', 'wrong.ts'], { cwd: folder, encoding: 'utf8' });
    fs.rmSync(folder, { recursive: true });
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/wrong\.ts\(2,9\): error TS2\d{3}/);
  }, 60_000);
});

test('the oldest TypeScript is the one that the documentation names', () => {
  const { version } = require('typescript-oldest/package.json') as { version: string };
  expect(fs.readFileSync(path.join(project, 'docs/platforms.md'), 'utf8')).toContain(`TypeScript ${version.split('.', 2).join('.')} or newer`);
});

describe.skipIf(process.platform !== 'linux')('the package describes itself', () => {
  let base: string;
  let tarball: string;
  beforeAll(async () => {
    base = temporary('types');
    tarball = await pack(base);
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('publint finds nothing', async () => {
    const { out, err, code } = await run(process.execPath, [program('publint', 'src/cli.js'), 'run', tarball, '--strict'], { cwd: base });
    expect(code, out + err).toBe(0);
    expect(out).toContain('All good!');
  }, 60_000);

  test('types resolve the same way as the code, for every kind of resolution', async () => {
    const { out, err, code } = await run(process.execPath, [program('@arethetypeswrong/cli', 'dist/index.js'), tarball, '--no-emoji', '--no-color'], { cwd: base });
    expect(code, out + err).toBe(0);
    expect(out).toContain('No problems found');
  }, 60_000);
});
