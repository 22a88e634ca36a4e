// Where node-gyp builds a variant of the addon, and with whose headers.

import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where it lies in a checkout, and where in an installed package: tools/prepack.mjs. */
export const rootGypFile = join(project, 'binding.gyp');
export const packedGypFile = join(project, 'deps/binding.gyp');

/**
 * node-gyp always builds in the folder build/ beside binding.gyp. A variant gets a folder that has the project's sources
 * by link, and so a build/ of its own.
 */
export function stage(variant) {
  const folder = join(project, 'build-gyp', variant);
  mkdirSync(folder, { recursive: true });
  for (const name of ['native', 'deps', 'node_modules']) {
    // An installed package has its dependencies beside it, where Node finds them from here too.
    if (existsSync(join(project, name))) link(join(project, name), join(folder, name));
  }
  const gypFile = existsSync(rootGypFile) ? rootGypFile : packedGypFile;
  for (const file of [gypFile, join(project, 'package.json')]) cpSync(file, join(folder, basename(file)), { preserveTimestamps: true });
  return folder;
}

/** A folder that was copied from another checkout, or moved, has links that still lead there. */
function link(target, path) {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && relative(target, resolve(dirname(path), readlinkSync(path))) === '') return;
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path, 'junction');
}

/** Whose sources the objects in a build/ were made of. */
const MARK = 'checkout';

/**
 * Empties the build/ of `folder` if it is a copy of another checkout's: make goes by times, and takes objects that are newer
 * than the sources here for theirs.
 */
export function forgetOthersObjects(folder) {
  const build = join(folder, 'build');
  const mark = join(build, MARK);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === folder) return;
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build);
  writeFileSync(mark, folder);
}

/**
 * Which headers node-gyp takes: npm's nodedir where it is set (npm hands it on by itself), else those installed with
 * this very Node, so that nothing is downloaded; only without both node-gyp downloads them.
 */
export function headers() {
  if (process.env.npm_config_nodedir) return [];
  const prefix = resolve(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include/node/common.gypi')) ? [`--nodedir=${prefix}`] : [];
}
