// Compiles the core, with nghttp2 and without Node, into programs: tests and fuzzers of it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';

export const project = resolve(import.meta.dirname, '..', '..', '..');
const built = join(project, 'build-core');

export const variants = {
  plain: { cxx: process.env.CXX || 'c++', cc: process.env.CC || 'cc', flags: ['-O1', '-g'] },
  optimised: {
    cxx: process.env.CXX || 'c++', cc: process.env.CC || 'cc', flags: ['-O3', '-g', '-flto=auto', '-ffunction-sections', '-fdata-sections'],
  },
  sanitized: {
    cxx: process.env.CXX || 'c++', cc: process.env.CC || 'cc',
    flags: ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer'],
  },
  fuzzed: {
    cxx: 'clang++', cc: 'clang',
    flags: ['-O1', '-g', '-fsanitize=address,undefined,fuzzer-no-link', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer'],
  },
};

export const has = (command) => spawnSync(command, ['--version']).status === 0;

/**
 * @param variant a key of `variants`
 * @param source a file beside this one
 * @returns the path of the program
 */
export function compile(variant, source, { name = basename(source, '.cc'), defines = [], link = [] } = {}) {
  const { cxx, cc, flags } = variants[variant];
  const { root, sources: ofNghttp2 } = JSON.parse(readFileSync(join(project, 'deps/nghttp2/active.json'), 'utf8'));
  const folder = join(built, variant);
  mkdirSync(folder, { recursive: true });
  const include = ['-Inative', `-I${root}/lib/includes`, `-I${root}/lib`, '-DNGHTTP2_STATICLIB', '-DHAVE_CONFIG_H', '-DBUILDING_NGHTTP2'];
  const core = JSON.parse(readFileSync(join(project, 'native/sources.json'), 'utf8')).sources.filter((file) => file.startsWith('native/core/'));
  const newest = Math.max(...['native/core', 'native', 'test/native/core'].map((at) => newestIn(join(project, at))));
  const jobs = [];
  const object = (file, prefix, compiler, more) => {
    const to = join(folder, `${prefix}-${basename(file)}.o`);
    const old = !existsSync(to) || statSync(to).mtimeMs < (prefix === 'nghttp2' ? statSync(join(project, file)).mtimeMs : newest);
    if (old) jobs.push([compiler, [...flags, ...more, ...include, '-c', file, '-o', to]]);
    return to;
  };
  const objects = [
    ...ofNghttp2.map((file) => object(join(root, file), 'nghttp2', cc, ['-w'])),
    ...core.map((file) => object(file, 'core', cxx, ['-std=gnu++20', '-fno-exceptions', '-Wall', '-Wextra'])),
    object(join('test/native/core', source), name, cxx, ['-std=gnu++20', '-fno-exceptions', '-Wall', '-Wextra', ...defines.map((one) => `-D${one}`)]),
  ];
  run(jobs);
  const program = join(folder, name);
  run([[cxx, [...flags, ...link, ...objects, '-o', program]]]);
  return program;
}

function newestIn(folder) {
  const { stdout } = spawnSync('find', [folder, '-maxdepth', '1', '-type', 'f', '-printf', '%T@\\n'], { encoding: 'utf8' });
  return Math.max(0, ...stdout.split('\n').map(Number)) * 1000;
}

function run(jobs) {
  const width = availableParallelism();
  const script = jobs.map(([command, args]) => [command, ...args].join(' ')).join('\n');
  if (script === '') return;
  const { status, stderr } = spawnSync('xargs', ['-P', String(width), '-I', '{}', 'sh', '-c', '{}'], { input: script, cwd: project, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the core could not be compiled:\n${stderr}`);
  if (stderr.includes('warning:')) throw new Error(`warnings:\n${stderr}`);
}
