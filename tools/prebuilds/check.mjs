// Whether what prebuilds/ has is what the package promises: every addon there, for the right processor, of these
// sources, small, and asking no more of the system than it may.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sourcesSum } from '../../deps/lib/engine.mjs';
import { findVersion } from '../../deps/lib/manifest.mjs';
import { carried } from './targets.mjs';
import { DepsError, run } from '../../deps/lib/util.mjs';

/** Debian 10's: glibc, and the C++ library of GCC 8. */
export const FLOOR = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '8.0.0' };
/** Twice what an addon is now: enough for growth, not for one that was not stripped. */
const MAX_ADDON_ByteS = 1_000_000;

const ELF = { x64: 62, arm64: 183 };
const MACH_O = { x64: 0x01000007, arm64: 0x0100000c };
const PE = { x64: 0x8664, arm64: 0xaa64 };

/** For which platform and processor a binary is: `linux-x64`, as far as its first bytes tell. */
export function binaryKind(file) {
  const head = readFileSync(file).subarray(0, 4096);
  const named = (platform, machines, machine) => {
    const arch = Object.keys(machines).find((name) => machines[name] === machine);
    return `${platform}-${arch ?? `0x${machine.toString(16)}`}`;
  };
  if (head.length < 64) return 'no binary';
  if (head.readUInt32BE(0) === 0x7f454c46) return named('linux', ELF, head.readUInt16LE(18));
  if (head.readUInt32LE(0) === 0xfeedfacf) return named('darwin', MACH_O, head.readUInt32LE(4));
  const pe = head.readUInt16BE(0) === 0x4d5a ? head.readUInt32LE(0x3c) : head.length;
  if (pe + 6 <= head.length && head.readUInt32BE(pe) === 0x50450000) return named('win32', PE, head.readUInt16LE(pe + 4));
  return 'no binary';
}

const newer = (a, b) => a.localeCompare(b, 'en', { numeric: true }) > 0;

/**
 * The highest symbol version of each library that an ELF file needs: { GLIBC: '2.17', ... }; of musl nothing has one.
 * readelf reads those of any processor.
 */
export function symbolVersions(file) {
  const { ok, missing, stdout, output } = run('readelf', ['--version-info', '--wide', file], { env: { ...process.env, LC_ALL: 'C' } });
  if (missing) throw new DepsError('readelf is needed to see which symbols an addon asks for (Debian: binutils)');
  if (!ok) throw new DepsError(`readelf could not read ${file}:\n${output}`);
  const highest = {};
  for (const [, library, version] of stdout.matchAll(/Name: ([A-Z]+)_([\d.]+)/g)) {
    if (highest[library] === undefined || newer(version, highest[library])) highest[library] = version;
  }
  return highest;
}

/** What in those versions an older system does not have; one line each. */
export function tooNew(versions, floor = FLOOR) {
  return Object.entries(versions)
    .filter(([library, version]) => floor[library] === undefined || newer(version, floor[library]))
    .map(([library, version]) => `needs ${library}_${version}, ${floor[library] ? `the most allowed is ${floor[library]}` : 'which it must not need'}`);
}

function problemsOf(file, target, { version, tree: wanted }, project) {
  if (!existsSync(file)) return ['is missing'];
  const problems = [];
  const bytes = readFileSync(file).length;
  if (bytes > MAX_ADDON_ByteS) problems.push(`has ${bytes} bytes, more than ${MAX_ADDON_ByteS}: is it stripped?`);
  const kind = binaryKind(file);
  if (kind !== target.folder) return [...problems, `is ${kind === 'no binary' ? kind : `for ${kind}`}`];
  if (target.platform === 'linux') {
    const versions = symbolVersions(file);
    if (target.libc === 'glibc' && versions.GLIBC === undefined) problems.push('needs no glibc, so it is for another libc');
    problems.push(...tooNew(versions, target.libc === 'musl' ? {} : FLOOR));
  }
  const description = join(dirname(file), 'engine.json');
  if (!existsSync(description)) return [...problems, 'has no engine.json beside it'];
  const { id, tree, sources } = JSON.parse(readFileSync(description, 'utf8'));
  if (id !== version) problems.push(`is described as nghttp2 ${id}`);
  else if (tree !== wanted) problems.push(`has another tree of nghttp2 ${id} than the manifest`);
  if (sources !== sourcesSum(project)) problems.push('was built from other sources than are here');
  return problems;
}

/** Says one line for each addon that is as it should be, or throws with all that is wrong. */
export function checkPrebuilds(out, targets, manifest, project, versions = carried(manifest)) {
  const wrong = [];
  const right = [];
  for (const target of targets) {
    for (const [version, folder] of versions) {
      const name = join(folder, target.folder, target.file);
      const file = join(out, name);
      const problems = problemsOf(file, target, findVersion(manifest, version), project);
      for (const problem of problems) wrong.push(`  ${name} ${problem}`);
      if (problems.length === 0) right.push(`${name}: nghttp2 ${version}, ${readFileSync(file).length} bytes${needs(target, file)}`);
    }
  }
  if (wrong.length) throw new DepsError(`the prebuilt addons in ${out} are not what the package needs:\n${wrong.join('\n')}`);
  return right;
}

function needs(target, file) {
  if (target.platform !== 'linux') return '';
  const all = Object.entries(symbolVersions(file)).map(([library, version]) => `${library}_${version}`);
  return all.length ? `, needs ${all.join(', ')}` : '';
}
