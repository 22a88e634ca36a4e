// Each patch of deps/patches does what it is for, and without it the fault is there. nghttp2 is compiled here without the
// addon: one tree for each number of patches, the first of them without any.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../deps/lib/manifest.mjs';
import { obtain } from '../../deps/lib/obtain.mjs';
import { applyPatch } from '../../deps/lib/patch.mjs';
import { sourcesOf, writeConfigHeader, writeVersionHeader } from '../../deps/lib/tree.mjs';
import { unpack } from '../../deps/lib/unpack.mjs';
import { find, project } from '../helpers/child.ts';

const manifest = readManifest(path.join(project, 'deps/manifest.json'));
const entries = manifest.versions.filter(({ patches }: { patches: unknown[] }) => patches.length > 0);
const faults = path.join(project, 'test/native/patches/faults.c');

/** The program of faults.c with the first `count` patches of a version. */
function compile(folder: string, archive: string, { version, patches }: any, count: number): string {
  const tree = path.join(folder, `${version}-${count}`);
  unpack(archive, tree);
  for (const { name, file } of patches.slice(0, count)) applyPatch(path.join(manifest.patches, file), tree, name);
  writeVersionHeader(tree, version);
  writeConfigHeader(tree);
  const program = path.join(tree, 'faults');
  const args = ['-g', '-O0', '-w', '-fsanitize=undefined', '-fno-sanitize-recover=undefined', '-DNGHTTP2_STATICLIB', '-DHAVE_CONFIG_H', '-DBUILDING_NGHTTP2',
    `-I${tree}/lib`, `-I${tree}/lib/includes`, ...sourcesOf(tree).map((file: string) => path.join(tree, file)), faults, '-o', program];
  const { status, stderr } = spawnSync('cc', args, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return program;
}

function run(program: string, fault: string) {
  const { status, signal, stdout, stderr } = spawnSync(program, [fault], { encoding: 'utf8', timeout: 30_000 });
  return { ended: signal ?? status, said: stdout + stderr };
}

const lacking = process.platform !== 'linux' ? 'weak symbols are tried on Linux only' : find('cc') ? '' : 'there is no C compiler';

describe.each(entries)('nghttp2 $version', (entry: any) => {
  let folder: string;
  let why = lacking;
  const programs: string[] = [];

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-patches-'));
    if (why) return;
    let archive: string;
    try {
      archive = (await obtain(entry, path.join(project, 'deps/download'))).file;
    } catch (error: any) {
      why = `nghttp2 ${entry.version} is not to be had: ${error.message}`;
      return;
    }
    for (let count = 0; count <= entry.patches.length; count++) programs.push(compile(folder, archive, entry, count));
  }, 120_000);
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test.for(entry.patches.map(({ name }: any, index: number) => [name, index]) as [string, number][])('%s: the fault is there without the patch, and gone with it', ([name, index], { skip }) => {
    if (why) return skip(why);
    const before = run(programs[index]!, name);
    expect(before.ended, before.said).not.toBe(0);
    // Those that follow take nothing back.
    for (const program of programs.slice(index + 1)) {
      const after = run(program, name);
      expect(after.ended, after.said).toBe(0);
    }
  });

  test('the last of them is an assertion that fails', ({ skip }) => {
    if (why) return skip(why);
    expect(run(programs.at(-2)!, 'CVE-2026-27135')).toMatchObject({ ended: 'SIGABRT', said: expect.stringMatching(/Assertion.*NGHTTP2_IB_IGN_ALL/) });
  });

  if (entry.version === '1.52.0') {
    test('the bucket of resets fills with time, and with no more than it holds', ({ skip }) => {
      if (why) return skip(why);
      const { ended, said } = run(programs.at(-1)!, 'bucket');
      expect(ended, said).toBe(0);
    });
  }

  test('each patch says its CVE and its reason', () => {
    for (const { name, file, reason } of entry.patches) {
      const text = fs.readFileSync(path.join(manifest.patches, file), 'utf8');
      expect(text).toMatch(new RegExp(`^${name}: .+\n\nReason: `));
      expect(reason).not.toBe('');
    }
  });
});
