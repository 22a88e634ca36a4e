// Unpacks archives that have been verified, and applies patches or fails.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DepsError, have, lastLines, run } from './util.mjs';

/**
 * Unpacks a tarball without its leading folder. Modification times are those of now (-m), so that make sees a tree that
 * was made again as new.
 */
export function unpack(archive, into, { strip = 1, only = [] } = {}) {
  if (!have('tar')) throw new DepsError('the program tar is needed to unpack nghttp2, and is not on this machine');
  const viaXz = archive.endsWith('.xz');
  mkdirSync(into, { recursive: true });
  const args = ['-x', '-m', '-f', archive, '-C', into, `--strip-components=${strip}`, '--no-same-owner', ...only];
  const result = run('tar', args);
  if (result.ok) return;
  if (viaXz && !have('xz')) {
    throw new DepsError(`the program xz is needed to unpack ${archive}, and is not on this machine (Debian: xz-utils)`);
  }
  throw new DepsError(`tar could not unpack ${archive}:\n${lastLines(result.output)}`);
}

/**
 * Applies one patch to a tree. Every hunk must apply, without fuzz: anything less is a failure, because a security patch
 * that is half there is not there. `tools` is for tests.
 */
export function applyPatch(file, tree, name, tools = { patch: have('patch'), git: have('git') }) {
  let result;
  if (tools.patch) {
    const args = ['-p1', '-F0', '--batch', '--forward', '--no-backup-if-mismatch', '-i', file];
    result = run('patch', args, { cwd: tree });
  } else if (tools.git) {
    // Without the ceiling git would find the project's own repository and skip, silently, what that ignores.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(tree), GIT_DIR: undefined, GIT_WORK_TREE: undefined };
    result = run('git', ['apply', '-p1', '--whitespace=nowarn', file], { cwd: tree, env });
  } else {
    throw new DepsError('neither patch nor git is on this machine, and nghttp2 has patches to apply (Debian: patch)');
  }
  if (!result.ok) throw new DepsError(`the patch ${name} does not apply:\n${lastLines(result.output, 10)}`);
  requirePatched(file, tree, name);
}

/** Belt and braces: the files that a patch creates must be there, and some line it adds in every file it names. */
function requirePatched(file, tree, name) {
  for (const { path, added } of addedLines(readFileSync(file, 'utf8'))) {
    const target = join(tree, path);
    const lines = existsSync(target) ? new Set(readFileSync(target, 'utf8').split(/\r?\n/)) : undefined;
    const lost = added.find((line) => !lines?.has(line));
    if (lost !== undefined) {
      throw new DepsError(`the patch ${name} was said to apply, but ${path} has no line\n    ${lost}`);
    }
  }
}

function addedLines(text) {
  const files = [];
  for (const line of text.split(/\r?\n/)) {
    const header = /^\+\+\+ [^/\s]+\/(\S+)/.exec(line);
    if (header) files.push({ path: header[1], added: [] });
    else if (line.startsWith('+') && !line.startsWith('+++')) files.at(-1)?.added.push(line.slice(1));
  }
  return files;
}
