// The nghttp2 versions of the installed package: those that it carries, and those that are built beside them.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { install, lackingNewest, newest, pack, run, standard, succeed, temporary } from '../helpers/packed.ts';

let base: string;
let app: string;

const node = (script: string, env?: NodeJS.ProcessEnv) => succeed(process.execPath, ['-p', script], { cwd: app, env });
const duetto = (args: string[], env?: NodeJS.ProcessEnv) => run(path.join(app, 'node_modules/.bin/duetto'), args, { cwd: app, env });

describe.skipIf(process.platform !== 'linux')('the installed package', () => {
  beforeAll(async () => {
    base = temporary('engines');
    app = path.join(base, 'app');
    await install(await pack(base), app);
  }, 300_000);

  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('runs on the default nghttp2', async () => {
    expect((await node("require('duetto').nghttp2.version")).trim()).toBe(standard);
  });

  test('runs on the newest when the variable says so, with nothing built', async ({ skip }) => {
    if (lackingNewest()) return skip(lackingNewest());
    const noCompiler = { PATH: path.dirname(process.execPath), DUETTO_NGHTTP2: newest };
    expect((await node("require('duetto').nghttp2.version", noCompiler)).trim()).toBe(newest);
    expect((await succeed(process.execPath, ['--require', 'duetto/register', '-p', "require('http2').nghttp2.version"],
      { cwd: app, env: noCompiler })).trim()).toBe(newest);
    expect((await node(`require('duetto').engine('${newest}').nghttp2.version`)).trim()).toBe(newest);
  });

  test('a server on the newest answers a client on the default, in one process', async ({ skip }) => {
    if (lackingNewest()) return skip(lackingNewest());
    const script = `
      const old = require('duetto');
      const recent = old.engine('${newest}');
      const server = recent.createServer((request, response) => response.end('from ' + recent.nghttp2.version)).listen(0, () => {
        const client = old.connect('http://localhost:' + server.address().port);
        client.request().setEncoding('utf8').on('data', (text) => console.log(text)).on('close', () => { client.close(); server.close(); });
      });`;
    expect((await succeed(process.execPath, ['-e', script], { cwd: app })).trim()).toBe(`from ${newest}`);
  });

  test('duetto nghttp2 list shows both as prebuilt', async ({ skip }) => {
    if (lackingNewest()) return skip(lackingNewest());
    const { rows } = JSON.parse((await duetto(['nghttp2', 'list', '--json'])).out);
    const prebuilt = rows.filter(({ built }: { built?: string }) => built === 'prebuilt');
    expect(prebuilt.map(({ id, active }: { id: string; active: boolean }) => [id, active])).toEqual([[standard, true], [newest, false]]);
  });

  test('duetto nghttp2 compare works from there', async ({ skip }) => {
    if (lackingNewest()) return skip(lackingNewest());
    const { out, code } = await duetto(['nghttp2', 'compare', standard, newest, '--only', 'talk/']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${standard} to ${newest}: `, 'm'));
    expect(fs.existsSync(path.join(app, `duetto-compare-${standard}-${newest}.md`))).toBe(true);
  }, 60_000);

  test.skipIf(!find('c++'))('a tree with changes of one\'s own is built beside the others, which stay', async ({ skip }) => {
    if (lackingNewest()) return skip(lackingNewest());
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
      { cwd: app, env: { DUETTO_NGHTTP2: own.id } });
    expect(words.trim()).toBe('Flow control error, as we say');
  }, 300_000);
});
