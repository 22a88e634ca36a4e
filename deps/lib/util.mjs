// What the rooms of deps/ share: the error a person is meant to read, checksums, running a program.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A failure with a message for people; the command prints it without a stack and exits with 1. */
export class DepsError extends Error {
  name = 'DepsError';
}

export const say = (line) => process.stderr.write(`nghttp2: ${line}\n`);

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');

export const sha256File = (file) => sha256(readFileSync(file));

/** Refuses a file whose SHA-256 is not the expected one, naming both sums. `what` says where the file came from, `source` where it lies. */
export function requireSha256(file, expected, what, source = file) {
  const actual = sha256File(file);
  if (actual === expected) return;
  throw new DepsError(
    `${what} is not the file that was expected, and is not used.\n` +
      `  file      ${source}\n  expected  SHA-256 ${expected}\n  actual    SHA-256 ${actual}`,
  );
}

/** Runs a program to its end. Never throws: `missing` says that there is no such program. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  return {
    ok: result.status === 0,
    missing: result.error?.code === 'ENOENT',
    timedOut: result.error?.code === 'ETIMEDOUT',
    stdout: result.stdout ?? '',
    output: `${result.stdout ?? ''}${result.stderr ?? ''}`.trim(),
  };
}

let programs = new Map();

/** Whether a program can be started at all. */
export function have(program, args = ['--version']) {
  if (!programs.has(program)) programs.set(program, !run(program, args, { stdio: 'ignore' }).missing);
  return programs.get(program);
}

export const lastLines = (text, count = 6) =>
  text
    .split('\n')
    .filter((line) => line.trim())
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
