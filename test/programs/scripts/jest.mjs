// Jest gives each test file modules of its own, and all of them the same addon.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { engine, program } from '../program.mjs';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const module = engine === 'duetto' ? at('../../../dist/index.js') : 'node:http2';

await program({
  'two files, one after the other in one process': () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [
      at('../node_modules/jest/bin/jest.js'), '--rootDir', at('../fixtures/jest'), '--testMatch', '**/*.test.cjs', '--runInBand', '--json', '--silent',
    ], { encoding: 'utf8', env: { ...process.env, HTTP2_MODULE: module } });
    if (status !== 0) throw new Error(stdout + stderr);
    const { numPassedTests, numFailedTests, numPassedTestSuites } = JSON.parse(stdout);
    return { numPassedTests, numFailedTests, numPassedTestSuites };
  },
});
