// A release of nghttp2 that is made for a test, its manifest, and the command that gets it. Each test has a folder of its own.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect } from 'vitest';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const command = join(project, 'tools/nghttp2.mjs');

export const sum = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

const HEADER = 'typedef int nghttp2_placeholder;\n';
export const SESSION = 'int nghttp2_session_limit(void) {\n  return 0;\n}\n';
const VERSION_TEMPLATE = '#define NGHTTP2_VERSION "@PACKAGE_VERSION@"\n#define NGHTTP2_VERSION_NUM @PACKAGE_VERSION_NUM@\n';
export const GOOD_PATCH = `--- a/lib/nghttp2_session.c
+++ b/lib/nghttp2_session.c
@@ -1,3 +1,3 @@
 int nghttp2_session_limit(void) {
-  return 0;
+  return 1000;
 }
`;

export let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'duetto-deps-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

export const write = (path: string, text: string) => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

export function writeTree(folder: string, version = '9.8.7') {
  write(`${folder}/lib/includes/nghttp2/nghttp2.h`, HEADER);
  write(`${folder}/lib/includes/nghttp2/nghttp2ver.h.in`, VERSION_TEMPLATE);
  write(`${folder}/lib/nghttp2_session.c`, SESSION);
  write(`${folder}/configure.ac`, `AC_INIT([nghttp2], [${version}], [someone])\n`);
  write(`${folder}/doc/readme`, 'not needed for a build\n');
}

/** Packs a folder of the test's into mirror/NAME; returns its checksum. */
export function pack(folder: string, name: string) {
  mkdirSync(join(dir, 'mirror'), { recursive: true });
  const file = join(dir, 'mirror', name);
  const { status, stderr } = spawnSync('tar', ['-czf', file, '-C', dir, folder], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return sum(readFileSync(file));
}

/** A mirror with one release, a patch, and the manifest for them; returns the checksum of the archive. */
export function writeRelease({ patch = GOOD_PATCH, patchSum = sum(patch) }: { patch?: string; patchSum?: string } = {}) {
  writeTree('nghttp2-9.8.7');
  write('patches/9.8.7/fix.patch', patch);
  const sha256 = pack('nghttp2-9.8.7', 'source.tar.gz');
  const entry = {
    version: '9.8.7',
    summary: 'made for a test',
    // Port 9 of the loopback: nothing listens, and it leaves the machine in no case.
    archives: [{ file: 'source.tar.gz', sha256, url: 'http://127.0.0.1:9/source.tar.gz' }],
    patches: [{ name: 'fix', file: '9.8.7/fix.patch', sha256: patchSum, reason: 'a test' }],
  };
  write('manifest.json', JSON.stringify({ format: 2, default: '9.8.7', versions: [entry] }));
  return sha256;
}

/** Changes the manifest's only version. */
export function amend(change: (entry: any) => void) {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  change(manifest.versions[0]);
  write('manifest.json', JSON.stringify(manifest));
}

export function run(args: string[], { mirror = join(dir, 'mirror'), env = {} }: { mirror?: string; env?: object } = {}) {
  const inherited = { ...process.env, DUETTO_NGHTTP2: '', DUETTO_NGHTTP2_MIRROR: mirror };
  const paths = ['--manifest', join(dir, 'manifest.json'), '--root', join(dir, 'deps')];
  const result = spawnSync(process.execPath, [command, ...args, ...paths], { encoding: 'utf8', env: { ...inherited, ...env } });
  return { status: result.status, output: result.stdout + result.stderr };
}

export const made = (path: string) => join(dir, 'deps/nghttp2', path);
export const active = () => JSON.parse(readFileSync(made('active.json'), 'utf8'));
