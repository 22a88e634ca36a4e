// The packed tarball in an empty folder, without install scripts and without a compiler, under everything that is said to
// run it: it is loaded by require and by import, and serves a request.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { exchange, servedBy } from '../helpers/exchange.ts';
import { pack, run, standard, succeed, temporary } from '../helpers/packed.ts';
import { lacking, LINES, runtime } from '../nodes/runtimes.mjs';

const served = servedBy(standard);
const compilers = ['cc', 'gcc', 'c++', 'g++', 'clang', 'make', 'python3'];

let base: string;
let tarball: string;

/** npm's own program: any Node can run it. */
const npm = fs.realpathSync(find('npm')!);

async function installWith(node: string, name: string): Promise<string> {
  const app = path.join(base, name);
  fs.mkdirSync(app);
  fs.writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "private": true }\n');
  fs.writeFileSync(path.join(app, 'by-require.cjs'), `const http2 = require('duetto');\n${exchange}`);
  fs.writeFileSync(path.join(app, 'by-import.mjs'), `import http2, { connect } from 'duetto';\nif (http2.connect !== connect) throw new Error('two modules');\n${exchange}`);
  await succeed(node, [npm, 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball],
    { cwd: app, env: { PATH: bare(node) } });
  return app;
}

/** A PATH on which there is that program and nothing else. */
function bare(program: string): string {
  const folder = fs.mkdtempSync(path.join(base, 'path-'));
  fs.symlinkSync(program, path.join(folder, path.basename(program)));
  return folder;
}

describe.skipIf(process.platform !== 'linux')('installed without scripts and without a compiler', () => {
  beforeAll(async () => {
    base = temporary('install');
    tarball = await pack(base);
  }, 300_000);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('the PATH of these tests has no compiler', () => {
    const folder = bare(process.execPath);
    expect(fs.readdirSync(folder)).toEqual([path.basename(process.execPath)]);
    for (const name of compilers) expect(fs.existsSync(path.join(folder, name))).toBe(false);
  });

  for (const line of LINES) {
    test(`Node ${line}`, async ({ skip }) => {
      const node = runtime(line);
      if (!node) return skip(lacking(line));
      const app = await installWith(node, `node-${line}`);
      const env = { PATH: bare(node) };
      expect((await succeed(node, ['-p', 'process.version'], { cwd: app })).startsWith(`v${line}.`)).toBe(true);
      for (const file of ['by-require.cjs', 'by-import.mjs']) expect(await succeed(node, [file], { cwd: app, env }), file).toBe(served);
      expect(await succeed(node, ['--require', 'duetto/register', '-p', "require('node:http2').nghttp2.version"], { cwd: app, env }))
        .toBe(`${standard}\n`);
    }, 60_000);
  }

  test('the example of the README runs as it stands there', async () => {
    const app = await installWith(process.execPath, 'readme');
    const [, example] = /## Use\n\n```js\n([^]*?)```/.exec(fs.readFileSync(path.join(project, 'README.md'), 'utf8'))!;
    // But for the port, which may be taken.
    fs.writeFileSync(path.join(app, 'example.js'), example!.replace('8080', '0').replace("'http://localhost:8080'", '`http://localhost:${server.address().port}`'));
    expect(await succeed(process.execPath, ['example.js'], { cwd: app, env: { PATH: bare(process.execPath) } })).toBe('you asked for /hello\n\n');
  }, 60_000);

  // What docs/platforms.md says of each must be so.
  const page = fs.readFileSync(path.join(project, 'docs/platforms.md'), 'utf8');
  const said = (name: string) => new RegExp(`^\\| ${name} ([\\d.]+) \\| (works|does not work)`, 'm').exec(page);

  for (const [name, args] of [['bun', ['run']], ['deno', ['run', '-A']]] as const) {
    test(`${name}, as docs/platforms.md says`, async ({ skip }) => {
      const program = runtime(name);
      if (!program) return skip(lacking(name));
      const words = said(name === 'bun' ? 'Bun' : 'Deno');
      expect(words).not.toBeNull();
      const app = await installWith(process.execPath, name);
      const env = { PATH: bare(program), DENO_NO_UPDATE_CHECK: '1' };
      for (const file of ['by-require.cjs', 'by-import.mjs']) {
        const { out, err } = await run(program, [...args, file], { cwd: app, env });
        expect(out === served ? 'works' : 'does not work', `${name} ${file}:\n${out}${err}`).toBe(words![2]);
      }
    }, 60_000);
  }
});
