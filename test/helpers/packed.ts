// The npm package as `npm pack` makes it, with prebuilt addons, and applications that it is installed into.

import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { carried, hostTarget } from '../../tools/prebuilds/targets.mjs';
import { project } from './child.ts';
import { plainEnvironment } from './engines.ts';

export const manifest = JSON.parse(fs.readFileSync(path.join(project, 'deps/manifest.json'), 'utf8'));
/** The version that runs unless another is asked for. */
export const standard: string = manifest.default;
export const newest: string = manifest.versions.map(({ version }: { version: string }) => version)
  .toSorted((a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })).at(-1)!;

export interface Ran {
  out: string;
  err: string;
  code: unknown;
}

/** Runs a program with an environment that says nothing of engines. */
export function run(program: string, args: string[], { cwd, env = {} }: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: plainEnvironment(env), timeout: 240_000, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ out, err, code: error ? error.code : 0 }));
  });
}

/** The same, and what it wrote to standard output; throws if it fails. */
export async function succeed(...args: Parameters<typeof run>): Promise<string> {
  const { out, err, code } = await run(...args);
  if (code !== 0) throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}

/** Addons of this platform are built once; tools/ensure-built.mjs does so before the tests. */
const home = path.join(project, 'build-package');

const { folder, file } = hostTarget();
const isBuilt = (version: string): boolean => fs.existsSync(path.join(home, carried(manifest).get(version)!, folder, file));

/** Why tests of two prebuilt nghttp2 cannot run, if so; after `pack`. */
export const lackingNewest = (): string => isBuilt(newest) ? '' : `nghttp2 ${newest} is not to be had here, so the package was made without it`;

/** A copy of what goes into the package, so that the checkout stays as it is, with prebuilt addons; packed. */
export async function pack(base: string): Promise<string> {
  const prebuild = path.join(project, 'tools/prebuilds/prebuild.mjs');
  const more = ['--out', home, ...(isBuilt(standard) && !isBuilt(newest) ? ['--without-newest'] : [])];
  const { code } = await run(process.execPath, [prebuild, '--check', ...more], { cwd: project });
  if (code !== 0) await succeed(process.execPath, [prebuild, ...more], { cwd: project });
  const copy = path.join(base, 'package');
  const leftOut = ['deps/nghttp2', 'deps/download', 'bench/results'].map((name) => path.join(project, name));
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist', 'docs', 'cli', 'bench', 'deps', 'tools', 'native', 'binding.gyp', 'CMakeLists.txt']) {
    fs.cpSync(path.join(project, name), path.join(copy, name), { recursive: true, filter: (file) => !leftOut.includes(file) });
  }
  fs.cpSync(path.join(project, 'deps/nghttp2', standard), path.join(copy, 'deps/nghttp2', standard), { recursive: true });
  // Addons of other platforms may lie there too.
  for (const at of carried(manifest, { withNewest: isBuilt(newest) }).values()) {
    for (const name of [file, 'engine.json']) fs.cpSync(path.join(home, at, folder, name), path.join(copy, at, folder, name));
  }
  // Its script, without npm's banner in the output.
  await succeed(process.execPath, ['tools/prepack.mjs'], { cwd: copy });
  const packed = await succeed('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', base], { cwd: copy });
  return path.join(base, packed.trim().split('\n').at(-1)!);
}

export const temporary = (name: string): string => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `duetto-${name}-`)));

/** An empty folder with duetto from `tarball` in it, and no install script run. */
export async function install(tarball: string, folder: string): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
  await succeed('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
}
