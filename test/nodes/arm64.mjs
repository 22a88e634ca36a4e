// npm run test:arm64 [-- vitest's arguments]: cross-builds the addon for linux-arm64 and runs tests with it, under an arm64
// Node from npm, which qemu runs. Without arguments: requests, and the tests of the package's behaviour that do not take
// minutes there. The last line is "N passed, N failed". Debian: g++-aarch64-linux-gnu qemu-user-static.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTarget } from '../../tools/prebuilds/targets.mjs';
import { installRuntime } from './runtimes.mjs';

const LINE = '24';
const PART = ['test/parity', 'test/rfc', 'test/unit/errors.test.ts', 'test/unit/records.test.ts', 'test/unit/validate.test.ts',
  'test/integration/compat', 'test/integration/client', 'test/integration/server', 'test/integration/limits', 'test/integration/windows', 'test/integration/workers'];

const project = fileURLToPath(new URL('../..', import.meta.url));
const out = join(project, 'build-package');
const target = findTarget('linux-arm64-glibc');
const qemu = ['qemu-aarch64-static', 'qemu-aarch64'].find((name) => spawnSync(name, ['--version']).status === 0);
const libraries = '/usr/aarch64-linux-gnu';

function fail(reason) {
  console.log(reason);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
if (process.arch === 'arm64') fail('this machine is arm64 itself: npm test');
if (!qemu) fail('qemu is missing (Debian: apt-get install qemu-user-static)');

const prebuild = (...args) => spawnSync(process.execPath, [join(project, 'tools/prebuilds/prebuild.mjs'), '--target', target.name, '--out', out, ...args], { stdio: 'inherit' }).status === 0;
if (!prebuild('--check') && !prebuild()) fail('the addon could not be built for arm64; the reason is above');

// vitest has a part in Rust, which it wants for the processor that it runs on.
const { version } = JSON.parse(readFileSync(join(project, 'node_modules/rolldown/package.json'), 'utf8'));
const node = installRuntime(LINE, { arch: 'arm64', also: [`@rolldown/binding-linux-arm64-gnu@${version}`] });
const modules = join(node, '../../..');

// What is started by process.execPath has to go through qemu too, where the kernel does not do that by itself.
const scratch = join(project, 'build-package/arm64');
mkdirSync(scratch, { recursive: true });
const wrapper = join(scratch, 'node');
writeFileSync(wrapper, `#!/bin/sh\nexec ${qemu} -L ${libraries} '${node}' "$@"\n`);
chmodSync(wrapper, 0o755);
const preload = join(scratch, 'exec-path.cjs');
writeFileSync(preload, `process.execPath = ${JSON.stringify(wrapper)};\n`);
const env = {
  ...process.env, NODE_PATH: modules, NODE_OPTIONS: `--require=${preload}`,
  DUETTO_BINDING: join(out, 'prebuilds', target.folder, target.file), DUETTO_NGHTTP2: undefined,
};

const smoke = spawnSync(wrapper, [join(project, 'test/nodes/smoke.mjs')], { cwd: project, stdio: 'inherit', env });
if (smoke.status !== 0) fail('no requests under arm64');
const report = join(scratch, 'report.json');
writeFileSync(report, '{}');
const args = process.argv.length > 2 ? process.argv.slice(2) : PART;
spawnSync(wrapper, [join(project, 'node_modules/vitest/vitest.mjs'), 'run', ...args, '--testTimeout=60000',
  '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], env });
const { numPassedTests: passed = 0, numFailedTests: failed = 0, testResults = [{ status: 'failed', assertionResults: [] }] } = JSON.parse(readFileSync(report, 'utf8'));
const unloaded = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
console.log(`${passed} passed, ${failed + unloaded.length} failed`);
process.exitCode = failed + unloaded.length === 0 && passed > 0 ? 0 : 1;
