import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// Runs each program on both modules; see README.md. Names as in DUETTO_PROGRAMS (with commas), else all.

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const register = at('../../dist/register/index.js');
const module = new URL('../../dist/index.js', import.meta.url).href;
const TIMEOUT = 120_000;
// Some of them measure deadlines of 50 ms.
const AT_A_TIME = Math.min(2, availableParallelism());

const wanted = (process.env.DUETTO_PROGRAMS ?? '').split(',').filter(Boolean);
const programs = readdirSync(at('scripts')).filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -4))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (programs.length === 0) throw new Error(`no program is called ${wanted}`);

function run(name, flags, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, at(`scripts/${name}.mjs`)], {
      cwd: at('.'), timeout: TIMEOUT, killSignal: 'SIGKILL', env: { ...process.env, NODE_ENV: 'test', NODE_TEST_CONTEXT: '', ...env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => out += text);
    child.stderr.on('data', (text) => err += text);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = out.trim().split('\n').at(-1);
      if (code === 0 && last?.startsWith('{')) resolve(JSON.parse(last));
      else reject(new Error(`${name} ${flags.join(' ')} ended with ${signal ?? code}\n${out}${err}`));
    });
  });
}

describe('programs', { concurrency: AT_A_TIME }, () => {
  for (const name of programs) {
    test(name, async (t) => {
      const builtin = await run(name, []);
      if (builtin.skip) return t.skip(builtin.skip);
      const given = name.endsWith('.option');
      const ours = given ? await run(name, [], { DUETTO_GIVEN: module }) : await run(name, ['--require', register]);
      assert.strictEqual(builtin.engine, 'node:http2');
      assert.strictEqual(ours.engine, 'duetto');
      if (given) assert.ok(ours.sessions > 0, 'duetto was given and not used');
      assert.deepStrictEqual(ours.results, builtin.results);
      t.diagnostic(`${Object.keys(ours.results).length} results agree`);
    });
  }
});
