// Programs from npm that duetto runs under, and where they lie once installed: beside this file, each by itself.
//
//   node test/nodes/runtimes.mjs [20 22 ... bun deno]     installs those that are missing; all without arguments

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The lines of Node that duetto supports. */
export const LINES = ['20', '22', '24', '26'];
export const OTHERS = ['bun', 'deno'];

const here = fileURLToPath(new URL('.', import.meta.url));
const windows = process.platform === 'win32';
const exe = windows ? '.exe' : '';

/** The package that has the program, and the program's place in node_modules. Without their install scripts. */
function source(name, arch) {
  if (name === 'bun') {
    const home = `@oven/bun-${windows ? 'windows' : process.platform}-${arch === 'arm64' ? 'aarch64' : arch}`;
    return { packages: [home], program: `${home}/bin/bun${exe}` };
  }
  if (name === 'deno') {
    const home = `@deno/${process.platform}-${arch}${process.platform === 'linux' ? '-glibc' : ''}`;
    return { packages: [home], program: `${home}/deno${exe}` };
  }
  const home = `node-${windows ? 'win' : process.platform}-${arch}`;
  return { packages: [`${home}@${name}`], program: `${home}/bin/node${exe}` };
}

const folderOf = (name, arch) => join(here, 'installed', arch === process.arch ? name : `${name}-${arch}`);

/** The program, if it is installed: '22', 'bun'. */
export function runtime(name, arch = process.arch) {
  const file = join(folderOf(name, arch), 'node_modules', source(name, arch).program);
  return existsSync(file) ? realpathSync(file) : undefined;
}

/** Installs it if it is missing, `also` beside it. */
export function installRuntime(name, { arch = process.arch, also = [] } = {}) {
  const folder = folderOf(name, arch);
  if (runtime(name, arch) && also.every((one) => existsSync(join(folder, 'node_modules', one.replace(/(?<=.)@.*/, ''))))) return runtime(name, arch);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--force', '--loglevel=error'];
  const { status } = spawnSync('npm', [...args, ...source(name, arch).packages, ...also], { cwd: folder, stdio: 'inherit', shell: windows });
  const program = status === 0 ? runtime(name, arch) : undefined;
  if (!program) throw new Error(`${name} for ${process.platform}-${arch} could not be installed from npm`);
  return program;
}

/** Why what needs `name` cannot run, if so. */
export const lacking = (name) => runtime(name) ? '' : `${name} is not installed here: node test/nodes/runtimes.mjs ${name}`;

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : [...LINES, ...OTHERS];
  for (const name of names) {
    console.log(`${name}: ${spawnSync(installRuntime(name), ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]}`);
  }
}
