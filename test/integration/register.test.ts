// Every way of asking for http2 gives duetto, in every Node that is at hand: this one, and those in DUETTO_TEST_NODES
// (paths, separated as in PATH).

import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const nodes = [process.execPath, ...(process.env.DUETTO_TEST_NODES ?? '').split(path.delimiter).filter(Boolean)];

let app: string;

/** Is it duetto? Prints each way of asking that gives something else. */
const probes: Record<string, string> = {
  'probe.cjs': `
    const wrong = [];
    const ask = (how, module) => { if (module.nghttp2 === undefined || module.default?.nghttp2 === null) wrong.push(how); };
    ask('require http2', require('http2'));
    ask('require node:http2', require('node:http2'));
    ask('module.require', module.require('http2'));
    ask('createRequire', require('node:module').createRequire(__filename)('http2'));
    if (process.getBuiltinModule) {
      ask('getBuiltinModule', process.getBuiltinModule('http2'));
      ask('getBuiltinModule node:', process.getBuiltinModule('node:http2'));
    }
    ask('a CommonJS dependency', require('commonjs-dependency'));
    if (require('http2') !== require('duetto')) wrong.push('identity');
    if (require('http') === require('http2') || !require('net').connect) wrong.push('other modules');
    Promise.all([import('http2'), import('node:http2'), import('es-dependency')]).then(([a, b, c]) => {
      ask('import() http2', a); ask('import() node:http2', b); ask('an ES dependency', c.found);
      if (a.createServer !== require('duetto').createServer) wrong.push('identity of import()');
      console.log('wrong: ' + wrong.join(', '));
    });`,
  'probe.mjs': `
    import standard, { createServer, nghttp2 } from 'http2';
    import * as everything from 'node:http2';
    import { createRequire } from 'node:module';
    import commonjs from 'commonjs-dependency';
    import { found } from 'es-dependency';
    import duetto from 'duetto';
    const wrong = [];
    const ask = (how, module) => { if (module.nghttp2 === undefined) wrong.push(how); };
    ask('default', standard); ask('names', { nghttp2 }); ask('namespace', everything);
    ask('import()', await import('http2')); ask('createRequire', createRequire(import.meta.url)('http2'));
    if (process.getBuiltinModule) ask('getBuiltinModule', process.getBuiltinModule('http2'));
    ask('a CommonJS dependency', commonjs); ask('an ES dependency', found);
    if (createServer !== duetto.createServer || standard !== duetto) wrong.push('identity');
    console.log('wrong: ' + wrong.join(', '));`,
  'workers.cjs': `
    const { Worker } = require('node:worker_threads');
    const run = (name, file, options) => new Promise((resolve) => {
      const worker = new Worker(file, { ...options, stdout: true });
      let out = '';
      worker.stdout.on('data', (text) => out += text);
      worker.on('error', (error) => out += error.stack);
      worker.on('exit', () => resolve(name + ': ' + out.trim()));
    });
    (async () => {
      const here = (name) => require('node:path').join(__dirname, name);
      console.log(await run('CommonJS', here('probe.cjs')));
      console.log(await run('ES', here('probe.mjs')));
      console.log(await run('own execArgv', here('probe.cjs'), { execArgv: [] }));
      console.log(await run('own execArgv, ES', here('probe.mjs'), { execArgv: ['--no-warnings'] }));
      console.log(await run('eval', "console.log('wrong: ' + (require('http2').nghttp2 ? '' : 'eval'))", { eval: true }));
      console.log(await run('nested', "const { Worker } = require('worker_threads'); new Worker(" + JSON.stringify(here('probe.cjs')) + ")", { eval: true }));
    })();`,
  'workers.mjs': `
    import { Worker } from 'worker_threads';
    const worker = new Worker(new URL('probe.mjs', import.meta.url));
    worker.on('exit', () => {});`,
  'talk.mjs': `
    import { connect, createServer } from 'node:http2';
    const server = createServer((request, response) => response.end('served'));
    server.listen(0, () => {
      const client = connect('http://localhost:' + server.address().port);
      let body = '';
      const stream = client.request({ ':path': '/' }).setEncoding('utf8').on('data', (text) => body += text);
      stream.on('close', () => { console.log(body); client.close(); server.close(); });
    });`,
  'observe.cjs': `
    const wrong = [];
    const { PerformanceObserver } = require('node:perf_hooks');
    if (PerformanceObserver !== require('duetto').PerformanceObserver) wrong.push('require');
    if (PerformanceObserver !== globalThis.PerformanceObserver) wrong.push('global');
    import('node:perf_hooks').then((hooks) => {
      if (hooks.PerformanceObserver !== PerformanceObserver || hooks.default.PerformanceObserver !== PerformanceObserver) wrong.push('import');
      const seen = [];
      const observer = new PerformanceObserver((list) => {
        seen.push(...list.getEntries().map(({ name }) => name));
        if (seen.length < 5) return;
        observer.disconnect();
        console.log('wrong: ' + wrong.join(', ') + '; ' + seen.sort().join(' '));
      });
      observer.observe({ entryTypes: ['http2', 'mark'] });
      performance.mark('a mark');
      const http2 = require('http2');
      const server = http2.createServer((request, response) => response.end()).listen(0, () => {
        const session = http2.connect('http://localhost:' + server.address().port);
        session.request().resume().on('close', () => { session.close(); server.close(); });
      });
    });`,
  // Counts how often Node is asked for loader hooks on a thread of their own.
  'count.cjs': `
    const modules = require('node:module');
    const { register } = modules;
    let count = 0;
    if (register) modules.register = (...args) => { count++; return register(...args); };
    process.on('exit', () => console.log('threads: ' + (count === 0 && Number.parseInt(process.versions.node) > 22 ? 'none needed' : count)));`,
  'hooks.mjs': `export const resolve = (specifier, context, next) => next(specifier, context);`,
  'loader.mjs': `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  'static.mjs': `import 'duetto/register'; import 'node:http2';`,
  'in-time.mjs': `import 'duetto/register'; const { nghttp2 } = await import('node:http2'); if (nghttp2 === undefined) console.log('wrong');`,
  'late-require.cjs': `require('http2'); require('duetto/register');`,
  'plain.js': `if (require('http2').nghttp2 === undefined) console.log('wrong');`,
  'late.cjs': `require('./dynamic.cjs')().then((http2) => { if (http2.nghttp2 === undefined) console.log('wrong'); });`,
  'dynamic.cjs': `module.exports = () => import /* late */ ('http2');`,
  'own.cjs': `require('duetto/register'); import('http2').then((http2) => { if (http2.nghttp2 === undefined) console.log('wrong'); });`,
  'evaluated.cjs': `eval("import('http2')").then((http2) => { if (http2.nghttp2 === undefined) console.log('wrong'); });`,
  'syntax.js': `import { nghttp2 } from 'http2'; if (nghttp2 === undefined) console.log('wrong');`,
  'requires-es.cjs': `require('./late.mjs').ask().then((http2) => { if (http2.nghttp2 === undefined) console.log('wrong'); });`,
  'late.mjs': `export const ask = () => import('http2');`,
  'found.mjs': `export { nghttp2 } from 'http2';`,
  'typed/package.json': `{ "type": "module" }`,
  'typed/main.js': `import { nghttp2 } from 'http2'; if (nghttp2 === undefined) console.log('wrong');`,
  'node_modules/commonjs-dependency/index.js': `module.exports = require('http2');`,
  'node_modules/es-dependency/package.json': `{ "type": "module", "exports": "./index.js" }`,
  'node_modules/es-dependency/index.js': `import * as found from 'http2'; export { found };`,
};

interface Ran {
  out: string;
  err: string;
  code: number | string | null;
}

function run(node: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = app): Promise<Ran> {
  const clean = { ...process.env };
  // Not what the test runner was given.
  for (const name of ['NODE_OPTIONS', 'DUETTO_DEBUG', 'VITEST', 'NODE_V8_COVERAGE']) delete clean[name];
  return new Promise((resolve) => {
    execFile(node, args, { cwd, env: { ...clean, ...env }, timeout: 15_000 }, (error, out, err) =>
      resolve({ out, err, code: error ? error.code ?? error.signal ?? 1 : 0 }));
  });
}

beforeAll(async () => {
  app = fs.mkdtempSync(path.join(os.tmpdir(), 'duetto-register-'));
  for (const [name, text] of Object.entries(probes)) {
    fs.mkdirSync(path.dirname(path.join(app, name)), { recursive: true });
    fs.writeFileSync(path.join(app, name), text);
  }
  fs.symlinkSync(project, path.join(app, 'node_modules/duetto'));
});

afterAll(() => fs.rmSync(app, { recursive: true, force: true }));

describe.each(nodes)('register in %s', (node) => {
  const flags = ['--require', '--import'];

  test('the Node is one that is supported', async () => {
    const { out } = await run(node, ['--version']);
    expect(out).toMatch(/^v(20|2[2-9])\./);
  });

  // Each file finds duetto; where the hooks want a thread (Node 20), only what can reach an ES module pays for it.
  test.each([
    ['plain.js', 0], ['plain', 0], ['late.cjs', 1], ['evaluated.cjs', 1], ['syntax.js', 1], ['requires-es.cjs', 1], ['typed/main.js', 1], ['found.mjs', 1],
  ])('%s has loader hooks on a thread: %i', async (file, threads) => {
    const { major, minor } = /^v(?<major>\d+)\.(?<minor>\d+)/.exec((await run(node, ['--version'])).out)!.groups!;
    // What an older Node cannot load at all.
    if (/syntax|requires-es/.test(file) && Number(major) === 20 && Number(minor) < 19) return;
    const { out, code } = await run(node, ['--require', './count.cjs', '--require', 'duetto/register', file], { DUETTO_INTERNALS: '1' });
    expect({ out, code }).toEqual({ out: expect.stringMatching(new RegExp(`^threads: (${threads}|none needed)\n$`)), code: 0 });
  });

  test.each([
    ['the program itself asks for it', ['own.cjs']],
    ['the program is given with --eval', ['--require', 'duetto/register', '--eval', "import('http2').then((http2) => { if (http2.nghttp2 === undefined) console.log('wrong'); })"]],
    ['an ES module is loaded before', ['--require', 'duetto/register', '--import', './found.mjs', 'plain.js']],
  ])('the hooks are there at once where %s', async (_what, args) => {
    const { out, code } = await run(node, ['--require', './count.cjs', ...args]);
    expect({ out, code }).toEqual({ out: expect.stringMatching(/^threads: (1|none needed)\n$/), code: 0 });
  });

  for (const flag of flags) {
    for (const probe of ['probe.cjs', 'probe.mjs']) {
      test(`${flag}, ${probe}`, async () => {
        const { out, err, code } = await run(node, [flag, 'duetto/register', probe]);
        expect({ out, err, code }).toEqual({ out: 'wrong: \n', err: '', code: 0 });
      });
    }

    test(`${flag}, worker threads`, async () => {
      const { out, err, code } = await run(node, [flag, 'duetto/register', 'workers.cjs']);
      expect(err).toBe('');
      expect(out.trim().split('\n')).toEqual(
        ['CommonJS', 'ES', 'own execArgv', 'own execArgv, ES', 'eval', 'nested'].map((name) => `${name}: wrong:`));
      expect(code).toBe(0);
    });

    test(`${flag}, a worker of an ES module`, async () => {
      const { out, err } = await run(node, [flag, 'duetto/register', 'workers.mjs']);
      expect({ out, err }).toEqual({ out: 'wrong: \n', err: '' });
    });

    test(`${flag}, node:perf_hooks`, async () => {
      const { out, err } = await run(node, [flag, 'duetto/register', 'observe.cjs']);
      expect({ out, err }).toEqual({ out: 'wrong: ; Http2Session Http2Session Http2Stream Http2Stream a mark\n', err: '' });
    });

    test(`${flag}, requests`, async () => {
      const { out, err } = await run(node, [flag, 'duetto/register', 'talk.mjs']);
      expect({ out, err }).toEqual({ out: 'served\n', err: '' });
    });
  }

  test.each([
    [['--import', 'duetto/register', '--import', './loader.mjs']],
    [['--import', './loader.mjs', '--import', 'duetto/register']],
    [['--require', 'duetto/register', '--import', './loader.mjs']],
    [['--import', './loader.mjs', '--require', 'duetto/register']],
  ])('beside loader hooks of others: %s', async (flags) => {
    for (const probe of ['probe.cjs', 'probe.mjs']) {
      const { out, err, code } = await run(node, ['--no-deprecation', ...flags, probe]);
      expect({ out, err, code }, probe).toEqual({ out: 'wrong: \n', err: '', code: 0 });
    }
  });

  test.each(['static.mjs', 'late-require.cjs'])('warns when http2 has been given out: %s', async (file) => {
    const { out, err, code } = await run(node, [file], { DUETTO_INTERNALS: '1' });
    expect({ out, code }).toEqual({ out: '', code: 0 });
    expect(err).toMatch(/\[DUETTO_LATE\] DuettoWarning: http2 was loaded before duetto\/register/);
  });

  test('does not warn when it is in time', async () => {
    const { out, err, code } = await run(node, ['in-time.mjs']);
    expect({ out, err, code }).toEqual({ out: '', err: '', code: 0 });
  });

  test('by NODE_OPTIONS', async () => {
    const { out } = await run(node, ['probe.mjs'], { NODE_OPTIONS: '--require duetto/register' });
    expect(out).toBe('wrong: \n');
  });

  test('by its file, and by the program itself', async () => {
    const file = path.join(project, 'dist/register/index.js');
    expect((await run(node, ['--import', pathToFileURL(file).href, 'probe.mjs'])).out).toBe('wrong: \n');
    expect((await run(node, ['-e', `require('duetto/register'); require('./probe.cjs')`])).out).toBe('wrong: \n');
    expect((await run(node, ['-e', `require('duetto/register'); require('./workers.cjs')`])).out).not.toMatch(/wrong: ./);
  });

  test('without it nothing changes', async () => {
    const { out } = await run(node, ['-e', `console.log(require('http2').nghttp2, require('duetto') === require('http2'))`]);
    expect(out).toBe('undefined false\n');
  });

  test('says who it is under DUETTO_DEBUG=1, once', async () => {
    const { err } = await run(node, ['--require', 'duetto/register', 'workers.cjs'], { DUETTO_DEBUG: '1' });
    expect(err).toMatch(/^duetto: http2 is duetto \d+\.\d+\.\d+, nghttp2 \d+\.\d+\.\d+.*\n$/);
  });

  test('stops if there is no addon, and says how to get it', async () => {
    const bare = fs.mkdtempSync(path.join(app, 'bare-'));
    const home = path.join(bare, 'node_modules/duetto');
    fs.mkdirSync(home, { recursive: true });
    fs.cpSync(path.join(project, 'dist'), path.join(home, 'dist'), { recursive: true });
    fs.copyFileSync(path.join(project, 'package.json'), path.join(home, 'package.json'));
    fs.symlinkSync(path.join(project, 'node_modules/node-gyp-build'), path.join(bare, 'node_modules/node-gyp-build'));
    for (const flag of flags) {
      const { out, err, code } = await run(node, [flag, 'duetto/register', '-e', 'console.log(1)'], { DUETTO_BINDING: undefined, DUETTO_NGHTTP2: undefined }, bare);
      expect({ out, code }).toEqual({ out: '', code: 1 });
      expect(err).toContain('duetto/register: cannot take the place of http2.');
      expect(err).toContain(`there is no binary for ${process.platform}-${process.arch}`);
      expect(err).toContain('npx duetto build');
    }
  });
});
