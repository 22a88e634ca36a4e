// What a build needs, asked before it starts: an nghttp2 that has the functions which the core calls, and the tools.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { declaredApi } from './engine.mjs';
import { DepsError, have } from './util.mjs';

const require = createRequire(import.meta.url);

/** 1.60.0 as NGHTTP2_VERSION_NUM has it. */
function versionNumber(version) {
  const [major, minor, patch] = version.split(/[.-]/, 3).map(Number);
  return (major << 16) | (minor << 8) | patch;
}

const opposite = (condition) => condition === undefined ? undefined : !condition;

/** The lines that a compiler would see of `code`, as far as NGHTTP2_VERSION_NUM decides. Other conditions are taken. */
function linesFor(code, number) {
  const taken = [];
  const stack = [];
  for (const line of code.split('\n')) {
    const condition = /^\s*#\s*if\s+NGHTTP2_VERSION_NUM\s*(>=|<)\s*(0x[0-9a-f]+)/i.exec(line);
    if (condition) stack.push(condition[1] === '<' ? number < Number(condition[2]) : number >= Number(condition[2]));
    else if (/^\s*#\s*if/.test(line)) stack.push(undefined);
    else if (/^\s*#\s*else/.test(line)) stack.push(opposite(stack.pop()));
    else if (/^\s*#\s*endif/.test(line)) stack.pop();
    else if (!stack.includes(false)) taken.push(line);
  }
  return taken.join('\n');
}

/** Refuses an nghttp2 that lacks a function which the core calls. */
export function requireApi({ id, version, root }, project) {
  const core = join(project, 'native/core');
  const napi = join(project, 'native/napi');
  const files = [core, napi].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const code = files.map((file) => linesFor(readFileSync(file, 'utf8'), versionNumber(version))).join('\n').replace(/\/\/.*$/gm, '');
  const called = new Set([...code.matchAll(/\b(nghttp2_\w+)\s*\(/g)].map(([, name]) => `${name}()`));
  // What the compiler is asked about before it is called may be missing.
  for (const [, name] of code.matchAll(/requires\s*\{\s*(nghttp2_\w+)\s*\(/g)) called.delete(`${name}()`);
  const header = readFileSync(join(project, root, 'lib/includes/nghttp2/nghttp2.h'), 'utf8');
  const declared = new Set(declaredApi(header));
  const missing = [...called].filter((name) => !declared.has(name)).sort();
  if (missing.length === 0) return;
  throw new DepsError(
    `nghttp2 ${id} is too old for duetto, or is not whole: its nghttp2.h does not declare ${missing.join(', ')}.\n` +
      'What to do: name a newer one; "npx duetto nghttp2 list" shows the versions that are known to work',
  );
}

/** Refuses a machine without a compiler, in words; node-gyp and CMake would say it in some hundred lines. */
export function requireTools(builder, env = process.env) {
  if (process.platform === 'win32') return; // Visual Studio is found by node-gyp and CMake themselves.
  const first = (variable) => env[variable]?.split(' ')[0];
  const any = (...programs) => programs.filter(Boolean).some((program) => have(program));
  const missing = [
    !any(first('CC'), 'cc', 'gcc', 'clang') && 'a C compiler',
    !any(first('CXX'), 'c++', 'g++', 'clang++') && 'a C++20 compiler',
    builder === 'gyp' && !any(first('MAKE'), 'make', 'gmake') && 'make',
    builder === 'gyp' && !any(first('PYTHON'), 'python3', 'python') && 'Python 3',
    builder === 'cmake' && !any('cmake') && 'CMake',
  ].filter(Boolean);
  if (missing.length === 0) return;
  throw new DepsError(
    `an engine cannot be built here, what is missing: ${missing.join(', ')}.\n` +
      `On Debian: apt-get install g++${builder === 'cc' ? '' : ' make python3 patch xz-utils'}. Engines that are there keep working; prebuilt ones need no compiler`,
  );
}

/** The program of a build tool: this package's, or for node-gyp that which npm brings. */
export function buildTool(name) {
  const script = { 'node-gyp': 'node-gyp/bin/node-gyp.js', 'cmake-js': 'cmake-js/bin/cmake-js', prebuildify: 'prebuildify/bin.js' }[name];
  try {
    return require.resolve(script);
  } catch {
    const modules = join(process.platform === 'win32' ? '' : '../lib', 'node_modules/npm/node_modules', script);
    const ofNpm = [process.env.npm_config_node_gyp, resolve(dirname(process.execPath), modules)];
    const found = name === 'node-gyp' && ofNpm.find((file) => file && existsSync(file));
    if (found) return found;
    throw new DepsError(`${name} is not installed here: npm install --no-save ${name}, where duetto is installed`);
  }
}
