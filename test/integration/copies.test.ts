// Test runners load the JavaScript for each file anew, and the addon once for the process.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { project, start } from '../helpers/child.ts';
import { temporary } from '../helpers/packed.ts';

const duetto = path.join(project, 'dist/index.js');

test('what 50 copies of the JavaScript share is right, and goes with them', async () => {
  const { ended } = start(process.execPath, ['--expose-gc', path.join(project, 'test/helpers/copies-child.cjs'), duetto]);
  const { stdout, stderr, code } = await ended;
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  // The last one is in the cache.
  expect(JSON.parse(stdout)).toEqual({ wrong: [], left: 1 });
}, 60_000);

test('one copy that stops observing does not stop the other', async () => {
  const code = `
    const load = () => {
      for (const name of Object.keys(require.cache)) if (!name.endsWith('.node')) delete require.cache[name];
      return require(${JSON.stringify(duetto)});
    };
    const [one, two] = [load(), load()];
    const seen = [];
    const observer = new one.PerformanceObserver((list) => seen.push(...list.getEntries().map(({ name }) => name)));
    observer.observe({ entryTypes: ['http2'] });
    const other = new two.PerformanceObserver(() => {});
    other.observe({ entryTypes: ['http2'] });
    other.disconnect();
    const server = one.createServer((request, response) => response.end()).listen(0, () => {
      const client = one.connect('http://localhost:' + server.address().port);
      client.request().resume().on('close', () => { client.close(); server.close(); });
    });
    process.on('exit', () => console.log(seen.sort().join(' ')));`;
  const { stdout } = await start(process.execPath, ['-e', code]).ended;
  expect(stdout).toBe('Http2Session Http2Session Http2Stream Http2Stream\n');
});

describe('vitest', () => {
  let folder: string;
  beforeAll(() => {
    folder = temporary('copies');
    for (const name of ['one', 'two']) {
      fs.writeFileSync(path.join(folder, `${name}.test.mjs`), `
        import { createRequire } from 'node:module';
        import { expect, test, vi } from 'vitest';
        const name = ${JSON.stringify(name)};
        const exchange = ({ createServer, connect }) => new Promise((resolve) => {
          const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
          server.listen(0, () => {
            const client = connect('http://localhost:' + server.address().port);
            let body = '';
            client.request({ ':path': '/' + name, ['x-' + name]: name }).setEncoding('utf8').on('data', (text) => body += text).on('close', () => {
              client.close();
              server.close(() => resolve(JSON.parse(body)));
            });
          });
        });
        test('again and again', async () => {
          for (let i = 0; i < 3; i++) {
            vi.resetModules();
            const { default: duetto } = await import(${JSON.stringify(path.join(project, 'dist/index.mjs'))});
            expect(await exchange(duetto)).toMatchObject({ ':method': 'GET', ':path': '/' + name, ['x-' + name]: name });
          }
        });`);
    }
    fs.symlinkSync(path.join(project, 'node_modules'), path.join(folder, 'node_modules'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test.each([['threads', true], ['threads', false], ['forks', true], ['forks', false]])('with %s, isolated: %s', async (pool, isolated) => {
    const { ended } = start(process.execPath, [
      path.join(project, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--pool', pool, `--isolate=${isolated}`, '--fileParallelism=false',
    ], { env: { NO_COLOR: '1', FORCE_COLOR: undefined } });
    const { stdout, stderr, code } = await ended;
    expect({ stderr, code }, stdout).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/Tests +2 passed/);
  }, 60_000);
});
