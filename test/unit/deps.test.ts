// Nothing is built that could not be verified (deps/, by way of tools/nghttp2.mjs). Every case has a small archive and a manifest of its own; no network.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { active, amend, command, dir, GOOD_PATCH, made, run, SESSION, sum, write, writeRelease } from '../helpers/release.ts';

describe('a version of the manifest', () => {
  test('is unpacked, patched, given its version header, and becomes the active one', () => {
    writeRelease();
    const { status, output } = run(['fetch']);
    expect(status, output).toBe(0);
    expect(readFileSync(made('9.8.7/lib/nghttp2_session.c'), 'utf8')).toContain('return 1000;');
    expect(readFileSync(made('9.8.7/lib/includes/nghttp2/nghttp2ver.h'), 'utf8')).toBe(
      '#define NGHTTP2_VERSION "9.8.7"\n#define NGHTTP2_VERSION_NUM 0x090807\n',
    );
    expect(existsSync(made('9.8.7/doc'))).toBe(false);
    expect(active()).toMatchObject({ id: '9.8.7', version: '9.8.7', sources: ['lib/duetto_tree.c', 'lib/nghttp2_session.c'], patches: ['fix'] });
  });

  test('is not made twice', () => {
    writeRelease();
    run(['fetch']);
    const { status, output } = run(['fetch'], { mirror: '' });
    expect(status).toBe(0);
    expect(output).toBe('nghttp2: 9.8.7 is up to date\n');
  });

  test('is made again when its manifest entry changes', () => {
    writeRelease();
    run(['fetch']);
    amend((entry) => { entry.patches = []; });
    expect(run(['fetch']).status).toBe(0);
    expect(readFileSync(made('9.8.7/lib/nghttp2_session.c'), 'utf8')).toBe(SESSION);
    expect(active().patches).toEqual([]);
  });

  test('is refused when its archive was tampered with, naming both sums and the file', () => {
    const good = writeRelease();
    const file = join(dir, 'mirror/source.tar.gz');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(file, bytes);
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain(good);
    expect(output).toContain(sum(bytes));
    expect(output).toContain(file);
    expect(existsSync(made('active.json'))).toBe(false);
  });

  test('is refused when the download kept from before was tampered with', () => {
    const good = writeRelease();
    run(['fetch']);
    rmSync(made('9.8.7'), { recursive: true });
    writeFileSync(join(dir, 'deps/download/source.tar.gz'), 'something else');
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain(good);
    expect(output).toContain(sum('something else'));
  });

  test('is refused when a patch is not the one that was reviewed', () => {
    writeRelease({ patchSum: sum('the reviewed one') });
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain(sum('the reviewed one'));
    expect(output).toContain(sum(GOOD_PATCH));
  });

  test.each([
    ['a hunk that does not fit', GOOD_PATCH.replace('return 0', 'return 5')],
    ['a hunk that fits only with fuzz', GOOD_PATCH.replace(' }', ' } /* moved on */')],
    ['a patch that is already applied', GOOD_PATCH.replace('-  return 0', '-  return 7').replace('return 1000', 'return 0')],
    ['a patch for a file that is not there', GOOD_PATCH.replaceAll('nghttp2_session', 'nghttp2_other')],
  ])('is refused when its patch fails: %s', (_what, patch) => {
    writeRelease({ patch });
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain('the patch fix does not apply');
    expect(existsSync(made('active.json'))).toBe(false);
    expect(existsSync(made('9.8.7'))).toBe(false);
  });

  test('is refused when what it is patched to is not what was reviewed', () => {
    writeRelease();
    amend((entry) => { entry.tree = sum('another tree'); });
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain(sum('another tree'));
  });

  test('that is not to be had says what was tried, and what to do in the last line', () => {
    const good = writeRelease();
    const { status, output } = run(['fetch'], { mirror: join(dir, 'empty') });
    expect(status).toBe(1);
    expect(output).toContain('no archive of nghttp2 9.8.7 is to be had');
    expect(output).toContain(`the folder in DUETTO_NGHTTP2_MIRROR: ${join(dir, 'empty')} has no source.tar.gz`);
    expect(output).toMatch(/the upstream release: http:\/\/127\.0\.0\.1:9\/source\.tar\.gz: \S/);
    expect(output).toContain("Debian's pool: the manifest does not say");
    expect(output).toContain(good);
    expect(output.trim().split('\n').at(-1)).toBe('What to do: put one of them into a folder and run "npm run deps -- --offline FOLDER"');
  });

  /** Serves the test's folder by a process of its own, since `run` waits for the command. */
  async function serving(use: (url: string) => void) {
    const script = `require('node:http').createServer((request, response) => {
      try { response.end(require('node:fs').readFileSync(${JSON.stringify(dir)} + request.url)); } catch { response.writeHead(404).end(); }
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
    const server = spawn(process.execPath, ['-e', script]);
    try {
      const [port] = await once(server.stdout, 'data');
      use(`http://127.0.0.1:${String(port).trim()}`);
    } finally {
      server.kill();
    }
  }

  test('comes from the upstream release', async () => {
    writeRelease();
    amend((entry) => { entry.archives[0].url = 'https://github.com/nghttp2/nghttp2/releases/download/source.tar.gz'; });
    await serving((url) => {
      const { status, output } = run(['fetch'], { mirror: '', env: { DUETTO_NGHTTP2_RELEASES: `${url}/mirror` } });
      expect(status, output).toBe(0);
      expect(output).toContain('source.tar.gz: verified, from the upstream release');
    });
  });

  test('comes from Debian\'s pool, by an apt without lists, when the release does not answer', async ({ skip }) => {
    if (spawnSync('apt-get', ['--version']).error) return skip('apt is missing');
    writeRelease();
    amend((entry) => entry.archives.push({ file: 'nghttp2_9.8.7.orig.tar.gz', sha256: entry.archives[0].sha256, debian: true }));
    write('debian/pool/main/n/nghttp2/.keep', '');
    copyFileSync(join(dir, 'mirror/source.tar.gz'), join(dir, 'debian/pool/main/n/nghttp2/nghttp2_9.8.7.orig.tar.gz'));
    await serving((url) => {
      write('apt/sources.list', `deb ${url}/debian stable main\n`);
      write('apt/apt.conf', `Dir::Etc::SourceList "${dir}/apt/sources.list";\nDir::Etc::SourceParts "/dev/null";\nDir::State::Lists "${dir}/apt/lists";\nAcquire::http::Proxy "false";\n`);
      mkdirSync(join(dir, 'apt/lists/partial'), { recursive: true });
      const { status, output } = run(['fetch'], { mirror: '', env: { APT_CONFIG: join(dir, 'apt/apt.conf') } });
      expect(status, output).toBe(0);
      expect(output).toContain("nghttp2_9.8.7.orig.tar.gz: verified, from Debian's pool, by this machine's apt");
      expect(readdirSync(join(dir, 'apt/lists'))).toEqual(['partial']);
    });
  });

  test('whose archive in the pool is another says both sums', async ({ skip }) => {
    if (spawnSync('apt-get', ['--version']).error) return skip('apt is missing');
    writeRelease();
    amend((entry) => { entry.archives = [{ file: 'nghttp2_9.8.7.orig.tar.gz', sha256: sum('the right one'), debian: true }]; });
    write('debian/pool/main/n/nghttp2/nghttp2_9.8.7.orig.tar.gz', 'another');
    await serving((url) => {
      write('apt/sources.list', `deb ${url}/debian stable main\n`);
      write('apt/apt.conf', `Dir::Etc::SourceList "${dir}/apt/sources.list";\nDir::Etc::SourceParts "/dev/null";\nAcquire::http::Proxy "false";\n`);
      const { status, output } = run(['fetch'], { mirror: '', env: { APT_CONFIG: join(dir, 'apt/apt.conf') } });
      expect(status).toBe(1);
      expect(output).toContain(sum('the right one'));
      expect(output).toContain(sum('another'));
    });
  });

  test('comes from the folder of --offline, and from nowhere else', async () => {
    writeRelease();
    const { status, output } = run(['fetch', '--offline', join(dir, 'mirror')], { mirror: '' });
    expect(status, output).toBe(0);
    expect(output).toContain('source.tar.gz: verified, from the folder given with --offline');
    rmSync(join(dir, 'deps'), { recursive: true });
    mkdirSync(join(dir, 'empty'));
    // The mirror of the variable has it.
    const { status: none, output: words } = run(['fetch', '--offline', join(dir, 'empty')]);
    expect(none).toBe(1);
    expect(words).toContain('no archive of nghttp2 9.8.7 is to be had');
    expect(words).not.toContain('upstream release');
    expect(run(['fetch', '--offline', join(dir, 'missing')]).output).toContain('is not a folder');
  });

  test('cannot be given a checksum by the caller', () => {
    writeRelease();
    expect(run(['fetch', '9.8.7', '--sha256', sum('x')]).status).toBe(1);
  });
});

describe('a manifest with a hole', () => {
  test.each([
    ['a patch without a reason', (entry: any) => delete entry.patches[0].reason],
    ['a patch without a checksum', (entry: any) => delete entry.patches[0].sha256],
    ['an archive without a checksum', (entry: any) => delete entry.archives[0].sha256],
    ['an archive that is nowhere', (entry: any) => delete entry.archives[0].url],
    ['no archive', (entry: any) => { entry.archives = []; }],
  ])('is refused: %s', (_what, spoil) => {
    writeRelease();
    amend(spoil);
    const { status, output } = run(['fetch']);
    expect(status).toBe(1);
    expect(output).toContain('manifest');
  });

  test("is not what the project's own manifest is", () => {
    const { status, stdout } = spawnSync(process.execPath, [command, 'list'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1\.64\.0 .*\(default/m);
    expect(stdout).toContain('CVE-2026-27135');
  });
});

describe('verify', () => {
  test('is content with what fetch made', () => {
    writeRelease();
    run(['fetch']);
    expect(run(['verify']).status).toBe(0);
  });

  test('finds a tree that was changed afterwards', () => {
    writeRelease();
    run(['fetch']);
    writeFileSync(made('9.8.7/lib/nghttp2_session.c'), SESSION);
    const { status, output } = run(['verify']);
    expect(status).toBe(1);
    expect(output).toContain('the tree 9.8.7 was changed');
  });
});
