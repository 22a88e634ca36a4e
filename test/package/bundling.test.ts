// docs/bundling.md, tool by tool: each of its commands and settings is taken from there, and what comes out serves a request
// from a folder of its own.

import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { project } from '../helpers/child.ts';
import { exchange, servedBy } from '../helpers/exchange.ts';
import { install, pack, run, standard, succeed, temporary } from '../helpers/packed.ts';
import { runtime } from '../nodes/runtimes.mjs';
import { installBundlers } from './managers.mjs';

const page = fs.readFileSync(path.join(project, 'docs/bundling.md'), 'utf8');
const served = servedBy(standard);
const WORDS = /duetto: its code was bundled \(into .*\), and no addon lies beside it: keep duetto external/;

/** The command of that tool. */
const command = (tool: string): string[] => {
  const [, line] = new RegExp(`^npx ${tool} (.*)$`, 'm').exec(page)!;
  return line!.split(' ').map((word) => word.replaceAll('"', ''));
};
/** A file that the page shows. */
const shown = (name: string): string => new RegExp(`^\`\`\`js\n// ${name}\n([^]*?)^\`\`\``, 'm').exec(page)![1]!;

let base: string;
let app: string;
let tools: string | undefined;

/** A place without node_modules above it, with what was made and some of what the application has. */
function deploy(name: string, from: string, also: string[] = []): string {
  const to = path.join(base, 'deployed', name);
  fs.cpSync(path.join(app, from), to, { recursive: true });
  for (const item of also) fs.cpSync(path.join(app, item), path.join(to, path.basename(item) === 'prebuilds' ? 'prebuilds' : item), { recursive: true });
  return to;
}
const external = ['node_modules/duetto', 'node_modules/node-gyp-build'];
const inside = ['node_modules/duetto/prebuilds'];

const tool = (name: string, args: string[], cwd = app) => succeed(path.join(tools!, '.bin', name), args, { cwd });
const serves = async (folder: string, file: string) => expect(await succeed(process.execPath, [file], { cwd: folder })).toBe(served);
const saysSo = async (folder: string, file: string) => expect((await run(process.execPath, [file], { cwd: folder })).err).toMatch(WORDS);

describe.skipIf(process.platform !== 'linux')('an application', () => {
  beforeAll(async () => {
    base = temporary('bundling');
    app = path.join(base, 'app');
    await install(await pack(base), app);
    fs.writeFileSync(path.join(app, 'app.js'), `const http2 = require('duetto');\n${exchange}`);
    tools = installBundlers();
    if (tools === undefined) return;
    // Where its settings look for plugins.
    fs.symlinkSync(path.join(tools, '@rollup'), path.join(app, 'node_modules/@rollup'));
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  const bundled = (name: string, body: (skip: (why: string) => void) => Promise<void>) => test(name, async ({ skip }) => {
    if (tools === undefined) return skip('the bundlers are not to be had from npm now');
    fs.rmSync(path.join(app, 'out'), { recursive: true, force: true });
    await body(skip);
  }, 60_000);

  bundled('bundled by esbuild', async () => {
    await tool('esbuild', command('esbuild'));
    await serves(deploy('esbuild', 'out', external), 'app.js');
    await tool('esbuild', command('esbuild').filter((word) => word !== '--external:duetto'));
    await saysSo(deploy('esbuild-alone', 'out'), 'app.js');
    await serves(deploy('esbuild-inside', 'out', inside), 'app.js');
  });

  bundled('bundled by Rollup', async () => {
    const file = path.join(app, 'rollup.config.mjs');
    fs.writeFileSync(file, shown('rollup.config.mjs'));
    await tool('rollup', command('rollup'));
    await serves(deploy('rollup', 'out', external), 'app.cjs');
    fs.writeFileSync(file, shown('rollup.config.mjs').replace("external: ['duetto'],\n", '').replace('commonjs()', 'commonjs({ ignoreDynamicRequires: true })'));
    await tool('rollup', command('rollup'));
    await saysSo(deploy('rollup-alone', 'out'), 'app.cjs');
    await serves(deploy('rollup-inside', 'out', inside), 'app.cjs');
  });

  bundled('bundled by webpack', async () => {
    const file = path.join(app, 'webpack.config.cjs');
    fs.writeFileSync(file, shown('webpack.config.cjs'));
    await tool('webpack', command('webpack'));
    await serves(deploy('webpack', 'out', external), 'app.js');
    fs.writeFileSync(file, shown('webpack.config.cjs').replace(/externals: .*\n/, ''));
    await tool('webpack', command('webpack'));
    await saysSo(deploy('webpack-alone', 'out'), 'app.js');
    await serves(deploy('webpack-inside', 'out', inside), 'app.js');
  });

  bundled('bundled by ncc', async () => {
    await tool('ncc', command('ncc'));
    await serves(deploy('ncc', 'out'), 'index.js');
    fs.rmSync(path.join(app, 'out/prebuilds'), { recursive: true });
    await saysSo(deploy('ncc-alone', 'out'), 'index.js');
  });

  bundled('traced by @vercel/nft', async () => {
    const { nodeFileTrace } = createRequire(path.join(tools!, 'x'))('@vercel/nft');
    const { fileList } = await nodeFileTrace([path.join(app, 'app.js')], { base: app });
    const to = path.join(base, 'deployed/nft');
    for (const file of fileList) fs.cpSync(path.join(app, file), path.join(to, file));
    await serves(to, 'app.js');
  });

  bundled('in a single executable', async () => {
    const to = path.join(base, 'deployed/sea');
    fs.mkdirSync(to, { recursive: true });
    fs.writeFileSync(path.join(to, 'sea.cjs'), shown('sea.cjs') + exchange);
    fs.writeFileSync(path.join(to, 'sea.json'), JSON.stringify({ main: 'sea.cjs', output: 'sea.blob', disableExperimentalSEAWarning: true }));
    await succeed(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: to });
    const program = path.join(to, 'app');
    fs.copyFileSync(process.execPath, program);
    fs.chmodSync(program, 0o755);
    await tool('postject', [program, 'NODE_SEA_BLOB', path.join(to, 'sea.blob'), '--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'], to);
    for (const item of external) fs.cpSync(path.join(app, item), path.join(to, item), { recursive: true });
    expect(await succeed(program, [], { cwd: to })).toBe(served);
  });

  bundled('in an asar archive has its addons outside of it', async () => {
    await tool('asar', command('asar'), base);
    const { listPackage } = createRequire(path.join(tools!, 'x'))('@electron/asar');
    const addon = 'node_modules/duetto/prebuilds';
    expect(listPackage(path.join(base, 'app.asar'), {})).toContain('/node_modules/duetto/dist/index.js');
    const unpacked = fs.readdirSync(path.join(base, 'app.asar.unpacked', addon), { recursive: true }) as string[];
    expect(unpacked.filter((name) => name.endsWith('.node')).length).toBeGreaterThan(0);
    expect(fs.existsSync(path.join(base, 'app.asar.unpacked/node_modules/duetto/dist'))).toBe(false);
  });

  bundled('rebuilt for Electron is left as it is', async (skip) => {
    const node = runtime('24');
    if (!node) return skip('@electron/rebuild wants Node 22 or newer: node test/nodes/runtimes.mjs 24');
    const manifest = path.join(app, 'package.json');
    fs.writeFileSync(manifest, JSON.stringify({ ...JSON.parse(fs.readFileSync(manifest, 'utf8')), dependencies: { duetto: '*' } }));
    const before = fs.readdirSync(path.join(app, 'node_modules/duetto'));
    const script = `import { rebuild } from ${JSON.stringify(path.join(tools!, '@electron/rebuild/lib/main.js'))};
      await rebuild({ buildPath: ${JSON.stringify(app)}, electronVersion: '33.0.0', force: true, onlyModules: ['duetto'] });
      console.log('rebuilt');`;
    expect(await succeed(node, ['--input-type=module', '--eval', script], { cwd: app })).toContain('rebuilt');
    expect(fs.readdirSync(path.join(app, 'node_modules/duetto'))).toEqual(before);
  });

  // The flag's name, and what each says by itself, are Node's.
  describe.each(['20', '24', '26'])('under the permission model of Node %s', (line) => {
    const node = runtime(line) ?? (process.versions.node.startsWith(`${line}.`) ? process.execPath : undefined);
    const lacking = node ? '' : `Node ${line} is not installed here: node test/nodes/runtimes.mjs ${line}`;
    const permission = () => line === '20' ? '--experimental-permission' : '--permission';
    const network = line === '26' ? ['--allow-net'] : [];
    const read = () => `--allow-fs-read=${app}/*`;

    test('with the documented rights', async ({ skip }) => {
      if (lacking) return skip(lacking);
      const [, ...documented] = /^node (--permission) (--allow-addons) (--allow-fs-read)=/m.exec(page)!;
      expect(documented).toEqual(['--permission', '--allow-addons', '--allow-fs-read']);
      expect(await succeed(node!, [permission(), '--allow-addons', ...network, read(), 'app.js'], { cwd: app })).toBe(served);
    });

    test('without one of them the flag is named', async ({ skip }) => {
      if (lacking) return skip(lacking);
      expect((await run(node!, [permission(), read(), 'app.js'], { cwd: app })).err).toMatch(/duetto: Node was not given the right to load addons.*--allow-addons/);
      const { err } = await run(node!, [permission(), '--allow-addons', `--allow-fs-read=${app}/app.js`, 'app.js'], { cwd: app });
      expect(err).toContain('ERR_ACCESS_DENIED');
      expect(err).toMatch(/FileSystemRead/);
    });
  });
});
