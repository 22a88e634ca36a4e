// What is in the package: all that it needs and nothing else, and little of it.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carried, hostTarget, TARGETS } from '../../tools/prebuilds/targets.mjs';
import { project } from '../helpers/child.ts';
import { install, lackingNewest, manifest, pack, standard, temporary } from '../helpers/packed.ts';

/** Of the files as they lie on the disk of one platform. */
const MOST_OCTETS = 3_200_000;

let base: string;
let home: string;
let files: string[];

function filesBelow(folder: string): string[] {
  return (fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((item) => item.isFile())
    .map((item) => path.relative(folder, path.join(item.parentPath, item.name)).replaceAll('\\', '/')).sort();
}

const sizeOf = (folder: string, names: string[]) => names.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
const among = (pattern: RegExp) => files.filter((name) => pattern.test(name));
const inCheckout = (folder: string, pattern: RegExp) =>
  filesBelow(path.join(project, folder)).filter((name) => pattern.test(name)).map((name) => `${folder}/${name}`);

describe.skipIf(process.platform !== 'linux')('the content of the package', () => {
  beforeAll(async () => {
    base = temporary('content');
    await install(await pack(base), path.join(base, 'app'));
    home = path.join(base, 'app/node_modules/duetto');
    files = filesBelow(home);
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('the library as one file, what a process has once however many engines it loads, and types of every file', () => {
    const sources = inCheckout('lib', /\.m?ts$/).map((name) => name.replace(/^lib/, 'dist'));
    // The others are in dist/index.js. The tools use the addon by itself.
    const alone = sources.filter((name) => /^dist\/([^/]+|(binding|engine|register)\/[^/]+|node-internals\/(allowed|loaded-modules|module-load)\.[^/]+)$/.test(name));
    expect(among(/^dist\//)).toEqual([
      ...alone.map((name) => name.replace(/ts$/, 'js')),
      ...sources.map((name) => name.replace(/\.(m?)ts$/, '.d.$1ts')),
    ].sort());
    expect(alone).toContain('dist/engine/instances.ts');
  });

  test('prebuilt addons of this platform, each described', () => {
    const { folder, file } = hostTarget();
    const expected = [...carried(manifest, { withNewest: !lackingNewest() }).values()].flatMap((at) => [`${at}/${folder}/${file}`, `${at}/${folder}/engine.json`]);
    expect(among(/^prebuilds\//)).toEqual(expected.sort());
  });

  test('native sources, and the reviewed source of the nghttp2 that is built in by default', () => {
    expect(among(/^native\//)).toEqual(inCheckout('native', /./));
    const tree = `deps/nghttp2/${standard}`;
    expect(among(/^deps\/nghttp2\//)).toEqual(inCheckout(tree, /./));
    for (const name of ['COPYING', 'source.json', 'lib/nghttp2_session.c', 'lib/includes/nghttp2/nghttp2.h', 'lib/includes/nghttp2/nghttp2ver.h', 'lib/config.h']) {
      expect(files).toContain(`${tree}/${name}`);
    }
  });

  test('the command, what builds, documentation and licence; nothing else', () => {
    const rest = among(/^(?!dist\/|prebuilds\/|native\/|deps\/nghttp2\/)/);
    expect(rest).toEqual([
      // A binding.gyp at the root would be built on installation.
      'CHANGELOG.md', 'CMakeLists.txt', 'LICENSE', 'README.md', 'package.json', 'deps/manifest.json', 'deps/binding.gyp',
      ...inCheckout('deps', /^((lib\/)?[\w-]+\.mjs|patches\/.*\.patch)$/), ...inCheckout('cli', /./), ...inCheckout('docs', /\.md$/),
      // What `duetto nghttp2 compare` measures.
      ...['bulk', 'client', 'idle', 'server', 'small'].map((name) => `bench/cases/${name}.mjs`),
      ...['idle-sessions', 'open-streams', 'requests'].map((name) => `bench/clients/${name}.mjs`),
      ...['answer', 'children', 'load', 'materials', 'peer', 'serve', 'statistics'].map((name) => `bench/harness/${name}.mjs`),
      ...['download', 'hello-compat', 'hello-core', 'hold', 'upload'].map((name) => `bench/servers/${name}.mjs`),
    ].sort());
  });

  test('each file that one of its tools imports, and of deps/ what the command and the builds run', () => {
    const imported = (name: string) => [...fs.readFileSync(path.join(home, name), 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)]
      .map(([, to]) => path.posix.join(path.posix.dirname(name), to!));
    const tools = among(/^(cli|deps|bench)\/.*\.mjs$/);
    for (const name of tools) for (const to of imported(name)) expect(files, `imported by ${name}`).toContain(to);
    // deps/build.mjs is what the command runs, deps/gyp.mjs what binding.gyp and CMakeLists.txt ask.
    const reached = new Set(['deps/build.mjs', 'deps/gyp.mjs', ...tools.filter((name) => name.startsWith('cli/'))]);
    for (const name of reached) for (const to of imported(name)) reached.add(to);
    expect(tools.filter((name) => name.startsWith('deps/') && !reached.has(name))).toEqual([]);
  });

  test(`with the addons of one platform it has less than ${MOST_OCTETS} octets`, () => {
    const octets = sizeOf(home, files);
    expect(octets).toBeLessThan(MOST_OCTETS);
    // One that was packed without its addons or its nghttp2 would be small as well.
    expect(octets).toBeGreaterThan(1_000_000);
  });

  test('three small packages come with it, and no script runs on installation', () => {
    const modules = path.join(base, 'app/node_modules');
    const names = fs.readdirSync(modules).filter((name) => !name.startsWith('.')).sort();
    expect(names).toEqual(['duetto', 'node-addon-api', 'node-api-headers', 'node-gyp-build']);
    const others = names.filter((name) => name !== 'duetto');
    expect(others.reduce((sum, name) => sum + sizeOf(path.join(modules, name), filesBelow(path.join(modules, name))), 0)).toBeLessThan(700_000);
    const { scripts } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8'));
    expect(Object.keys(scripts).filter((name) => /install$|^prepare$/.test(name))).toEqual([]);
  });

  test('it says where it comes from, and has the changes of its version', () => {
    const { version, repository, homepage, bugs } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8'));
    expect(repository.url).toMatch(/^git\+https:\/\/.*\.git$/);
    const address = repository.url.replace(/^git\+|\.git$/g, '');
    expect([homepage, bugs.url ?? bugs]).toEqual([`${address}#readme`, `${address}/issues`]);
    expect(fs.readFileSync(path.join(home, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}`);
  });

  test('prebuilds/ of the checkout has a page, and git takes nothing else there', ({ skip }) => {
    const page = fs.readFileSync(path.join(project, 'prebuilds/README.md'), 'utf8');
    for (const at of carried(manifest).values()) expect(page).toContain(at === 'prebuilds' ? '`<platform>-<arch>/duetto' : '`<version>/prebuilds/<platform>-<arch>/duetto');
    const ignored = (file: string) => spawnSync('git', ['-C', project, 'check-ignore', '-q', file]).status;
    if (ignored('node_modules/x') !== 0) return skip('this is no git checkout');
    const { folder, file } = hostTarget();
    for (const at of carried(manifest).values()) expect(ignored(`${at}/${folder}/${file}`)).toBe(0);
    expect(ignored('prebuilds/README.md')).toBe(1);
  });

  test('the platforms of the documentation are those of the list', () => {
    const page = fs.readFileSync(path.join(project, 'docs/platforms.md'), 'utf8');
    for (const { name } of TARGETS) expect(page).toContain(`| \`${name}\` |`);
  });
});
