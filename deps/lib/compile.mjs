// The build that takes a compiler and nothing else: no Python, make, CMake, nor Node's headers, which are an npm package.
// It is what an installed package is built with, where nothing may be fetched. Flags agree with binding.gyp's.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { compiler, excludeLibs, hasLto } from './compilers.mjs';
import { DepsError, lastLines, say } from './util.mjs';

const require = createRequire(import.meta.url);

function flagsFor({ debug, sanitize }) {
  const common = ['-fPIC', '-fvisibility=hidden', '-fstack-protector-strong', '-DNGHTTP2_STATICLIB'];
  if (sanitize) {
    const also = [`-fsanitize=${sanitize}`, '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer', '-g', '-O1'];
    return { compile: [...common, ...also], link: [`-fsanitize=${sanitize}`] };
  }
  if (debug) return { compile: [...common, '-g', '-O0'], link: [] };
  const lto = hasLto() ? ['-flto=auto', '-O3'] : [];
  const fortify = ['-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'];
  return {
    compile: [...common, '-O3', '-ffunction-sections', '-fdata-sections', ...fortify, ...lto],
    link: [...lto, process.platform === 'darwin' ? '-Wl,-dead_strip' : '-Wl,--gc-sections'],
  };
}

const linkFlags = (project) => process.platform === 'darwin'
  ? ['-bundle', '-undefined', 'dynamic_lookup']
  : ['-shared', '-pthread', '-Wl,-Bsymbolic', ...excludeLibs(), `-Wl,--version-script=${join(project, 'native/exports.map')}`,
    '-Wl,-z,relro', '-Wl,-z,now'];

/** Folders of the headers of Node-API. */
const nodeApi = () => [require('node-api-headers').include_dir, resolve(dirname(require.resolve('node-addon-api/package.json')))];

/** Compiles and links `made`, in `folder`. */
export async function buildWithCompiler({ nghttp2, debug, sanitize, folder, project, made }) {
  if (process.platform === 'win32') throw new DepsError('--with cc does not know the compilers of Windows: use --with gyp');
  const { compile, link } = flagsFor({ debug, sanitize });
  const root = join(project, nghttp2.root);
  const include = (...folders) => folders.map((one) => `-I${one}`);
  const c = [...compiler('CC', 'cc'), ...compile, '-w', '-DHAVE_CONFIG_H', '-DBUILDING_NGHTTP2',
    ...include(join(root, 'lib'), join(root, 'lib/includes'))];
  const cxx = [...compiler('CXX', 'c++'), ...compile, '-std=gnu++20', '-fno-exceptions', '-fno-rtti', '-fvisibility-inlines-hidden',
    '-DNAPI_VERSION=8', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    '-DNODE_ADDON_API_DISABLE_DEPRECATED', '-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=duetto',
    `-DDUETTO_NGHTTP2_PATCHES="${nghttp2.patches.join(',')}"`, ...include(join(project, 'native'), join(root, 'lib/includes'), ...nodeApi())];
  // Sources change their names and headers; there is no record of which object came from what.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { sources } = JSON.parse(readFileSync(join(project, 'native/sources.json'), 'utf8'));
  const jobs = [...nghttp2.sources.map((file) => ({ file: join(root, file), command: c })), ...sources.map((file) => ({ file: join(project, file), command: cxx }))]
    .map(({ file, command }) => ({ file, command, object: join(folder, `${relative(project, file).replace(/[\\/]/g, '-')}.o`) }));
  await compileAll(jobs);
  await run([...compiler('CXX', 'c++'), ...link, ...linkFlags(project), ...jobs.map(({ object }) => object), '-o', made], 'linking');
}

async function compileAll(jobs) {
  const left = jobs.values();
  let done = 0;
  const worker = async () => {
    for (const { file, command, object } of left) {
      await run([...command, '-c', file, '-o', object], file);
      if (++done % 10 === 0 || done === jobs.length) say(`compiled ${done} of ${jobs.length} files`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function run([program, ...args], what) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part) => { text += part; });
    child.once('error', (error) => fail(new DepsError(`${program} could not be started: ${error.message}`)));
    child.once('close', (code) => code === 0 ? done() : fail(new DepsError(`${program} failed (${what}):\n${lastLines(text, 20)}`)));
  });
}
