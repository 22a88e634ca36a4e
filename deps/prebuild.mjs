#!/usr/bin/env node
// Builds what the npm package carries for this platform: an addon with the manifest's default nghttp2, where node-gyp-build
// looks for it, and one with the newest, so that trying that needs no compiler.
//
//   prebuilds/<platform>-<arch>/duetto[.glibc|.musl].node
//   prebuilds/<newest>/prebuilds/<platform>-<arch>/duetto[.glibc|.musl].node
//
// With --out FOLDER they go there, in place of the project's folder. The second is a folder of the same shape, so that
// node-gyp-build finds the right file in it too, by its own rules.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeEngine } from './lib/engine.mjs';
import { fetchNghttp2, places } from './lib/fetch.mjs';
import { headers, stage } from './lib/gyp-folder.mjs';
import { newestVersion, readManifest } from './lib/manifest.mjs';
import { buildTool } from './lib/requirements.mjs';
import { DepsError, say } from './lib/util.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '..');

/** The folders below prebuilds/ of the versions that are carried, by version. */
function carried(manifest) {
  const folders = new Map([[manifest.default, 'prebuilds']]);
  const newest = newestVersion(manifest);
  if (newest !== manifest.default) folders.set(newest, join('prebuilds', newest, 'prebuilds'));
  return folders;
}

async function build(manifest, version, folder, out) {
  const nghttp2 = await fetchNghttp2(manifest, version, places(here), { activate: false });
  const staged = stage(`prebuild-${version}`);
  say(`prebuilding ${join(folder, `${process.platform}-${process.arch}`)} with nghttp2 ${nghttp2.id}`);
  const args = ['--napi', '--strip', '--name', 'duetto', '--cwd', staged, '--out', resolve(out, dirname(folder)), '--target', process.version];
  if (process.platform === 'linux') args.push('--tag-libc');
  const [nodedir] = headers();
  const { status } = spawnSync(process.execPath, [buildTool('prebuildify'), ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      // What node-gyp hands to gyp besides its own arguments, which are prebuildify's.
      GYP_DEFINES: `nghttp2=${nghttp2.root}/source.json sanitize=`,
      ...(nodedir && { npm_config_nodedir: nodedir.replace('--nodedir=', '') }),
    },
  });
  if (status !== 0) throw new DepsError(`prebuildify failed for nghttp2 ${version}; the reason is above`);
  const target = resolve(out, folder, `${process.platform}-${process.arch}`);
  for (const name of readdirSync(target)) if (name.endsWith('.node')) describeEngine(join(target, name), nghttp2, project);
}

try {
  const { values: { out } } = parseArgs({ options: { out: { type: 'string', default: project } } });
  const manifest = readManifest(join(here, 'manifest.json'));
  for (const [version, folder] of carried(manifest)) await build(manifest, version, folder, resolve(out));
} catch (error) {
  console.error(error instanceof DepsError ? `nghttp2: ${error.message}` : error);
  process.exitCode = 1;
}
