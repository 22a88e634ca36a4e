#!/usr/bin/env node
// Builds what tests and demo need and is missing or older than its sources; says nothing and is quick when all is there.
// With --newest also the engine with the newest nghttp2 of the manifest, which the tests of two engines use; that may
// fail (its source may be out of reach), and the tests then say that they skip. With --package also the addons that the
// npm package carries.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newestVersion, readManifest } from '../deps/lib/manifest.mjs';
import { hostTarget } from './prebuilds/targets.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const native = ['native', 'binding.gyp', 'deps/gyp.mjs', 'deps/lib/engine.mjs', 'deps/manifest.json', 'deps/patches'];
const npm = (script) => ['npm', ['run', '--silent', script]];
const build = (...args) => [process.execPath, [join(project, 'deps/build.mjs'), ...args]];

const side = (id) => ({
  made: `build-nghttp2/${id}/duetto.node`, from: native, needs: [`build-nghttp2/${id}/engine.json`], command: build('--nghttp2', id),
});
const active = {
  made: 'build/Release/duetto.node',
  from: [...native, 'deps/nghttp2/active.json'],
  needs: ['deps/nghttp2/active.json', 'build/Release/engine.json'],
  command: npm('build:native'),
};
/** The addons of the npm package, for the tests that install it. */
const host = hostTarget();
const packaged = (more) => ({
  made: `build-package/prebuilds/${host.folder}/${host.file}`,
  from: [...native, 'tools/prebuilds'], needs: [],
  command: [process.execPath, [join(project, 'tools/prebuilds/prebuild.mjs'), '--out', join(project, 'build-package'), ...more]], optional: true,
});
const library = { made: 'dist/index.js', from: ['lib', 'tsconfig.json', 'tools/build-ts.mjs', 'tools/bundle.mjs'], needs: [], command: npm('build:ts') };

const newestKnown = newestVersion(readManifest(join(project, 'deps/manifest.json')));

/** The addon that the run is to use: a file that is simply given, the engine that the variable names, or the active one. */
function addons() {
  const { DUETTO_BINDING, DUETTO_NGHTTP2 } = process.env;
  const wanted = DUETTO_BINDING ? [] : DUETTO_NGHTTP2 ? [side(DUETTO_NGHTTP2)] : [active];
  if (process.argv.includes('--newest') && newestKnown !== DUETTO_NGHTTP2 && hasNewest()) wanted.push({ ...side(newestKnown), optional: true });
  return wanted;
}

let asked;

/** Whether the newest nghttp2 is here or can be fetched. It is not needed for anything but tests of two engines. */
function hasNewest() {
  asked ??= spawnSync(process.execPath, [join(project, 'tools/nghttp2.mjs'), 'fetch', newestKnown, '--no-activate'], { encoding: 'utf8' });
  if (asked.status !== 0 && !asked.told) {
    asked.told = true;
    console.error(`${asked.stderr}nghttp2 ${newestKnown} is not to be had; the tests that need it will skip`);
  }
  return asked.status === 0;
}

/** The time of the newest change in a file or folder; a folder's own time counts, for what was deleted. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs);
}

function outdated({ made, from, needs }) {
  const stat = statSync(join(project, made), { throwIfNoEntry: false });
  if (!stat || needs.some((path) => !existsSync(join(project, path)))) return true;
  return from.some((path) => newest(join(project, path)) > stat.mtimeMs);
}

const forPackage = () => process.argv.includes('--package') ? [packaged(hasNewest() ? [] : ['--without-newest'])] : [];

for (const { optional, command: [program, args], ...part } of [...addons(), ...forPackage(), library]) {
  if (!existsSync(join(project, part.from[0])) || !outdated(part)) continue;
  const { status } = spawnSync(program, args, {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) continue;
  console.error(`${part.made} could not be built${optional ? '; the tests that need it will skip' : ''}`);
  if (!optional) process.exit(1);
}
