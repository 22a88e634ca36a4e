// The check that every release goes through: it must find what is wrong with an addon.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourcesSum } from '../../deps/lib/engine.mjs';
import { binaryKind, checkPrebuilds, FLOOR, symbolVersions, tooNew } from '../../tools/prebuilds/check.mjs';
import { carried, findTarget, hostTarget, TARGETS } from '../../tools/prebuilds/targets.mjs';
import { find, project } from '../helpers/child.ts';
import { manifest, run, standard, temporary } from '../helpers/packed.ts';

const host = hostTarget();
const built = path.join(project, 'build/Release/duetto.node');
const readelf = find('readelf') ? '' : 'readelf is missing (Debian: binutils)';

/** As much of a binary as says what it is for. */
const heads: Record<string, () => Buffer> = {
  'linux-x64': () => elf(62), 'linux-arm64': () => elf(183),
  'darwin-x64': () => machO(0x01000007), 'darwin-arm64': () => machO(0x0100000c),
  'win32-x64': () => pe(0x8664), 'win32-arm64': () => pe(0xaa64),
};
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}
function machO(processor: number): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(processor, 4);
  return head;
}
function pe(machine: number): Buffer {
  const head = Buffer.alloc(256);
  head.write('MZ', 'latin1');
  head.writeUInt32LE(0x80, 0x3c);
  head.write('PE\0\0', 0x80, 'latin1');
  head.writeUInt16LE(machine, 0x84);
  return head;
}

let base: string;
let out: string;

const treeOf = (id: string): string => manifest.versions.find(({ version }: { version: string }) => version === id).tree;

/** prebuilds/ with an addon of every target that is none for Linux, and engine.json beside. */
function fill(): void {
  for (const target of TARGETS) {
    for (const [id, folder] of carried(manifest)) {
      const at = path.join(out, folder, target.folder);
      fs.mkdirSync(at, { recursive: true });
      fs.writeFileSync(path.join(at, target.file), heads[target.folder]!());
      fs.writeFileSync(path.join(at, 'engine.json'), JSON.stringify({ id, tree: treeOf(id), sources: sourcesSum(project) }));
    }
  }
}

const elsewhere = TARGETS.filter(({ platform }) => platform !== 'linux');
const check = (targets = elsewhere) => checkPrebuilds(out, targets, manifest, project);

describe('prebuilt addons are checked', () => {
  beforeAll(() => {
    base = temporary('prebuilds');
    out = path.join(base, 'package');
    fill();
  });
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('the list has four of Linux, two of macOS, two of Windows', () => {
    expect(TARGETS.map(({ name }) => name)).toEqual([
      'linux-x64-glibc', 'linux-arm64-glibc', 'linux-x64-musl', 'linux-arm64-musl', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64']);
    expect(() => findTarget('linux-mips')).toThrow(/linux-mips is none of the platforms/);
  });

  test('all there is well; one missing is named', () => {
    expect(check()).toHaveLength(elsewhere.length * carried(manifest).size);
    const gone = path.join(out, 'prebuilds/win32-arm64/duetto.node');
    const octets = fs.readFileSync(gone);
    fs.rmSync(gone);
    expect(() => check()).toThrow(/prebuilds\/win32-arm64\/duetto\.node is missing/);
    fs.writeFileSync(gone, octets);
    expect(check()).toHaveLength(elsewhere.length * carried(manifest).size);
  });

  test.for([
    ['for another processor', () => machO(0x01000007), /darwin-arm64\/duetto\.node is for darwin-x64/],
    ['for another system', () => elf(183), /darwin-arm64\/duetto\.node is for linux-arm64/],
    ['no binary', () => Buffer.from('<html>not found</html>'.repeat(10)), /darwin-arm64\/duetto\.node is no binary/],
    ['not stripped', () => Buffer.concat([machO(0x0100000c), Buffer.alloc(1_000_000)]), /is it stripped/],
  ] as const)('an addon that is %s', ([, content, message]) => {
    fs.writeFileSync(path.join(out, 'prebuilds/darwin-arm64/duetto.node'), content());
    expect(() => check()).toThrow(message);
    fs.writeFileSync(path.join(out, 'prebuilds/darwin-arm64/duetto.node'), heads['darwin-arm64']!());
  });

  test.for([
    ['of other sources', { id: standard, tree: treeOf(standard), sources: 'old' }, /was built from other sources/],
    ['of another tree', { id: standard, tree: 'old', sources: sourcesSum(project) }, /has another tree of nghttp2 /],
    ['of another nghttp2', { id: '1.0.0', sources: sourcesSum(project) }, /is described as nghttp2 1\.0\.0/],
  ] as const)('an addon %s', ([, description, message]) => {
    const file = path.join(out, 'prebuilds/darwin-arm64/engine.json');
    const text = fs.readFileSync(file);
    fs.writeFileSync(file, JSON.stringify(description));
    expect(() => check()).toThrow(message);
    fs.writeFileSync(file, text);
  });

  test('--check --all, as before a release, fails where only this platform was built', async () => {
    const { err, code } = await run(process.execPath,
      [path.join(project, 'tools/prebuilds/prebuild.mjs'), '--check', '--all', '--out', path.join(project, 'build-package')], { cwd: project });
    expect(code).toBe(1);
    for (const { folder, file } of elsewhere) expect(err).toContain(`prebuilds/${folder}/${file} is missing`);
  });
});

describe.skipIf(process.platform !== 'linux')('what an addon asks of the system', () => {
  test('this one loads on Debian 10: no symbol is newer than its glibc and its C++ library', ({ skip }) => {
    if (readelf) return skip(readelf);
    const versions = symbolVersions(built);
    expect(Object.keys(versions).sort()).toEqual(['CXXABI', 'GLIBC', 'GLIBCXX']);
    expect(tooNew(versions)).toEqual([]);
  });

  test('an addon with a newer symbol is refused', ({ skip }) => {
    if (readelf || !find('c++')) return skip(readelf || 'there is no C++ compiler');
    const folder = temporary('symbols');
    // What stood in the way once: shared_ptr, by a symbol of glibc 2.32; make_shared, by one of GCC 9's library.
    fs.writeFileSync(path.join(folder, 'new.cc'), '#include <memory>\n__attribute__((visibility("default"))) std::shared_ptr<int> give() { static auto one = std::make_shared<int>(1); return one; }\n');
    const { status, stderr } = spawnSync('c++', ['-std=c++20', '-fno-rtti', '-shared', '-fPIC', '-O2', path.join(folder, 'new.cc'), '-o', path.join(folder, 'new.node')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const problems = tooNew(symbolVersions(path.join(folder, 'new.node')));
    fs.rmSync(folder, { recursive: true });
    expect(problems.join('\n')).toMatch(/needs GLIBC_2\.32, the most allowed is 2\.28/);
    expect(tooNew({ GLIBC: '2.28', GLIBCXX: '3.4.26' })).toEqual(['needs GLIBCXX_3.4.26, the most allowed is 3.4.25']);
    expect(tooNew({ OTHER: '1' })).toEqual(['needs OTHER_1, which it must not need']);
    expect(tooNew(FLOOR)).toEqual([]);
  });

  test('the addon of this build is for this machine', () => {
    expect(binaryKind(built)).toBe(host.folder);
  });
});
