#!/usr/bin/env node
// npm run build:ts: what lib/ is compiled to, in dist/. It is made beside dist/ and moved in file by file, so that what runs
// meanwhile finds every file, whole; then what lib/ no longer has a source of goes.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, utimesSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const filesIn = (folder) => existsSync(folder)
  ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  : [];

/** Makes `folder` what `made` is. A file that stays as it is keeps its time. */
function replace(folder, made) {
  const files = filesIn(made);
  for (const name of files) {
    const [from, to] = [join(made, name), join(folder, name)];
    if (existsSync(to) && readFileSync(from).equals(readFileSync(to))) continue;
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }
  const current = new Set(files);
  for (const name of filesIn(folder)) if (!current.has(name)) rmSync(join(folder, name));
  removeEmptyFolders(folder);
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = join(folder, entry.name);
    removeEmptyFolders(inner);
    if (readdirSync(inner).length === 0) rmdirSync(inner);
  }
}

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const out = resolve(project, values.out);
// In the project's folder: a rename is whole only within one file system.
const scratch = mkdtempSync(join(project, 'build-ts-'));
const made = join(scratch, 'dist');
try {
  const compiler = join(project, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(project, 'tsconfig.json'), '--outDir', made], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
  if (status === 0) {
    await bundle(made);
    replace(out, made);
    // tools/ensure-built.mjs goes by it.
    utimesSync(join(out, 'index.js'), new Date(), new Date());
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
