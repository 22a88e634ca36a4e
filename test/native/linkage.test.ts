// The node binary has an nghttp2 of its own, with its symbols exported. The addon must use, and show, only its own.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const addon = join(project, 'build/Release/duetto.node');
const active = JSON.parse(readFileSync(join(project, 'deps/nghttp2/active.json'), 'utf8'));
const { version, patches } = createRequire(import.meta.url)(addon);

const dynamicSymbols = (file: string) => {
  const { status, stdout, error } = spawnSync('nm', ['-D', file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return error || status !== 0 ? undefined : stdout.split('\n');
};
const symbols = process.platform === 'linux' ? dynamicSymbols(addon) : undefined;

describe('the addon and its nghttp2', () => {
  test('the version inside is the one that deps/ fetched, with its patches', () => {
    // A user's own tree may call itself 1.71.0-DEV, and nghttp2_version() says so too.
    expect(version).toBe(active.version);
    expect(patches).toBe(active.patches.join(','));
  });

  test("node's own nghttp2 is another one, unless the two happen to be of one version", ({ skip }) => {
    if (process.versions.nghttp2 === active.version) skip(`this Node has nghttp2 ${active.version} as well`);
    expect(version).not.toBe(process.versions.nghttp2);
  });

  test('no nghttp2 symbol is exported or left to be found elsewhere', ({ skip }) => {
    if (!symbols) return skip('nm is missing (Debian: binutils), or this is not Linux');
    expect(symbols.filter((line) => line.includes('nghttp2_'))).toEqual([]);
  });

  test('the entry of Node-API is exported, and nothing else', ({ skip }) => {
    if (!symbols) return skip('nm is missing (Debian: binutils), or this is not Linux');
    const exported = symbols.filter((line) => /^[0-9a-f]+ /.test(line)).map((line) => line.split(' ').at(-1));
    expect(exported.sort()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });

  test('it needs nothing of V8 or libuv, so that one binary serves every Node', ({ skip }) => {
    if (!symbols) return skip('nm is missing (Debian: binutils), or this is not Linux');
    expect(symbols.filter((line) => / U (_ZN2v8|_ZN4node|uv_)/.test(line))).toEqual([]);
  });

  test('the binary is of a reasonable size', () => {
    expect(statSync(addon).size).toBeLessThan(4 << 20);
  });
});
