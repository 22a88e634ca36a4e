// The npm package, installed from its tarball: what it carries, and what can be done with it.

import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { plainEnvironment } from '../helpers/engines.ts';

const manifest = JSON.parse(fs.readFileSync(path.join(project, 'deps/manifest.json'), 'utf8'));
const versions: string[] = manifest.versions.map(({ version }: { version: string }) => version);
const standard: string = manifest.default;
const newest = versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)!;

interface Ran {
  out: string;
  err: string;
  code: unknown;
}

let base: string;
let app: string;

function run(program: string, args: string[], { cwd = app, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: plainEnvironment(env), timeout: 240_000, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ out, err, code: error ? error.code : 0 }));
  });
}

async function succeed(...args: Parameters<typeof run>): Promise<string> {
  const { out, err, code } = await run(...args);
  if (code !== 0) throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}

const node = (script: string, env?: NodeJS.ProcessEnv) => succeed(process.execPath, ['-p', script], { env });
const duetto = (args: string[], env?: NodeJS.ProcessEnv) => run(path.join(app, 'node_modules/.bin/duetto'), args, { env });

/** A copy of what goes into the package, so that the checkout stays as it is; and engines built for it. */
async function pack(): Promise<string> {
  const copy = path.join(base, 'package');
  const leftOut = ['deps/nghttp2', 'deps/download', 'bench/results'].map((name) => path.join(project, name));
  for (const name of ['package.json', 'README.md', 'LICENSE', 'dist', 'docs', 'cli', 'bench', 'deps', 'native', 'binding.gyp', 'CMakeLists.txt']) {
    fs.cpSync(path.join(project, name), path.join(copy, name), {
      recursive: true, filter: (file) => !leftOut.includes(file),
    });
  }
  await succeed(process.execPath, [path.join(project, 'deps/prebuild.mjs'), '--out', copy], { cwd: project });
  const packed = await succeed('npm', ['pack', '--silent', '--pack-destination', base], { cwd: copy });
  return path.join(base, packed.trim().split('\n').at(-1)!);
}

describe.skipIf(process.platform !== 'linux')('the installed package', () => {
  let tarball: string;

  beforeAll(async () => {
    base = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-package-'));
    app = path.join(base, 'app');
    fs.mkdirSync(app);
    fs.writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "private": true }\n');
    tarball = await pack();
    await succeed('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  }, 300_000);

  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('is installed without a script, with what it needs and no more', () => {
    const installed = JSON.parse(fs.readFileSync(path.join(app, 'node_modules/duetto/package.json'), 'utf8'));
    expect(Object.keys(installed.scripts).filter((name) => /install$|^prepare$/.test(name))).toEqual([]);
    expect(fs.readdirSync(path.join(app, 'node_modules')).filter((name) => !name.startsWith('.')).sort())
      .toEqual(['duetto', 'node-addon-api', 'node-gyp-build']);
  });

  test('runs on the default nghttp2', async () => {
    expect((await node("require('duetto').nghttp2.version")).trim()).toBe(standard);
  });

  test('runs on the newest when the variable says so, with nothing built', async () => {
    const noCompiler = { PATH: path.dirname(process.execPath), DUETTO_NGHTTP2: newest };
    expect((await node("require('duetto').nghttp2.version", noCompiler)).trim()).toBe(newest);
    expect((await succeed(process.execPath, ['--require', 'duetto/register', '-p', "require('http2').nghttp2.version"],
      { env: noCompiler })).trim()).toBe(newest);
    expect((await node(`require('duetto').engine('${newest}').nghttp2.version`)).trim()).toBe(newest);
  });

  test('a server on the newest answers a client on the default, in one process', async () => {
    const script = `
      const old = require('duetto');
      const recent = old.engine('${newest}');
      const server = recent.createServer((request, response) => response.end('from ' + recent.nghttp2.version)).listen(0, () => {
        const client = old.connect('http://localhost:' + server.address().port);
        client.request().setEncoding('utf8').on('data', (text) => console.log(text)).on('close', () => { client.close(); server.close(); });
      });`;
    expect((await succeed(process.execPath, ['-e', script])).trim()).toBe(`from ${newest}`);
  });

  test('duetto nghttp2 list shows both as prebuilt', async () => {
    const { rows } = JSON.parse((await duetto(['nghttp2', 'list', '--json'])).out);
    const prebuilt = rows.filter(({ built }: { built?: string }) => built === 'prebuilt');
    expect(prebuilt.map(({ id, active }: { id: string; active: boolean }) => [id, active])).toEqual([[standard, true], [newest, false]]);
  });

  test('duetto nghttp2 compare works from there', async () => {
    const { out, code } = await duetto(['nghttp2', 'compare', standard, newest, '--only', 'talk/']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${standard} to ${newest}: `, 'm'));
    expect(fs.existsSync(path.join(app, `duetto-compare-${standard}-${newest}.md`))).toBe(true);
  }, 60_000);

  test.skipIf(!find('c++'))('a tree with changes of one\'s own is built beside the others, which stay', async () => {
    const tree = path.join(base, 'changed');
    fs.cpSync(path.join(project, 'deps/nghttp2', newest), tree, { recursive: true });
    const file = path.join(tree, 'lib/nghttp2_helper.c');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('"Flow control error"', '"Flow control error, as we say"'));
    const { err, code } = await duetto(['nghttp2', 'build', tree]);
    expect(code, err).toBe(0);
    const { rows } = JSON.parse((await duetto(['nghttp2', 'list', '--json'])).out);
    const own = rows.find(({ id }: { id: string }) => id.startsWith(`${newest}-user-`));
    expect(own).toMatchObject({ built: 'side', active: false, summary: expect.stringContaining('unverified by the manifest') });
    expect((await node("require('duetto').nghttp2.version")).trim()).toBe(standard);
    const words = await succeed(process.execPath, ['-p', "require('./node_modules/duetto/dist/binding/load.js').native.errorString(-524)"],
      { env: { DUETTO_NGHTTP2: own.id } });
    expect(words.trim()).toBe('Flow control error, as we say');
  }, 300_000);
});
