// The core without Node: its own tests, plain, with the sanitizers and under valgrind; and a short run of the fuzzers.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, has, project } from './core/compile.mjs';

const active = existsSync(resolve(project, 'deps/nghttp2/active.json'));
const link = ['-Wl,--wrap=malloc', '-Wl,--wrap=realloc'];
const linux = process.platform === 'linux' && active;

/** Seconds for each of the four fuzzers. */
const seconds = Number(process.env.DUETTO_FUZZ_SECONDS ?? 15);
const FUZZING = 180_000 + 5000 * seconds;

function run(command: string, ...args: string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: FUZZING });
  return `${signal ?? status}\n${stdout}${stderr}`;
}

describe.skipIf(!linux)('the core (skipped outside of Linux, or without the sources of nghttp2)', () => {
  it('passes its tests, and under valgrind', () => {
    const program = compile('plain', 'core.cc', { name: 'core-test', link });
    expect(run(program)).toMatch(/^0\n[^]*all passed\n$/);
    if (!has('valgrind')) return console.warn('valgrind is not installed');
    expect(run('valgrind', '-q', '--error-exitcode=9', '--leak-check=full', program)).toMatch(/^0\n[^]*all passed\n$/);
  }, 180_000);

  it('passes them with AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer', () => {
    expect(run(compile('sanitized', 'core.cc', { name: 'core-test', link }))).toMatch(/^0\n[^]*all passed\n$/);
  }, 180_000);

  it.skipIf(!has('clang++'))('stands a short time of fuzzing (skipped without clang)', () => {
    expect(run(process.execPath, resolve(project, 'test/native/core/fuzz.mjs'), String(seconds))).toMatch(/^0\n/);
  }, FUZZING);
});
