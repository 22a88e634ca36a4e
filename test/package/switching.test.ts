// Whoever chooses an nghttp2 gets it, or an error: in one checkout, there and back again, with each build system.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireContent } from '../../deps/lib/loaded.mjs';
import { find, project } from '../helpers/child.ts';
import { manifest, run, standard, succeed, temporary } from '../helpers/packed.ts';

const other = manifest.versions.map(({ version }: { version: string }) => version).find((version: string) => version !== standard);
const built = path.join(project, 'build/Release/duetto.node');

const lacking = process.platform !== 'linux' ? 'Linux only' : ['c++', 'make', 'cmake', 'python3'].filter((name) => !find(name)).map((name) => `${name} is missing`).join(', ');

describe('a checkout in which nghttp2 is changed', () => {
  let base: string;
  let why = lacking;
  const node = (...args: string[]) => run(process.execPath, args, { cwd: base, env: { DUETTO_NGHTTP2_MIRROR: path.join(project, 'deps/download') } });

  beforeAll(async () => {
    base = temporary('switching');
    if (why) return;
    const kept = ['deps/nghttp2'].map((name) => path.join(project, name));
    for (const name of ['deps', 'tools', 'native', 'binding.gyp', 'CMakeLists.txt', 'package.json']) {
      fs.cpSync(path.join(project, name), path.join(base, name), { recursive: true, filter: (file) => !kept.includes(file) });
    }
    fs.symlinkSync(path.join(project, 'node_modules'), path.join(base, 'node_modules'));
    const { code, err } = await node('tools/nghttp2.mjs', 'fetch', other);
    if (code !== 0) why = err;
  }, 60_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test.for(['gyp', 'cmake'])('has what was last chosen, with %s', async (builder, { skip }) => {
    if (why) return skip(why);
    // The second time nothing is compiled, and everything is older than what was linked last.
    for (const version of [standard, other, standard]) {
      await succeed(process.execPath, ['tools/nghttp2.mjs', 'fetch', version], { cwd: base, env: { DUETTO_NGHTTP2_MIRROR: path.join(project, 'deps/download') } });
      // Without optimisation, for the time it takes.
      await succeed(process.execPath, ['deps/build.mjs', '--with', builder, '--debug'], { cwd: base });
      expect(await succeed(process.execPath, ['-p', "require('./build-debug/duetto.node').version"], { cwd: base })).toBe(`${version}\n`);
    }
  }, 240_000);

  test('a build that would have another in it is an error, and leaves no addon', async ({ skip }) => {
    if (why) return skip(why);
    await succeed(process.execPath, ['tools/nghttp2.mjs', 'fetch', other], { cwd: base });
    const { tree } = JSON.parse(fs.readFileSync(path.join(base, 'deps/nghttp2/active.json'), 'utf8'));
    // As if the library were made of this tree already: make, which goes by times, then links the one that is there.
    const out = path.join(base, 'build-gyp/debug/build/Debug');
    fs.writeFileSync(path.join(out, 'nghttp2.tree'), tree);
    const { err, code } = await node('deps/build.mjs', '--debug', '--with', 'gyp');
    expect(code).toBe(1);
    expect(err).toContain(`what was built is not nghttp2 ${other}`);
    expect(err).toMatch(new RegExp(`version +asked for ${other}, built was ${standard}`));
    expect(err).toMatch(new RegExp(`tree +asked for ${tree}, built was [0-9a-f]{64}`));
    expect(fs.existsSync(path.join(out, 'duetto.node'))).toBe(false);
  }, 120_000);
});

describe('what is in an addon is compared with what was asked for', () => {
  const asked = JSON.parse(fs.readFileSync(path.join(path.dirname(built), 'engine.json'), 'utf8'));

  test('the same', () => {
    expect(() => requireContent(built, asked)).not.toThrow();
  });

  test.each([
    ['version', { version: '1.0.0' }, /version +asked for 1\.0\.0, built was /],
    ['patches', { patches: [] }, /patches +asked for none, built was /],
    ['tree', { tree: 'x' }, /tree +asked for x, built was [0-9a-f]{64}/],
  ])('another %s', (_what, difference, message) => {
    expect(() => requireContent(built, { ...asked, ...difference })).toThrow(message);
  });

  test('one that cannot be loaded', () => {
    expect(() => requireContent(path.join(project, 'package.json'), asked)).toThrow('what was built is not nghttp2');
    expect(() => requireContent(path.join(project, 'none.node'), asked)).toThrow('cannot be loaded');
  });
});
