// Applies a patch of deps/patches to a tree, or fails. A program that does so may be missing, and would look for places
// where a hunk might fit as well: these trees are known to the byte, so a hunk fits where it says or not at all.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { DepsError } from './util.mjs';

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Applies the unified diff in `file`, whole or not at all; what stands before its first file is for people. */
export function applyPatch(file, tree, name) {
  const refuse = (why) => {
    throw new DepsError(`the patch ${name} does not apply: ${why}`);
  };
  const changes = parse(readFileSync(file, 'utf8'), refuse);
  if (changes.length === 0) refuse('it changes no file');
  const made = changes.map((change) => [join(tree, change.path), patched(change, tree, refuse)]);
  for (const [path, text] of made) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** The files of a diff: { path, isNew, hunks: [{ start, lines }] }. */
function parse(text, refuse) {
  const changes = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length;) {
    if (!lines[at].startsWith('--- ') || !lines[at + 1]?.startsWith('+++ ')) {
      at++;
      continue;
    }
    // The first folder is a/ or b/.
    const path = normalize(/^\+\+\+ [^/\s]+\/(\S+)/.exec(lines[at + 1])?.[1] ?? '..').replaceAll('\\', '/');
    if (path.startsWith('..') || path.startsWith('/')) refuse(`it names ${lines[at + 1].slice(4)}, which is outside the tree`);
    const change = { path, isNew: lines[at].startsWith('--- /dev/null'), hunks: [] };
    changes.push(change);
    at += 2;
    for (let hunk; (hunk = HUNK.exec(lines[at] ?? '')) !== null;) {
      const [, start, olds = '1', , news = '1'] = hunk;
      const left = { ' ': 0, '-': 0, '+': 0 };
      const body = [];
      at++;
      while (left[' '] + left['-'] < Number(olds) || left[' '] + left['+'] < Number(news)) {
        const kind = lines[at]?.[0];
        if (!(kind in left)) refuse(`line ${at + 1} of it belongs to no hunk`);
        left[kind]++;
        body.push(lines[at++]);
      }
      change.hunks.push({ start: Number(start), lines: body });
    }
    if (change.hunks.length === 0) refuse(`it has no hunk for ${path}`);
  }
  return changes;
}

function patched({ path, isNew, hunks }, tree, refuse) {
  const file = join(tree, path);
  if (existsSync(file) === isNew) refuse(isNew ? `${path} is there already` : `there is no ${path}`);
  const old = isNew ? [] : readFileSync(file, 'utf8').split('\n');
  const result = [];
  let at = 0;
  for (const { start, lines } of hunks) {
    const from = isNew ? 0 : start - 1;
    if (from < at) refuse(`a hunk for ${path} is out of order`);
    result.push(...old.slice(at, from));
    at = from;
    for (const line of lines) {
      const text = line.slice(1);
      if (line[0] === '+') {
        result.push(text);
        continue;
      }
      if (old[at] !== text) refuse(`line ${at + 1} of ${path} is\n    ${old[at] ?? '(missing)'}\n  where it expects\n    ${text}`);
      if (line[0] === ' ') result.push(text);
      at++;
    }
  }
  result.push(...(isNew ? [''] : old.slice(at)));
  return result.join('\n');
}
