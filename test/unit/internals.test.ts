// Each use of Node's internals, the short way and the public one: what comes of both is the same.

import { EventEmitter } from 'node:events';
import * as http from 'node:http';
import { Writable } from 'node:stream';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { project, run, runScript } from '../helpers/child.ts';

const rooms = readdirSync(join(project, 'lib/node-internals')).map((name) => name.slice(0, -3));
/** Set by whoever runs the tests: then there is no short way to compare with. */
const switchedOff = process.env.DUETTO_INTERNALS === '0';

test('docs/node-internals.md has a row for each', () => {
  const rows = readFileSync(join(project, 'docs/node-internals.md'), 'utf8').split('\n').filter((line) => /^\| `[a-z]/.test(line));
  expect(rows.map((row) => /^\| `(.+?)`/.exec(row)![1]).sort()).toEqual(rooms.filter((name) => name !== 'allowed').sort());
});

describe('a probe', () => {
  afterEach(() => { vi.unstubAllEnvs(); });

  test.skipIf(switchedOff)('that finds what it looks for allows the short way', async () => {
    vi.resetModules();
    const { works } = await import('../../lib/node-internals/allowed.js');
    expect([works(() => true), works(() => false), works(() => { throw new Error('no such thing'); })]).toEqual([true, false, false]);
  });

  test('is not asked with DUETTO_INTERNALS=0', async () => {
    vi.stubEnv('DUETTO_INTERNALS', '0');
    vi.resetModules();
    const { works, directAllowed, internalsAllowed } = await import('../../lib/node-internals/allowed.js');
    expect([works(() => true), directAllowed, internalsAllowed]).toEqual([false, false, false]);
  });

  test.skipIf(switchedOff)('is, but for those of sockets, with DUETTO_DIRECT=0', async () => {
    vi.stubEnv('DUETTO_DIRECT', '0');
    vi.resetModules();
    const { works, directAllowed } = await import('../../lib/node-internals/allowed.js');
    expect([works(() => true), directAllowed]).toEqual([true, false]);
  });
});

describe.each(switchedOff ? ['0'] : ['1', '0'])('DUETTO_INTERNALS=%s', (value) => {
  beforeEach(() => {
    vi.stubEnv('DUETTO_INTERNALS', value);
    vi.resetModules();
  });
  afterEach(() => { vi.unstubAllEnvs(); });

  test('takes the ways that it says', async () => {
    const short = value === '1';
    const { stateIsKnown } = await import('../../lib/node-internals/readable-state.js');
    const { nodeErrorMark } = await import('../../lib/node-internals/error-mark.js');
    const { classesAreMembers } = await import('../../lib/node-internals/http1-members.js');
    const { isLoaded } = await import('../../lib/node-internals/loaded-modules.js');
    const { YoungDuplex } = await import('../../lib/node-internals/young-duplex.js');
    const { LazyReadable } = await import('../../lib/node-internals/lazy-readable.js');
    const { Duplex } = await import('node:stream');
    class Lazy extends LazyReadable {
      override _onLaidOut(): void {}
    }
    expect({
      state: stateIsKnown, mark: nodeErrorMark !== undefined, members: classesAreMembers, loaded: isLoaded('events') !== undefined,
      young: YoungDuplex !== Duplex, lazy: new Lazy({})._laidOut === null,
    }).toEqual({ state: short, mark: short, members: short, loaded: short, young: short, lazy: short });
  });

  test('listeners', async () => {
    const { hasListeners } = await import('../../lib/node-internals/listeners.js');
    const emitter = new EventEmitter();
    const listener = (): void => {};
    const seen = [hasListeners(emitter, 'a')];
    emitter.on('a', listener).once('a', listener);
    seen.push(hasListeners(emitter, 'a'), hasListeners(emitter, 'b'));
    emitter.emit('a');
    seen.push(hasListeners(emitter, 'a'));
    emitter.removeListener('a', listener);
    seen.push(hasListeners(emitter, 'a'));
    expect(seen).toEqual([false, true, false, true, false]);
  });

  test('a duplex', async () => {
    const { YoungDuplex } = await import('../../lib/node-internals/young-duplex.js');
    class Echo extends YoungDuplex {
      override _read(): void {}
      override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
        this.push(chunk);
        callback();
      }
      override _final(callback: () => void): void {
        this.push(null);
        callback();
      }
    }
    const echo = new Echo({ highWaterMark: 10 });
    expect(echo).toBeInstanceOf(Writable);
    expect(echo.writableHighWaterMark).toBe(10);
    expect(echo.eventNames()).toEqual([]);
    echo.write('a');
    echo.end('b');
    let text = '';
    for await (const chunk of echo) text += String(chunk);
    expect(text).toBe('ab');
  });

  test('a readable that is set up when it is looked at', async () => {
    const { LazyReadable } = await import('../../lib/node-internals/lazy-readable.js');
    let laidOut = 0;
    class Lazy extends LazyReadable {
      constructor() {
        super({ autoDestroy: false, highWaterMark: 7 });
        if (this._laidOut !== null) this._onLaidOut();
      }
      override _onLaidOut(): void {
        laidOut++;
      }
      override _read(): void {}
    }
    const lazy = new Lazy();
    let heard = 0;
    lazy.on('mine', () => { heard++; });
    lazy.emit('mine');
    expect([lazy.readableHighWaterMark, lazy.readableFlowing, laidOut]).toEqual([7, null, 1]);
    lazy.emit('mine');
    lazy.push('x');
    lazy.push(null);
    const chunks: string[] = [];
    for await (const chunk of lazy) chunks.push(String(chunk));
    expect([chunks, heard, laidOut]).toEqual([['x'], 2, 1]);
  });

  test('the stack of an error', async () => {
    // Vitest makes stacks of its own.
    const script = `
      try { duetto.connect('http://x', { createConnection: () => new (require('stream').PassThrough)(), maxOriginSetSize: 'x' }); } catch (error) {
        print([error.stack.split('\\n', 1)[0], Object.keys(error), Object.getOwnPropertyDescriptor(error, 'stack') !== undefined]);
      }
    `;
    const { stdout, stderr } = await runScript(script, { env: { DUETTO_INTERNALS: value } });
    const message = 'The "options.maxOriginSetSize" property must be of type number. Received type string (\'x\')';
    expect(JSON.parse(stdout), stderr).toEqual([`TypeError [ERR_INVALID_ARG_TYPE]: ${message}`, ['code'], true]);
  });

  test("members of Node's server for HTTP/1", async () => {
    const { ownMembers } = await import('../../lib/node-internals/http1-members.js');
    const server = new http.Server({ requestTimeout: 5 });
    expect(ownMembers(server)).toEqual(expect.arrayContaining(['timeout', 'requestTimeout', 'headersTimeout', 'keepAliveTimeout', 'maxHeadersCount']));
    expect(ownMembers(server)).not.toContain('_events');
  });

  test.each(['require(name)', 'module.require(name)', "require('node:module').createRequire(process.cwd() + '/x.js')(name)"])(
    'what %s gives is replaced', async (way) => {
      const script = `
        const { replaceInRequire } = require(${JSON.stringify(join(project, 'dist/node-internals/module-load.js'))});
        const ours = {};
        const asked = [];
        replaceInRequire((request, from) => { asked.push([request, from?.endsWith('.cjs') ?? null]); return request === 'node:dns' ? ours : undefined; });
        const got = ['node:dns', 'node:os'].map((name) => ${way});
        console.log(JSON.stringify([got[0] === ours, got[1] === require('os')]));
      `;
      const { stdout, stderr } = await runScript(script, { env: { DUETTO_INTERNALS: value } });
      expect(stdout.trim(), stderr).toBe('[true,true]');
    });
});

test('a Node whose objects are made otherwise serves and is asked as before', async () => {
  // Symbols that cannot be found, and a list that is gone.
  const script = `
    Object.getOwnPropertySymbols = () => [];
    Object.defineProperty(process, 'moduleLoadList', { value: undefined });
    const http2 = require(${JSON.stringify(join(project, 'dist/index.js'))});
    const server = http2.createServer((request, response) => request.pipe(response));
    server.listen(0, '127.0.0.1', () => {
      const client = http2.connect('http://127.0.0.1:' + server.address().port);
      const request = client.request({ ':method': 'POST' });
      let text = '';
      request.setEncoding('utf8').on('data', (more) => { text += more; }).on('end', () => {
        let stack;
        try { http2.getPackedSettings({ maxFrameSize: 1 }); } catch (error) { stack = error.stack.split('\\n')[0]; }
        console.log(JSON.stringify([text.length, stack]));
        client.close();
        server.close();
      });
      request.end('x'.repeat(300000));
    });
  `;
  const { stdout, stderr } = await run(process.execPath, ['-e', script]);
  expect(stdout.trim(), stderr).toBe(JSON.stringify([300_000, 'RangeError [ERR_HTTP2_INVALID_SETTING_VALUE]: Invalid value for setting "maxFrameSize": 1']));
});
