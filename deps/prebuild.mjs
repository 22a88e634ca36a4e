#!/usr/bin/env node
// Builds what the npm package carries for this platform: an addon with the manifest's default nghttp2, where node-gyp-build
// looks for it, and one with the newest, so that trying that needs no compiler.
//
//   prebuilds/<platform>-<arch>/duetto.node
//   prebuilds/<newest>/prebuilds/<platform>-<arch>/duetto.node
//
// With --out FOLDER they go there, in place of the project's folder. The second is a folder of the same shape, so that
// node-gyp-build finds the right file in it too, by its own rules.

import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newestVersion, readManifest } from './lib/manifest.mjs';
import { DepsError, run, say } from './lib/util.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '..');

/** The folders below prebuilds/ of the versions that are carried, by version. */
function carried(manifest) {
  const folders = new Map([[manifest.default, 'prebuilds']]);
  const newest = newestVersion(manifest);
  if (newest !== manifest.default) folders.set(newest, join('prebuilds', newest, 'prebuilds'));
  return folders;
}

function build(version, folder, out) {
  const addon = join(out, folder, `${process.platform}-${process.arch}`, 'duetto.node');
  const { status } = spawnSync(process.execPath, [join(here, 'build.mjs'), '--nghttp2', version, '--out', addon], { stdio: 'inherit' });
  if (status !== 0) throw new DepsError(`the addon with nghttp2 ${version} could not be built; the reason is above`);
  const stripped = process.platform !== 'win32' && run('strip', process.platform === 'darwin' ? ['-x', addon] : [addon]).ok;
  say(`${addon}${stripped ? '' : ' (not stripped)'}`);
}

try {
  const { values: { out } } = parseArgs({ options: { out: { type: 'string', default: project } } });
  for (const [version, folder] of carried(readManifest(join(here, 'manifest.json')))) build(version, folder, resolve(out));
} catch (error) {
  console.error(error instanceof DepsError ? `nghttp2: ${error.message}` : error);
  process.exitCode = 1;
}
