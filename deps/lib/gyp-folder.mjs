// Where node-gyp builds a variant of the addon, and with whose headers.

import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where it lies in a checkout, and where in an installed package: deps/prepack.mjs. */
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
    if (existsSync(join(project, name)) && !existsSync(join(folder, name))) symlinkSync(join(project, name), join(folder, name), 'junction');
  }
  const gypFile = existsSync(rootGypFile) ? rootGypFile : packedGypFile;
  for (const file of [gypFile, join(project, 'package.json')]) cpSync(file, join(folder, basename(file)), { preserveTimestamps: true });
  return folder;
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
