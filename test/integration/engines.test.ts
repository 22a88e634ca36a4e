// Several nghttp2 in one process, and which one a process runs on.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { project } from '../helpers/child.ts';
import { alone, main, mainId, others, plainEnvironment, usable } from '../helpers/engines.ts';

const other = others[0]!;
/** What a process may begin with that has nothing of this one's environment. */
const first = usable.find((id) => id !== other)!;
const entry = path.join(project, 'dist/index.js');

interface Ran {
  out: string;
  err: string;
  code: unknown;
}

/** Runs a script with those variables and no others of ours. */
function run(script: string, env: NodeJS.ProcessEnv = {}, flags: string[] = []): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, '-e', script], { cwd: project, env: plainEnvironment(env), timeout: 15_000 }, (error, out, err) =>
      resolve({ out: out.trim(), err, code: error ? error.code : 0 }));
  });
}

const version = `console.log(require(${JSON.stringify(entry)}).nghttp2.version)`;

/** A server of one engine that says which it is, asked by a client of another; what came back. */
async function talk(server: typeof main, client: typeof main, headers: object = {}): Promise<{ body: string; headers: Record<string, unknown> }> {
  const listening = server.createServer((request, response) => {
    response.setHeader('x-seen', String(request.headers['x-asked-by']));
    response.end(`served by ${server.nghttp2.version}`);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => { listening.close(); });
  await once(listening, 'listening');
  const session = client.connect(`http://127.0.0.1:${(listening.address() as AddressInfo).port}`);
  onTestFinished(() => { session.destroy(); });
  const stream = session.request({ ':path': '/', 'x-asked-by': client.nghttp2.version, ...headers });
  const response = once(stream, 'response');
  let body = '';
  stream.setEncoding('utf8').on('data', (text) => { body += text; });
  await once(stream, 'end');
  return { body, headers: (await response)[0] as Record<string, unknown> };
}

describe.skipIf(alone)(`two engines in one process ${alone}`, () => {
  const second = alone ? main : main.engine(other);

  test('each has its own nghttp2', () => {
    expect(second.nghttp2.version).not.toBe(main.nghttp2.version);
    expect(second.nghttp2.version).toBe(other.replace(/-user-.*/, ''));
  });

  test('each is a complete module, with classes of its own', () => {
    expect(Object.keys(second)).toEqual(Object.keys(main));
    expect(second.constants).toEqual(main.constants);
    expect(second.Http2ServerRequest).not.toBe(main.Http2ServerRequest);
    expect(second.createServer()).not.toBeInstanceOf(main.createServer().constructor);
  });

  test('the same engine is the same module, whoever is asked', () => {
    expect(main.engine(other)).toBe(second);
    expect(second.engine(other)).toBe(second);
    expect(second.engine(mainId)).toBe(main);
    expect(main.engine(mainId)).toBe(main);
  });

  test('they talk to each other, both ways, at the same time', async () => {
    const [one, two] = await Promise.all([talk(main, second), talk(second, main)]);
    expect(one).toMatchObject({ body: `served by ${main.nghttp2.version}`, headers: { 'x-seen': second.nghttp2.version } });
    expect(two).toMatchObject({ body: `served by ${second.nghttp2.version}`, headers: { 'x-seen': main.nghttp2.version } });
  });

  test('headers that one received, sensitive ones too, can be sent by the other', async () => {
    expect(second.sensitiveHeaders).toBe(main.sensitiveHeaders);
    const seen: unknown[] = [];
    const server = main.createServer();
    server.on('stream', (stream, headers) => {
      seen.push(headers[main.sensitiveHeaders as never]);
      stream.respond({ ':status': 200 }, { endStream: true });
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => { server.close(); });
    await once(server, 'listening');
    const session = second.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => { session.destroy(); });
    const stream = session.request({ ':path': '/', 'x-secret': '1', [second.sensitiveHeaders]: ['x-secret'] } as never);
    await once(stream, 'response');
    expect(seen).toEqual([['x-secret']]);
  });

  test('a name that fits one engine only will do', () => {
    const short = other.replace(/\.\d+$/, '');
    expect(main.engine(short)).toBe(second);
  });

  test('loading one leaves require() as it was', () => {
    const require = createRequire(import.meta.url);
    expect(require(entry)).toBe(main);
    expect(require(path.join(project, 'dist/constants.js')).constants).toBe(main.constants);
  });
});

describe('engines()', () => {
  test('tells what is here, and which one is in use', () => {
    const found = main.engines();
    // An addon that DUETTO_BINDING names need not be one of them.
    if (!process.env.DUETTO_BINDING) expect(found.filter(({ active }) => active)).toHaveLength(1);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    for (const { file, id } of found) {
      expect(fs.existsSync(file), id).toBe(true);
    }
  });

  test('one that is not here is an error that says what is, and how to get it', () => {
    expect(() => main.engine('1.1.1')).toThrow(expect.objectContaining({
      code: 'ERR_DUETTO_ENGINE', message: expect.stringMatching(/no engine with nghttp2 1\.1\.1.*Here are: .*npx duetto nghttp2 build 1\.1\.1/),
    }));
    expect(() => main.engine(undefined as never)).toThrow(TypeError);
  });
});

describe.skipIf(alone || !first)(`the engine of a process ${alone}`, () => {
  const wanted = other?.replace(/-user-.*/, '');

  test('DUETTO_NGHTTP2 picks it', async () => {
    expect(await run(version, { DUETTO_NGHTTP2: other })).toMatchObject({ out: wanted, code: 0 });
  });

  test('worker threads take it over, and so does duetto/register', async () => {
    const script = `const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify("console.log('worker', require('http2').nghttp2.version)")}, { eval: true })
        .on('exit', () => console.log('main', require('http2').nghttp2.version));`;
    const { out, err } = await run(script, { DUETTO_NGHTTP2: other }, ['--require', path.join(project, 'dist/register/index.js')]);
    expect({ lines: out.split('\n').sort(), err }).toEqual({ lines: [`main ${wanted}`, `worker ${wanted}`], err: '' });
  });

  test('as an ES module, too', async () => {
    const script = `import { nghttp2, engine } from ${JSON.stringify(path.join(project, 'dist/index.mjs'))};
      console.log(nghttp2.version, engine(${JSON.stringify(first)}).nghttp2.version);`;
    const { out } = await run(script, { DUETTO_NGHTTP2: other }, ['--input-type=module']);
    expect(out).toBe(`${wanted} ${first.replace(/-user-.*/, '')}`);
  });

  test('one that is not here ends the start with an error, not with another engine', async () => {
    const { out, err, code } = await run(version, { DUETTO_NGHTTP2: '9.9.9' });
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toContain('there is no engine with nghttp2 9.9.9 (DUETTO_NGHTTP2 says so)');
  });

  test('selectEngine() picks it in code, for workers and children as well', async () => {
    const script = `
      require(${JSON.stringify(path.join(project, 'dist/engine/index.js'))}).selectEngine(${JSON.stringify(other)});
      ${version}
      new (require('node:worker_threads').Worker)(${JSON.stringify(version)}, { eval: true });`;
    expect((await run(script)).out).toBe(`${wanted}\n${wanted}`);
  });

  test('selectEngine() after duetto was loaded is an error, unless it names the same', async () => {
    const engine = JSON.stringify(path.join(project, 'dist/engine/index.js'));
    const { err } = await run(`${version}; require(${engine}).selectEngine(${JSON.stringify(other)})`, { DUETTO_NGHTTP2: first });
    expect(err).toMatch(/ERR_DUETTO_ENGINE/);
    expect(err).toContain(`engine('${other}')`);
    const same = await run(`${version}; require(${engine}).selectEngine(${JSON.stringify(other)})`, { DUETTO_NGHTTP2: other });
    expect(same).toMatchObject({ out: wanted, err: '', code: 0 });
  });

  test('duetto/engine loads no addon by itself', async () => {
    const script = `require(${JSON.stringify(path.join(project, 'dist/engine/index.js'))});
      console.log(Object.keys(require.cache).filter((file) => file.endsWith('.node')).length)`;
    expect((await run(script)).out).toBe('0');
  });

  test('an engine that was left over from other sources is refused, until it is built again', async () => {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-engine-'));
    onTestFinished(() => fs.rmSync(copy, { recursive: true }));
    for (const name of ['dist', 'native']) fs.cpSync(path.join(project, name), path.join(copy, name), { recursive: true });
    const home = path.join(copy, 'build-nghttp2', other);
    fs.cpSync(path.dirname(main.engines().find(({ id }) => id === other)!.file), home, { recursive: true });
    const load = () => run(`console.log(require(${JSON.stringify(path.join(copy, 'dist/index.js'))}).nghttp2.version)`, { DUETTO_NGHTTP2: other });
    expect((await load()).out).toBe(wanted);
    fs.appendFileSync(path.join(copy, 'native/core/session.cc'), '// changed\n');
    const { out, err } = await load();
    expect(out).toBe('');
    expect(err).toContain(`the engine ${other} (DUETTO_NGHTTP2 says so) was built from other sources than this version of duetto`);
    expect(err).toContain(`npx duetto nghttp2 build ${other}`);
  });

  test('a file that is not there is refused by the name of the variable that names it', async () => {
    const { err, code } = await run(version, { DUETTO_BINDING: 'none.node' });
    expect(code).toBe(1);
    expect(err).toMatch(/duetto: DUETTO_BINDING names \/.*\/none\.node, and there is no such file/);
    expect(err).toContain('ERR_DUETTO_ENGINE');
  });

  test('an addon of other sources is refused, in words', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-engine-'));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    // Any other addon would do: what counts is what it says of its records.
    const file = path.join(folder, 'old.cjs');
    fs.writeFileSync(file, `module.exports = { version: '1.2.3', doorHash: '0123456789abcdef' };`);
    const { err, code } = await run(version, { DUETTO_BINDING: file });
    expect(code).toBe(1);
    expect(err).toMatch(/was built from other sources than this version of duetto \(its records are 0123456789abcdef, these [0-9a-f]{16}\)/);
  });
});
