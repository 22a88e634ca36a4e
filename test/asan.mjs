#!/usr/bin/env node
// npm run test:asan [-- TEST FILES]: builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer and runs the tests
// under it, then random programs and damaged traffic with LeakSanitizer, of whose findings those in the addon count.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');
const library = ['cc', 'gcc', 'clang'].map((cc) => spawnSync(cc, ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim())
  .find((path) => path?.startsWith('/'));
if (library === undefined) {
  console.error('libasan.so is not here: gcc has it (on Debian, apt install gcc)');
  process.exit(2);
}

function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: project, stdio: 'inherit', env: { ...process.env, ...env } }).status;
}

if (run(process.execPath, ['deps/build.mjs', '--sanitize', 'address,undefined']) !== 0) process.exit(2);
const logs = mkdtempSync(join(tmpdir(), 'duetto-asan-'));
const underAsan = (leaks) => ({
  LD_PRELOAD: library,
  DUETTO_BINDING: join(project, 'build-asan/duetto.node'),
  // Each process writes what it finds to a file of its own: a child that a test lets die is heard too.
  ASAN_OPTIONS: `detect_leaks=${leaks ? 1 : 0}:halt_on_error=1:abort_on_error=0:log_path=${logs}/asan:allocator_may_return_null=1`,
  UBSAN_OPTIONS: `print_stacktrace=1:halt_on_error=1:log_path=${logs}/ubsan`,
  LSAN_OPTIONS: 'exitcode=0:max_leaks=0',
});

const chosen = process.argv.slice(2);
// What measures memory or time, loads another addon, or builds one says nothing here; curl hangs with the library preloaded.
const excluded = [
  'test/integration/server-curl.test.ts', 'test/integration/http1.test.ts', 'test/integration/fuzz.test.ts',
  'test/native/**', 'test/integration/memory.test.ts', 'test/unit/{deps,named-nghttp2}.test.ts', 'test/abuse/**', 'test/integration/exit.test.ts',
  'test/integration/package.test.ts', 'test/integration/examples.test.ts',
];
const status = run('npx', [
  'vitest', 'run', '--testTimeout=120000', '--hookTimeout=120000', '--maxWorkers=2', ...excluded.flatMap((glob) => ['--exclude', glob]), ...chosen,
], underAsan(false));
run(process.execPath, ['test/property/run.mjs', '1000'], underAsan(true));
run(process.execPath, ['test/fuzz/server.mjs', '10'], underAsan(true));
run(process.execPath, ['test/random/run.mjs', '--seconds', '30'], underAsan(true));

let findings = 0;
for (const file of readdirSync(logs)) {
  for (const report of readFileSync(join(logs, file), 'utf8').split(/\n\n(?==*\d*=*(?:ERROR)|Direct|Indirect)/)) {
    // Node has leaks of its own when it exits.
    if (/leak of/.test(report) && !/duetto\.node/.test(report)) continue;
    if (!/duetto\.node|runtime error|ERROR: AddressSanitizer/.test(report)) continue;
    findings++;
    console.error(report.slice(0, 6000));
  }
}
rmSync(logs, { recursive: true });
console.log(`${findings} findings of the sanitizers`);
process.exit(findings > 0 || status !== 0 ? 1 : 0);
