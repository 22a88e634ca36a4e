#!/usr/bin/env node
// Runs the tests on addons with other nghttp2, each built for the run: npm run test:versions -- [options]
//
//   --nghttp2 VERSION   which (may be repeated; all of the manifest unless told; "newest" is one too)
//   --with gyp|cmake    built with which (may be repeated; both unless told)
//   --behaviour         only the tests in which the nghttp2 can make a difference: not property, types and unit
//   --json FOLDER       where to leave vitest's reports
//
// The last line is "N passed, N failed". Fails when something failed, could not be built, or did not run.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newestVersion, readManifest } from '../../deps/lib/manifest.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const manifest = readManifest(join(project, 'deps/manifest.json'));

const BEHAVIOUR = ['test/native', 'test/integration', 'test/parity', 'test/rfc', 'test/abuse'];
/** About all engines, of their own, or about the active nghttp2, whichever addon is loaded: once is enough. */
const OF_ALL_ENGINES = ['test/integration/{compare,cli}.test.ts', 'test/native/{core,linkage,patches,windows}.test.ts'];

function run(program, args, env = {}) {
  const { DUETTO_NGHTTP2: _version, DUETTO_BINDING: _file, ...rest } = process.env;
  return spawnSync(program, args, { cwd: project, stdio: 'inherit', env: { ...rest, ...env } }).status === 0;
}

function testOn(version, builder, { folder, behaviour }) {
  const name = `nghttp2 ${version}, built with ${builder}`;
  const addon = join(project, 'build-versions', builder, version, 'duetto.node');
  console.log(`\n${name}`);
  if (!run(process.execPath, ['deps/build.mjs', '--nghttp2', version, '--with', builder, '--out', addon])) {
    return { name, passed: 0, failed: 1, words: 'could not be built' };
  }
  const report = join(folder, `${builder}-${version}.json`);
  const ended = run(process.execPath, [
    'node_modules/vitest/vitest.mjs', 'run', '--silent', '--reporter=json', `--outputFile=${report}`,
    ...OF_ALL_ENGINES.flatMap((file) => ['--exclude', file]), ...behaviour ? BEHAVIOUR : [],
  ], { DUETTO_BINDING: addon });
  try {
    const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that could not even be loaded has no tests to count, and is one failure.
    const unloaded = testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'));
    const failed = numFailedTests + unloaded.length;
    for (const { message, name: file } of unloaded) console.log(`FAILED ${file}: ${message}`);
    for (const test of testResults.flatMap(({ assertionResults }) => assertionResults)) {
      if (test.status === 'failed') console.log(`FAILED ${test.fullName}\n${test.failureMessages.join('\n')}`);
    }
    return { name, passed, failed: failed || (ended && passed ? 0 : 1) };
  } catch {
    return { name, passed: 0, failed: 1, words: 'left no report' };
  }
}

const { values } = parseArgs({
  options: {
    nghttp2: { type: 'string', multiple: true },
    with: { type: 'string', multiple: true, default: ['gyp', 'cmake'] },
    behaviour: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const versions = (values.nghttp2 ?? manifest.versions.map(({ version }) => version))
  .map((version) => version === 'newest' ? newestVersion(manifest) : version);
const folder = values.json ? resolve(values.json) : mkdtempSync(join(tmpdir(), 'duetto-versions-'));
mkdirSync(folder, { recursive: true });

const results = versions.flatMap((version) => values.with.map((builder) => testOn(version, builder, { folder, behaviour: values.behaviour })));
if (!values.json) rmSync(folder, { recursive: true });

console.log();
for (const { name, passed, failed, words } of results) console.log(`${name}: ${words ?? `${passed} passed, ${failed} failed`}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') || sum('passed') === 0 ? 1 : 0;
