// The README's two commands, as they stand there, in a copy of what git has: on a machine that never updated apt's lists, and
// has neither git nor patch; and what is said where no archive of nghttp2 can be had.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find, project } from '../helpers/child.ts';
import { newest, run, standard, temporary } from '../helpers/packed.ts';

const readme = fs.readFileSync(path.join(project, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```\n(npm ci && .*)\n```$/gm)].map(([, line]) => line!);

const tracked = spawnSync('git', ['-C', project, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const lacking = process.platform !== 'linux' ? 'Linux only' : tracked.status !== 0 ? 'this is no git checkout' :
  ['c++', 'make', 'python3', 'apt-get'].filter((name) => !find(name)).map((name) => `${name} is missing`).join(', ');

let base: string;
let clone: string;

/** A PATH with what this one has, but for some programs. */
function pathWithout(pattern: RegExp): string {
  const folder = fs.mkdtempSync(path.join(base, 'path-'));
  for (const from of process.env.PATH!.split(':')) {
    if (!path.isAbsolute(from) || !fs.existsSync(from)) continue;
    for (const name of fs.readdirSync(from)) {
      const link = path.join(folder, name);
      if (!pattern.test(name) && !fs.existsSync(link)) fs.symlinkSync(path.join(from, name), link);
    }
  }
  return folder;
}

/** The environment of a machine whose apt has no lists. */
function environment(without: RegExp): NodeJS.ProcessEnv {
  const lists = fs.mkdtempSync(path.join(base, 'lists-'));
  fs.mkdirSync(path.join(lists, 'partial'));
  fs.writeFileSync(`${lists}.conf`, `Dir::State::Lists "${lists}";\n`);
  const { DUETTO_NGHTTP2: _version, DUETTO_BINDING: _file, DUETTO_NGHTTP2_MIRROR: _mirror, NODE_OPTIONS: _options, ...rest } = process.env;
  // What vitest and npm have put there is for their own children.
  const inherited = Object.fromEntries(Object.entries(rest).filter(([name]) => !/^(npm_(?!config_(registry|cache))|VITEST|NODE_ENV|TEST)/i.test(name)));
  return { ...inherited, PATH: pathWithout(without), APT_CONFIG: `${lists}.conf`, npm_config_prefer_offline: 'true', PORT: '0' };
}

// Two trees of node_modules: on a busy disk that takes its time.
afterAll(() => fs.rmSync(base, { recursive: true, force: true }), 120_000);

describe('a fresh clone', () => {
  beforeAll(() => {
    base = temporary('clone');
    clone = path.join(base, 'duetto');
    for (const name of lacking ? [] : tracked.stdout.split('\0').filter((one) => one && fs.existsSync(path.join(project, one)))) {
      fs.cpSync(path.join(project, name), path.join(clone, name));
    }
  });

  test('the README has two commands', () => {
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
  });

  test('shows the demo, without git and patch, with apt\'s lists empty', async ({ skip }) => {
    if (lacking) return skip(lacking);
    const child = spawn('sh', ['-c', `exec 2>&1; ${commands[0]}`], { cwd: clone, env: environment(/^(git|patch|xz|gzip)/), detached: true });
    let text = '';
    const open = new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (part) => {
        text += part;
        const url = /Open (https:\S+)\/ in a browser/.exec(text)?.[1];
        if (url) resolve(url);
      });
      child.once('close', (code) => reject(new Error(`it ended with ${code}:\n${text}`)));
    });
    const failure = await open.then(() => undefined, (error: Error) => error.message);
    if (/no archive of nghttp2 .* is to be had/.test(failure ?? '')) return skip('neither the release nor Debian\'s pool can be reached');
    expect(failure).toBeUndefined();
    expect(text).toMatch(new RegExp(`verified, from (the upstream release|Debian's pool)`));
    expect(text).toContain(`duetto on nghttp2 ${standard}`);
    // Built once.
    expect(text.match(/nghttp2: built /g)).toHaveLength(1);
    expect(text).not.toContain(newest);
    process.kill(-child.pid!, 'SIGINT');
    await once(child, 'close');
  }, 600_000);

  test('runs the tests where the newest nghttp2 is not to be had', async ({ skip }) => {
    if (lacking) return skip(lacking);
    if (!fs.existsSync(path.join(clone, 'build/Release/duetto.node'))) return skip('the demo could not be built');
    // One file in place of all, which this test is a part of.
    const env = { ...environment(/^(git|patch|apt)/), DUETTO_NGHTTP2_RELEASES: 'none' };
    const { stdout, stderr, status } = spawnSync('sh', ['-c', `${commands[1]!.replace('npm ci && ', '')} -- test/unit/errors.test.ts test/package/engines.test.ts`],
      { cwd: clone, env, encoding: 'utf8' });
    const text = stdout + stderr;
    expect(status, text).toBe(0);
    expect(text).toContain(`nghttp2 ${newest} is not to be had; the tests that need it will skip`);
    expect(text).toMatch(/Tests .*\d+ passed.*\d+ skipped/);
  }, 600_000);
});

describe('where no archive is to be had', () => {
  test('the last line says what to do, and that helps', async ({ skip }) => {
    if (lacking) return skip(lacking);
    const root = path.join(base, 'deps');
    const args = [path.join(project, 'tools/nghttp2.mjs'), 'fetch', '--root', root];
    const env = { ...environment(/^apt/), DUETTO_NGHTTP2_RELEASES: 'none' };
    const { err, code } = await run(process.execPath, args, { cwd: base, env });
    expect(code).toBe(1);
    expect(err).toContain('this machine has no apt');
    expect(err.trim().split('\n').at(-1)).toBe('What to do: put one of them into a folder and run "npm run deps -- --offline FOLDER"');
    const kept = path.join(project, 'deps/download');
    if (!fs.existsSync(kept)) return skip('nothing was downloaded here');
    const { err: words, code: then } = await run(process.execPath, [...args, '--offline', kept], { cwd: base, env });
    expect(then, words).toBe(0);
    expect(words).toContain('verified, from the folder given with --offline');
  });
});
