// An nghttp2 that the user names: a tarball, a folder or a git checkout.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { active, dir, made, pack, run, SESSION, sum, write, writeRelease, writeTree } from '../helpers/release.ts';

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
