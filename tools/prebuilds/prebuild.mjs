#!/usr/bin/env node
// Builds what the npm package carries for one platform: an addon with the manifest's default nghttp2, where node-gyp-build
// looks for it, and one with the newest, so that trying that needs no compiler.
//
//   prebuilds/<platform>-<arch>/duetto[.glibc|.musl].node
//   prebuilds/<newest>/prebuilds/<platform>-<arch>/duetto[.glibc|.musl].node
//
// The second is a folder of the same shape, so that node-gyp-build finds the right file in it too, by its own rules.

import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeEngine } from '../../deps/lib/engine.mjs';
import { fetchNghttp2, places } from '../../deps/lib/fetch.mjs';
import { headers, stage } from '../../deps/lib/gyp-folder.mjs';
import { requireContent } from '../../deps/lib/loaded.mjs';
import { readManifest } from '../../deps/lib/manifest.mjs';
import { checkPrebuilds } from './check.mjs';
import { buildTool } from '../../deps/lib/requirements.mjs';
import { carried, findTarget, hostTarget, TARGETS } from './targets.mjs';
import { toolchain } from './toolchains.mjs';
import { DepsError, say } from '../../deps/lib/util.mjs';

const USAGE = `Usage: node tools/prebuilds/prebuild.mjs [options]

Builds the addons of one platform into prebuilds/, stripped, and checks them.

  --target NAME   another platform than this one: ${TARGETS.map(({ name }) => name).join(', ')}
  --out FOLDER    put prebuilds/ there, not into the project's folder
  --without-newest   only the default nghttp2: where the newest is not to be had. No release is made of that
  --check         build nothing, only check what is there for --target
  --all           with --check: every platform of the list has to be there`;

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const home = join(project, 'deps');

async function build(manifest, version, folder, target, out) {
  const tools = toolchain(target, hostTarget());
  const nghttp2 = await fetchNghttp2(manifest, version, places(home), { activate: false });
  const staged = stage(`prebuild-${version}-${target.name}`);
  say(`prebuilding ${join(folder, target.folder, target.file)} with nghttp2 ${nghttp2.id}`);
  const args = ['--napi', '--strip', '--name', 'duetto', '--cwd', staged, '--out', resolve(out, dirname(folder)),
    '--platform', target.platform, '--arch', target.arch, '--target', process.version];
  if (target.libc) args.push('--tag-libc', target.libc);
  const [nodedir] = headers();
  const { status } = spawnSync(process.execPath, [buildTool('prebuildify'), ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...tools,
      ...(tools.STRIP && { PREBUILD_STRIP_BIN: tools.STRIP }),
      // What node-gyp hands to gyp besides its own arguments, which are prebuildify's.
      GYP_DEFINES: `nghttp2=${nghttp2.root}/source.json sanitize=`,
      ...(nodedir && { npm_config_nodedir: nodedir.replace('--nodedir=', '') }),
    },
  });
  if (status !== 0) throw new DepsError(`prebuildify failed for nghttp2 ${version}; the reason is above`);
  const addon = resolve(out, folder, target.folder, target.file);
  if (target.name === hostTarget().name) requireContent(addon, nghttp2);
  describeEngine(addon, nghttp2, project);
}

async function main(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      target: { type: 'string', multiple: true },
      out: { type: 'string', default: project },
      'without-newest': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.all && !values.check) throw new DepsError('--all goes with --check: no machine builds for every platform');
  const manifest = readManifest(join(home, 'manifest.json'));
  const targets = values.all ? TARGETS : values.target ? values.target.map(findTarget) : [hostTarget()];
  const out = resolve(values.out);
  const versions = carried(manifest, { withNewest: !values['without-newest'] });
  for (const target of values.check ? [] : targets) {
    for (const [version, folder] of versions) await build(manifest, version, folder, target, out);
  }
  for (const line of checkPrebuilds(out, targets, manifest, project, versions)) say(line);
}

main(process.argv.slice(2)).catch((error) => {
  const known = error instanceof DepsError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? `nghttp2: ${error.message}` : error);
  process.exitCode = 1;
});
