// An nghttp2 that the user names: a tarball, a folder, a git checkout or a git address. Nothing in the manifest vouches
// for it, and what is recorded says so.

import { copyFileSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fromUpstream } from './obtain.mjs';
import { DepsError, have, lastLines, requireSha256, run, say, sha256File } from './util.mjs';
import { isTree, treeSha256, versionOf } from './tree.mjs';
import { unpack } from './unpack.mjs';

const TARBALL = /\.(tar(\.(gz|xz|bz2))?|tgz)$/;
const GIT_ADDRESS = /^(git@|git:|ssh:|git\+|file:)|\.git(#|$)|^https?:.*#/;

export const UNVERIFIED = 'unverified by the manifest, named by the user';

/** Brings what the user named into `tree` (lib/ and the licence are enough); returns { id, version, origin }. */
export async function bringNamed(name, tree, scratch, { sha256 } = {}) {
  const origin = await bring(name, tree, scratch, sha256);
  if (!isTree(tree)) throw new DepsError(`${name} is not nghttp2: it has no lib/includes/nghttp2/nghttp2.h`);
  const version = versionOf(tree);
  const id = `${version}-user-${treeSha256(tree).slice(0, 10)}`;
  return { id, version, origin };
}

async function bring(name, tree, scratch, sum) {
  const isTarball = TARBALL.test(name.replace(/[?#].*$/, ''));
  if (sum && !isTarball) throw new DepsError('--sha256 is for a tarball; a folder or a git checkout has no such sum');
  if (GIT_ADDRESS.test(name) && !existsSync(name)) return cloneGit(name, tree);
  if (/^https?:/.test(name)) return bringTarball(await downloadTarball(name, scratch), name, tree, sum);
  const path = resolve(name);
  if (!existsSync(path)) throw new DepsError(`${name} is neither a version of the manifest nor a file or folder`);
  if (statSync(path).isDirectory()) return copyFolder(path, tree);
  if (isTarball) return bringTarball(path, path, tree, sum);
  throw new DepsError(`${name} is not a tarball: its name does not end in .tar.gz, .tar.xz, .tar.bz2, .tgz or .tar`);
}

function bringTarball(file, name, tree, sum) {
  if (sum) requireSha256(file, sum.toLowerCase(), name);
  unpack(file, tree);
  const origin = { kind: 'tarball', from: name, sha256: sha256File(file) };
  return { ...origin, trust: sum ? `${UNVERIFIED}, with a checksum that matched` : UNVERIFIED };
}

async function downloadTarball(url, scratch) {
  const file = join(scratch, basename(new URL(url).pathname));
  say(`downloading ${url}`);
  const failure = await fromUpstream(url, file);
  if (failure) throw new DepsError(failure);
  return file;
}

function copyFolder(path, tree) {
  if (!isTree(path)) throw new DepsError(`${path} is not nghttp2: it has no lib/includes/nghttp2/nghttp2.h`);
  mkdirSync(tree, { recursive: true });
  cpSync(join(path, 'lib'), join(tree, 'lib'), { recursive: true, filter: (file) => !/[\\/]\.(libs|deps)$|\.l?[oa]$/.test(file) });
  for (const file of ['configure.ac', 'CMakeLists.txt', 'COPYING']) {
    if (existsSync(join(path, file))) copyFileSync(join(path, file), join(tree, file));
  }
  const git = (...args) => run('git', ['-C', path, ...args]);
  if (!existsSync(join(path, '.git'))) return { kind: 'folder', from: path, trust: UNVERIFIED };
  const commit = git('rev-parse', 'HEAD').stdout.trim();
  const changed = git('status', '--porcelain', '--', 'lib').stdout.trim() !== '';
  return { kind: 'git', from: path, commit, changed, trust: UNVERIFIED };
}

function cloneGit(name, tree) {
  if (!have('git')) throw new DepsError('git is needed for a git address, and is not on this machine');
  const [address, ref] = name.replace(/^git\+/, '').split('#');
  say(`cloning ${address}${ref ? ` at ${ref}` : ''}`);
  // A commit cannot be cloned shallowly by --branch; init and fetch takes branches, tags and commits alike.
  const steps = [
    ['init', '-q', tree],
    ['-C', tree, 'fetch', '-q', '--depth=1', address, ref || 'HEAD'],
    ['-C', tree, 'checkout', '-q', 'FETCH_HEAD'],
  ];
  for (const args of steps) {
    const result = run('git', args, { env: { ...process.env, GIT_TERMINAL_PROMPT: '0' }, timeout: 300_000 });
    if (!result.ok) throw new DepsError(`git could not get ${name}:\n${lastLines(result.output)}`);
  }
  const commit = run('git', ['-C', tree, 'rev-parse', 'HEAD']).stdout.trim();
  return { kind: 'git', from: address, commit, changed: false, trust: UNVERIFIED };
}
