// The tools that build, where they could leave something of another time or place in what they make.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'duetto-tools-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('a folder that node-gyp builds in', () => {
  /** A checkout with as much in it as the folder takes, and its own copy of the tool. */
  async function checkout(name: string) {
    const folder = join(base, name);
    for (const part of ['native', 'node_modules', 'deps/lib']) mkdirSync(join(folder, part), { recursive: true });
    cpSync(join(project, 'deps/lib/gyp-folder.mjs'), join(folder, 'deps/lib/gyp-folder.mjs'));
    for (const file of ['binding.gyp', 'package.json']) writeFileSync(join(folder, file), '{}');
    writeFileSync(join(folder, 'native/whose'), name);
    return { folder, tool: await import(pathToFileURL(join(folder, 'deps/lib/gyp-folder.mjs')).href) as typeof import('../../deps/lib/gyp-folder.mjs') };
  }
  const sources = (staged: string) => readFileSync(join(staged, 'native/whose'), 'utf8');

  test('has the sources of its own checkout, though it was copied from another', async () => {
    const first = await checkout('first');
    const second = await checkout('second');
    first.tool.stage('debug');
    cpSync(join(first.folder, 'build-gyp'), join(second.folder, 'build-gyp'), { recursive: true, verbatimSymlinks: true });
    expect(sources(join(second.folder, 'build-gyp/debug'))).toBe('first');
    expect(sources(second.tool.stage('debug'))).toBe('second');
    expect(sources(first.tool.stage('debug'))).toBe('first');
    // What the links led to is whole.
    expect(readdirSync(join(first.folder, 'native'))).toEqual(['whose']);
  });

  test('has them though the copy is of what the links led to', async () => {
    const first = await checkout('first');
    const second = await checkout('second');
    first.tool.stage('debug');
    cpSync(join(first.folder, 'build-gyp'), join(second.folder, 'build-gyp'), { recursive: true, dereference: true });
    expect(sources(second.tool.stage('debug'))).toBe('second');
  });

  test('has no objects of another checkout, and keeps its own', async () => {
    const { folder, tool } = await checkout('first');
    const other = join(base, 'second');
    tool.forgetOthersObjects(folder);
    writeFileSync(join(folder, 'build/session.o'), '');
    tool.forgetOthersObjects(folder);
    expect(existsSync(join(folder, 'build/session.o'))).toBe(true);
    cpSync(folder, other, { recursive: true });
    tool.forgetOthersObjects(other);
    expect(existsSync(join(other, 'build/session.o'))).toBe(false);
  });
});

describe('npm run build:ts', () => {
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), text);
  };
  const build = () => spawn(process.execPath, [join(base, 'tools/build-ts.mjs')], { stdio: 'ignore' });
  const bundle = () => readFileSync(join(base, 'dist/index.js'), 'utf8');

  beforeEach(() => {
    for (const name of ['tools', 'tsconfig.json']) cpSync(join(project, name), join(base, name), { recursive: true });
    symlinkSync(join(project, 'node_modules'), join(base, 'node_modules'));
    write('package.json', '{}');
    write('lib/index.ts', "export { one } from './old/gone';\n");
    write('lib/old/gone.ts', 'export const one: number = 1;\n');
  });

  test('leaves nothing of a source that is gone, and whoever reads meanwhile finds the old or the new', async () => {
    expect(await once(build(), 'close')).toEqual([0, null]);
    expect(readdirSync(join(base, 'dist/old'))).toEqual(['gone.d.ts', 'gone.js']);
    rmSync(join(base, 'lib/old'), { recursive: true });
    write('lib/index.ts', 'export const one: number = 2;\n');
    const seen = new Set([bundle()]);
    const child = build();
    const ended = once(child, 'close');
    while (child.exitCode === null && child.signalCode === null) {
      seen.add(bundle());
      await turn();
    }
    expect(await ended).toEqual([0, null]);
    seen.add(bundle());
    expect(seen.size).toBe(2);
    expect(readdirSync(join(base, 'dist')).sort()).toEqual(['index.d.ts', 'index.js']);
    expect(readdirSync(base).filter((name) => name.startsWith('build-ts'))).toEqual([]);
  }, 60_000);

  test('leaves what there was if the sources have an error', async () => {
    expect(await once(build(), 'close')).toEqual([0, null]);
    const before = bundle();
    write('lib/index.ts', "export const one: number = 'two';\n");
    expect((await once(build(), 'close'))[0]).not.toBe(0);
    expect(bundle()).toBe(before);
  }, 60_000);
});
