// Nothing is built that could not be verified (deps/, by way of tools/nghttp2.mjs). Every case has a small archive and a manifest of its own; no network.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const command = join(project, 'tools/nghttp2.mjs');

const sum = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

const HEADER = 'typedef int nghttp2_placeholder;\n';
const SESSION = 'int nghttp2_session_limit(void) {\n  return 0;\n}\n';
const VERSION_TEMPLATE = '#define NGHTTP2_VERSION "@PACKAGE_VERSION@"\n#define NGHTTP2_VERSION_NUM @PACKAGE_VERSION_NUM@\n';
const GOOD_PATCH = `--- a/lib/nghttp2_session.c
+++ b/lib/nghttp2_session.c
@@ -1,3 +1,3 @@
 int nghttp2_session_limit(void) {
-  return 0;
+  return 1000;
 }
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'duetto-deps-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

function writeTree(folder: string, version = '9.8.7') {
  write(`${folder}/lib/includes/nghttp2/nghttp2.h`, HEADER);
  write(`${folder}/lib/includes/nghttp2/nghttp2ver.h.in`, VERSION_TEMPLATE);
  write(`${folder}/lib/nghttp2_session.c`, SESSION);
  write(`${folder}/configure.ac`, `AC_INIT([nghttp2], [${version}], [someone])\n`);
  write(`${folder}/doc/readme`, 'not needed for a build\n');
}

/** Packs a folder of the test's into mirror/NAME; returns its checksum. */
function pack(folder: string, name: string) {
  mkdirSync(join(dir, 'mirror'), { recursive: true });
  const file = join(dir, 'mirror', name);
  const { status, stderr } = spawnSync('tar', ['-czf', file, '-C', dir, folder], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return sum(readFileSync(file));
}

/** A mirror with one release, a patch, and the manifest for them; returns the checksum of the archive. */
function writeRelease({ patch = GOOD_PATCH, patchSum = sum(patch) }: { patch?: string; patchSum?: string } = {}) {
  writeTree('nghttp2-9.8.7');
  write('patches/9.8.7/fix.patch', patch);
  const sha256 = pack('nghttp2-9.8.7', 'source.tar.gz');
  const entry = {
    version: '9.8.7',
    summary: 'made for a test',
    // Port 9 of the loopback: nothing listens, and it leaves the machine in no case.
    archives: [{ file: 'source.tar.gz', sha256, url: 'http://127.0.0.1:9/source.tar.gz' }],
    patches: [{ name: 'fix', file: '9.8.7/fix.patch', sha256: patchSum, reason: 'a test' }],
  };
  write('manifest.json', JSON.stringify({ format: 2, default: '9.8.7', versions: [entry] }));
  return sha256;
}

/** Changes the manifest's only version. */
function amend(change: (entry: any) => void) {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  change(manifest.versions[0]);
  write('manifest.json', JSON.stringify(manifest));
}

function run(args: string[], { mirror = join(dir, 'mirror'), env = {} }: { mirror?: string; env?: object } = {}) {
  const inherited = { ...process.env, DUETTO_NGHTTP2: '', DUETTO_NGHTTP2_MIRROR: mirror };
  const paths = ['--manifest', join(dir, 'manifest.json'), '--root', join(dir, 'deps')];
  const result = spawnSync(process.execPath, [command, ...args, ...paths], { encoding: 'utf8', env: { ...inherited, ...env } });
  return { status: result.status, output: result.stdout + result.stderr };
}

const made = (path: string) => join(dir, 'deps/nghttp2', path);
const active = () => JSON.parse(readFileSync(made('active.json'), 'utf8'));

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

describe('an nghttp2 of the user\'s own', () => {
  beforeEach(() => writeRelease());

  test('may be a tarball, and is recorded as unverified', () => {
    writeTree('mine', '9.9.0-DEV');
    pack('mine', 'mine.tar.gz');
    const { status, output } = run(['fetch', join(dir, 'mirror/mine.tar.gz')]);
    expect(status, output).toBe(0);
    expect(active()).toMatchObject({ version: '9.9.0-DEV', patches: [], origin: { kind: 'tarball' } });
    expect(active().id).toMatch(/^9\.9\.0-DEV-user-[0-9a-f]{10}$/);
    expect(active().origin.trust).toBe('unverified by the manifest, named by the user');
    expect(readFileSync(made(`${active().id}/lib/includes/nghttp2/nghttp2ver.h`), 'utf8')).toContain('0x090900');
  });

  test('is refused when it does not have the checksum that the user gave', () => {
    writeTree('mine');
    const actual = pack('mine', 'mine.tar.gz');
    const { status, output } = run(['fetch', join(dir, 'mirror/mine.tar.gz'), '--sha256', sum('x')]);
    expect(status).toBe(1);
    expect(output).toContain(actual);
    expect(output).toContain(sum('x'));
  });

  test('may be a folder, which is read again when it has changed', () => {
    writeTree('mine');
    expect(run(['fetch', join(dir, 'mine')]).status).toBe(0);
    const first = active().id;
    write('mine/lib/nghttp2_session.c', SESSION.replace('0', '2'));
    expect(run(['fetch', join(dir, 'mine')]).status).toBe(0);
    expect(active().id).not.toBe(first);
  });

  test('may be a git address with a branch', ({ skip }) => {
    if (spawnSync('git', ['--version']).error) skip('git is missing');
    writeTree('mine');
    const git = (...args: string[]) => {
      const who = ['-c', 'user.name=a test', '-c', 'user.email=test@localhost'];
      const result = spawnSync('git', ['-C', join(dir, 'mine'), ...who, ...args], { encoding: 'utf8' });
      expect(result.status, result.stderr).toBe(0);
      return result.stdout.trim();
    };
    git('init', '-q', '-b', 'main');
    git('checkout', '-q', '-b', 'feature');
    git('add', '.');
    git('commit', '-q', '-m', 'a tree');
    const { status, output } = run(['fetch', `file://${join(dir, 'mine')}#feature`]);
    expect(status, output).toBe(0);
    expect(active().origin).toMatchObject({ kind: 'git', commit: git('rev-parse', 'HEAD') });
  });

  test('must be nghttp2', () => {
    write('other/readme', 'not nghttp2\n');
    const { status, output } = run(['fetch', join(dir, 'other')]);
    expect(status).toBe(1);
    expect(output).toContain('is not nghttp2');
  });

  test('must exist', () => {
    const { status, output } = run(['fetch', '1.2.3']);
    expect(status).toBe(1);
    expect(output).toContain('1.2.3 is neither a version of the manifest nor a file or folder');
  });
});
