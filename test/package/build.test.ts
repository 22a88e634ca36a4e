// A platform for which there is no binary: what the user is told, and that it helps, with no network.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find } from '../helpers/child.ts';
import { install, pack, run, standard, succeed, temporary } from '../helpers/packed.ts';

let base: string;
let app: string;
let home: string;

/** A command that runs another without any network: a namespace of its own, which takes root or a kernel that lets users. */
const apart = [['unshare', '-n'], ['unshare', '-rn']].find(([program, ...args]) => spawnSync(program!, [...args, 'true']).status === 0);
const duetto = (...args: string[]) => [process.execPath, path.join(home, 'cli/main.mjs'), ...args];
const offline = (command: string[]) => {
  const [program, ...args] = [...apart ?? [], ...command];
  return run(program!, args, { cwd: app, env: { DUETTO_NGHTTP2_MIRROR: undefined } });
};
const version = () => run(process.execPath, ['-p', "require('duetto').nghttp2.version"], { cwd: app });

describe.skipIf(process.platform !== 'linux' || !find('c++'))('a platform without a binary', () => {
  beforeAll(async () => {
    base = temporary('build');
    app = path.join(base, 'app');
    home = path.join(app, 'node_modules/duetto');
    await install(await pack(base), app);
    expect((await version()).out).toBe(`${standard}\n`);
    fs.rmSync(path.join(home, 'prebuilds'), { recursive: true });
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('the error names the platform and the command', async () => {
    const { err, code } = await version();
    expect(code).not.toBe(0);
    expect(err).toMatch(new RegExp(`duetto: there is no binary for ${process.platform}-${process.arch}, (glibc [\\d.]+|musl) \\(Node ${process.version}\\) in `));
    expect(err).toContain(': npx duetto build');
    expect(err).toContain('ERR_DUETTO_ENGINE');
  });

  test('so does the error of a binary that the system cannot load', async () => {
    const folder = path.join(home, `prebuilds/${process.platform}-${process.arch}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'duetto.node'), 'of some other system');
    const { err, code } = await version();
    fs.rmSync(path.join(home, 'prebuilds'), { recursive: true });
    expect(code).not.toBe(0);
    expect(err).toMatch(new RegExp(`duetto: .*duetto\\.node cannot be loaded on this system \\(${process.platform}-${process.arch}, .*\\): .+npx duetto build`));
  });

  test('without a compiler the command says what is missing', async () => {
    const { err, code } = await run(process.execPath, duetto('build').slice(1), { cwd: app, env: { PATH: '/nonexistent', CC: undefined, CXX: undefined } });
    expect(code).toBe(1);
    expect(err).toContain('a C compiler, a C++20 compiler');
  });

  test('a source that is not the reviewed one is not built', async () => {
    const file = path.join(home, 'deps/nghttp2', standard, 'lib/nghttp2_session.c');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, `${text}\nint added;\n`);
    const { err, code } = await offline(duetto('build'));
    fs.writeFileSync(file, text);
    expect(code).toBe(1);
    expect(err).toContain('is not what was reviewed');
    expect(fs.existsSync(path.join(home, 'build'))).toBe(false);
  });

  test('the command builds it from the package alone, without a network', async ({ skip }) => {
    if (!apart) skip('this machine lets nobody have a network namespace (unshare -n)');
    const { out, err, code } = await offline(duetto('build'));
    expect(code, err).toBe(0);
    expect(out).toContain(`with nghttp2 ${standard}`);
    expect((await version()).out).toBe(`${standard}\n`);
    const script = `
      const http2 = require('duetto');
      const server = http2.createServer((request, response) => response.end('built here')).listen(0, () => {
        const client = http2.connect('http://localhost:' + server.address().port);
        client.request().setEncoding('utf8').on('data', (text) => console.log(text)).on('close', () => { client.close(); server.close(); });
      });`;
    expect(await succeed(process.execPath, ['-e', script], { cwd: app })).toBe('built here\n');
    const symbols = spawnSync('nm', ['-D', path.join(home, 'build/Release/duetto.node')], { encoding: 'utf8' }).stdout;
    // Of the two names that the addon shows, and none of nghttp2: its own are not mixed with those of the node binary.
    if (symbols) {
      expect(symbols.split('\n').filter((line) => / T /.test(line)).map((line) => line.split(' ').at(-1)).sort())
        .toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
      expect(symbols).not.toContain('nghttp2_');
    }
  }, 240_000);
});
