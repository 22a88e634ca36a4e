#!/usr/bin/env node
// Builds the addon, with the active nghttp2 or with another one beside it.

import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchNghttp2, places } from './lib/fetch.mjs';
import { buildWithCompiler } from './lib/compile.mjs';
import { describeEngine } from './lib/engine.mjs';
import { forgetOthersObjects, headers, rootGypFile, stage } from './lib/gyp-folder.mjs';
import { findVersion, readManifest } from './lib/manifest.mjs';
import { requireContent } from './lib/loaded.mjs';
import { buildTool, requireApi, requireTools } from './lib/requirements.mjs';
import { DepsError, say } from './lib/util.mjs';

const USAGE = `Usage: node deps/build.mjs [options]

Builds build/Release/duetto.node with the active nghttp2 (the one last fetched, else the manifest's
default). Beside the addon goes engine.json, which says what is in it.

  --with gyp|cmake|cc   the build system; gyp unless told. cc is the compiler alone (not on Windows): it wants neither
                        Python, make nor Node's headers
  --nghttp2 WHICH       another nghttp2, without making it the active one: a version of the manifest, a tarball, a
                        folder, a git checkout or address; the addon goes to build-nghttp2/<id>/duetto.node.
                        The variable DUETTO_NGHTTP2 does the same
  --sha256 SUM          of a tarball of your own: refuse it if it has another
  --sanitize WHICH      as -fsanitize= takes it (address,undefined); goes to build-asan/duetto.node
  --debug               without optimisation; goes to build-debug/duetto.node
  --out FILE            put the addon there
  --clean               start from nothing`;

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');

async function main(argv) {
  const { values: options } = parseArgs({
    args: argv,
    options: {
      with: { type: 'string', default: 'gyp' },
      nghttp2: { type: 'string', default: process.env.DUETTO_NGHTTP2 },
      sha256: { type: 'string' },
      sanitize: { type: 'string', default: '' },
      debug: { type: 'boolean', default: false },
      out: { type: 'string' },
      clean: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (options.help) return console.log(USAGE);
  const builders = { gyp: buildWithGyp, cmake: buildWithCmake, cc: buildDirectly };
  if (!Object.hasOwn(builders, options.with)) throw new DepsError(`--with is gyp, cmake or cc, not ${options.with}`);

  requireTools(options.with);
  const nghttp2 = await chooseNghttp2(options);
  requireApi(nghttp2, project);
  const job = plan(nghttp2, options);
  say(`building ${job.name} with nghttp2 ${nghttp2.id}${nghttp2.patches.length ? ` (${nghttp2.patches.join(', ')})` : ''}`);
  const made = await builders[options.with](job, nghttp2);
  try {
    requireContent(made, nghttp2, options);
  } catch (error) {
    // Nothing is to load it, nor to take it for up to date.
    rmSync(made, { force: true });
    throw error;
  }
  if (made !== job.out) install(made, job.out);
  describeEngine(job.out, nghttp2, project);
  // make leaves an addon alone that has nothing new in it; its time must still say that it is up to date.
  utimesSync(job.out, new Date(), new Date());
  say(`built ${relative(process.cwd(), job.out) || job.out}`);
  if (/address/.test(options.sanitize)) {
    say('to run it: LD_PRELOAD=$(cc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 node ...');
  }
}

/** The named one beside the active one; or the active one, made if it is missing or its manifest entry has changed. */
function chooseNghttp2({ nghttp2: named, sha256 }) {
  const manifest = readManifest(join(project, 'deps/manifest.json'));
  const where = places(join(project, 'deps'));
  // The id of one that was built before names it as well.
  if (named && existsSync(where.description(named)) && !findVersion(manifest, named)) {
    return JSON.parse(readFileSync(where.description(named), 'utf8'));
  }
  if (named) return fetchNghttp2(manifest, named, where, { sha256, activate: false });
  if (sha256) throw new DepsError('--sha256 belongs to a tarball that --nghttp2 names');
  const active = existsSync(where.active) ? JSON.parse(readFileSync(where.active, 'utf8')) : undefined;
  if (active && active.origin.kind !== 'manifest') {
    if (existsSync(where.description(active.id))) return active;
    throw new DepsError(`the active nghttp2, ${active.id}, is gone: fetch it again, or run "npm run deps" for the default`);
  }
  const version = active?.version ?? manifest.default;
  if (version !== manifest.default) say(`the active one is ${version}; the default would be ${manifest.default}`);
  return fetchNghttp2(manifest, version, where);
}

/** Where to build and where the addon goes. Only the plain build is in build/; every variant has a folder of its own. */
function plan(nghttp2, { nghttp2: named, sanitize, debug, out, clean }) {
  const variant = [named && nghttp2.id, sanitize && 'asan', debug && 'debug'].filter(Boolean).join('-');
  const standard = sanitize
    ? 'build-asan/duetto.node'
    : debug
      ? 'build-debug/duetto.node'
      : named
        ? `build-nghttp2/${nghttp2.id}/duetto.node`
        : 'build/Release/duetto.node';
  return {
    name: variant || 'duetto.node',
    variant,
    description: named ? `${nghttp2.root}/source.json` : 'deps/nghttp2/active.json',
    out: out ? resolve(out) : join(project, standard),
    sanitize,
    debug,
    clean,
  };
}

function buildWithGyp({ variant, description, sanitize, debug, clean }, nghttp2) {
  const folder = variant || !existsSync(rootGypFile) ? stage(variant || 'plain') : project;
  const out = join(folder, 'build', debug ? 'Debug' : 'Release');
  forgetLibrary(out, nghttp2);
  if (clean) rmSync(join(folder, 'build'), { recursive: true, force: true });
  forgetOthersObjects(folder);
  // Two steps: what follows -- in one would go to gyp and to make alike.
  const nodeGyp = (command, ...args) => {
    const common = [debug ? '--debug' : '--release', '--loglevel=warn'];
    execute(process.execPath, [buildTool('node-gyp'), command, ...common, ...args], folder, 'node-gyp');
  };
  nodeGyp('configure', ...headers(), '--', `-Dnghttp2=${description}`, `-Dsanitize=${sanitize}`);
  nodeGyp('build', `--jobs=${availableParallelism()}`);
  writeFileSync(join(out, MARK), nghttp2.tree);
  return join(out, 'duetto.node');
}

/** Which tree the library beside it was made of. */
const MARK = 'nghttp2.tree';

/**
 * make goes by times alone: going back to a tree whose objects are still there, it finds them older than the library that
 * was made of another tree, and links that once more.
 */
function forgetLibrary(out, { tree }) {
  const mark = join(out, MARK);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === tree) return;
  rmSync(mark, { force: true });
  for (const library of ['nghttp2.a', 'obj.target/nghttp2.a', 'nghttp2.lib']) rmSync(join(out, library), { force: true });
}

function buildWithCmake({ variant, description, sanitize, debug, clean }) {
  const folder = join(project, variant ? `build-cmake/${variant}` : 'build-cmake/plain');
  if (clean) rmSync(folder, { recursive: true, force: true });
  const args = [
    buildTool('cmake-js'),
    'build',
    `--out=${folder}`,
    `--CDDUETTO_NGHTTP2=${description}`,
    `--CDDUETTO_SANITIZE=${sanitize}`,
    `--parallel=${availableParallelism()}`,
    ...(debug ? ['--debug'] : []),
  ];
  // cmake-js configures once; a change of the nghttp2 tree must not go unseen.
  execute(process.execPath, args.with(1, 'configure'), project, 'cmake-js');
  execute(process.execPath, args, project, 'cmake-js');
  return join(folder, debug ? 'Debug' : 'Release', 'duetto.node');
}

async function buildDirectly({ variant, sanitize, debug }, nghttp2) {
  const folder = join(project, 'build-cc', variant || 'plain');
  const made = join(folder, 'duetto.node');
  await buildWithCompiler({ nghttp2, debug, sanitize, folder, project, made });
  return made;
}

function execute(program, args, cwd, name) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) throw new DepsError(`${name} failed${error ? `: ${error.message}` : ''}; its output is above`);
}

/** By a rename, so that a process that has the old addon loaded keeps it whole. */
function install(made, out) {
  mkdirSync(dirname(out), { recursive: true });
  copyFileSync(made, `${out}.new`);
  renameSync(`${out}.new`, out);
}

main(process.argv.slice(2)).catch((error) => {
  const known = error instanceof DepsError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? `nghttp2: ${error.message}` : error);
  process.exitCode = 1;
});
