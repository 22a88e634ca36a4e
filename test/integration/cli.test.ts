// npx duetto nghttp2 ...

import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { main, mainId, plainEnvironment } from '../helpers/engines.ts';

interface Ran {
  out: string;
  err: string;
  code: unknown;
}

function duetto(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(project, 'cli/main.mjs'), ...args], { env: plainEnvironment(env), timeout: 60_000 }, (error, out, err) =>
      resolve({ out, err, code: error ? error.code : 0 }));
  });
}

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-cli-'));
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

const manifest = JSON.parse(fs.readFileSync(path.join(project, 'deps/manifest.json'), 'utf8'));

describe('duetto', () => {
  test('without a command, or with a wrong one, says which there are', async () => {
    expect(await duetto([])).toMatchObject({ code: 2, out: expect.stringContaining('nghttp2') });
    expect(await duetto(['bake'])).toMatchObject({ code: 2, err: expect.stringContaining('there is no command bake') });
    expect(await duetto(['nghttp2', 'bake'])).toMatchObject({ code: 2, err: expect.stringContaining('there is no command nghttp2 bake') });
    expect(await duetto(['nghttp2', 'list', '--bake'])).toMatchObject({ code: 1, err: expect.stringContaining("Unknown option '--bake'") });
  });

  test('--version is the package\'s', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8'));
    expect(await duetto(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('duetto nghttp2 list', () => {
  test('shows every version of the manifest, and which one is in use', async () => {
    const { out, code } = await duetto(['nghttp2', 'list'], { DUETTO_NGHTTP2: process.env.DUETTO_NGHTTP2 });
    expect(code).toBe(0);
    for (const { version } of manifest.versions) expect(out).toMatch(new RegExp(`^[* ] ${version.replaceAll('.', '\\.')} `, 'm'));
    if (!process.env.DUETTO_BINDING) expect(out).toMatch(new RegExp(`^\\* ${mainId.replaceAll('.', '\\.')} +(built|prebuilt) `, 'm'));
    expect(out).toContain(`security fixes as known on ${manifest.security.asOf}`);
  });

  test('as JSON, with the fixes missing from each', async () => {
    const { rows } = JSON.parse((await duetto(['nghttp2', 'list', '--json'])).out);
    const missing = (id: string) => rows.find((row: { id: string }) => row.id === id).missing.map(({ cve }: { cve: string }) => cve);
    // 1.52.0 has Debian's patches; this flaw has none there.
    expect(missing('1.52.0')).toEqual(['CVE-2023-35945']);
    expect(missing('1.64.0')).toEqual([]);
    expect(missing('1.70.0')).toEqual([]);
    expect(rows.filter(({ built }: { built?: string }) => built).map(({ id }: { id: string }) => id))
      .toEqual(main.engines().map(({ id }) => id));
  });
});

describe('duetto nghttp2 build refuses, in words,', () => {
  const before = () => main.engines().map(({ id, file }) => [id, file, fs.statSync(file).mtimeMs]);

  async function refused(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const there = before();
    const { err, code } = await duetto(['nghttp2', 'build', ...args], env);
    expect(code).toBe(1);
    expect(before(), 'what was there is as it was').toEqual(there);
    return err;
  }

  test('what is no nghttp2', async () => {
    expect(await refused([folder()])).toMatch(/is not nghttp2: it has no lib\/includes\/nghttp2\/nghttp2\.h/);
  });

  test('what is not there', async () => {
    expect(await refused(['1.2.3'])).toContain('1.2.3 is neither a version of the manifest nor a file or folder');
  });

  test('a tarball with another checksum', async () => {
    const file = path.join(folder(), 'nghttp2.tar.gz');
    fs.writeFileSync(file, 'not what you think');
    const wrong = '0'.repeat(64);
    expect(await refused([file, '--sha256', wrong])).toMatch(new RegExp(`is not the file that was expected[^]*expected +SHA-256 ${wrong}`));
  });

  test('a machine without a compiler', async () => {
    const err = await refused(['1.70.0'], { PATH: folder(), CC: '', CXX: '', MAKE: '', PYTHON: '' });
    expect(err).toContain('what is missing: a C compiler, a C++20 compiler, make, Python 3');
    expect(err).toContain('Engines that are there keep working');
  });

  test.skipIf(!find('c++'))('an nghttp2 without functions that are needed', async () => {
    const tree = path.join(folder(), 'nghttp2');
    fs.mkdirSync(path.join(tree, 'lib/includes/nghttp2'), { recursive: true });
    fs.writeFileSync(path.join(tree, 'lib/includes/nghttp2/nghttp2.h'), 'NGHTTP2_EXTERN int nghttp2_submit_ping(int session);\n');
    fs.writeFileSync(path.join(tree, 'lib/includes/nghttp2/nghttp2ver.h'), '#define NGHTTP2_VERSION "1.20.0"\n');
    fs.writeFileSync(path.join(tree, 'lib/nghttp2_x.c'), '');
    onTestFinished(() => {
      const trees = path.join(project, 'deps/nghttp2');
      for (const name of fs.readdirSync(trees)) if (name.startsWith('1.20.0-user-')) fs.rmSync(path.join(trees, name), { recursive: true });
    });
    const err = await refused([tree]);
    expect(err).toMatch(/nghttp2 1\.20\.0-user-\w+ is too old for duetto.*nghttp2_session_mem_recv\(\)/);
    expect(err).not.toMatch(/does not declare.*nghttp2_submit_ping\(\)/);
    // What only newer ones need is not asked of it.
    expect(err).not.toContain('nghttp2_session_mem_recv2()');
  });
});
