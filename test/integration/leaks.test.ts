import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run, runScript } from '../helpers/child.ts';

test.skipIf(!existsSync('/proc/self/fd'))('descriptors are not left open, however a session ends (skipped without /proc)', async () => {
  const { stdout, stderr } = await runScript(`
    const net = require('node:net');
    const fs = require('node:fs');
    const { once } = require('node:events');
    const open = () => fs.readdirSync('/proc/self/fd').length;
    const chunk = Buffer.alloc(65536);
    let sessions = 0;
    const server = duetto.createServer();
    server.on('sessionError', () => {});
    server.on('session', (session) => {
      sessions++;
      session.on('close', () => sessions--);
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (headers[':path'] === '/destroy') return stream.session.destroy();
      if (headers[':path'] === '/file') return stream.respondWithFile(process.execPath, {});
      stream.respond({ ':status': 200 });
      const more = () => { while (stream.write(chunk)); };
      stream.on('drain', more);
      more();
    });
    const ways = {
      'client destroys': (port) => busy(port, '/', (session) => session.destroy()),
      'client fails': (port) => busy(port, '/', (session) => session.destroy(new Error('enough'))),
      'client closes': (port) => busy(port, '/', (session, stream) => { stream.close(8); session.close(); }),
      'server destroys': (port) => busy(port, '/destroy', () => {}),
      'in a file': (port) => busy(port, '/file', (session) => session.destroy()),
      'file and reset': (port) => busy(port, '/file', (session, stream) => { stream.close(8); session.close(); }),
      'garbage': (port) => raw(port, 'not HTTP/2, and long enough to tell so\\r\\n\\r\\n'),
      'gone at once': (port) => raw(port, ''),
    };
    function busy(port, path, end) {
      return new Promise((resolve) => {
        const session = duetto.connect('http://127.0.0.1:' + port);
        session.on('error', () => {}).on('close', resolve);
        const stream = session.request({ ':path': path });
        stream.on('error', () => {}).once('data', () => end(session, stream));
      });
    }
    function raw(port, text) {
      return new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1', () => text ? socket.write(text) : socket.destroy());
        socket.on('error', () => {}).on('close', resolve).resume();
      });
    }
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      await busy(port, '/', (session) => session.destroy());
      const before = open();
      for (const [way, go] of Object.entries(ways)) {
        for (let i = 0; i < 5; i++) await Promise.all([1, 2, 3, 4, 5].map(() => go(port)));
        while (sessions > 0) await new Promise(setImmediate);
        // Files are closed a turn of the thread pool later than their session.
        for (let i = 0; i < 2000 && open() > before; i++) await new Promise(setImmediate);
        print({ way, left: open() - before });
      }
      server.close();
    });
  `, { timeout: 30_000 });
  expect(stderr).toBe('');
  const rows = stdout.trim().split('\n').map((line) => JSON.parse(line));
  expect(rows).toHaveLength(8);
  for (const { way, left } of rows) expect([way, Math.max(0, left)]).toEqual([way, 0]);
});

test('sessions and streams that are over are not kept', async () => {
  const { stdout } = await runScript(`
    const { setFlagsFromString } = require('node:v8');
    setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const server = duetto.createServer();
    const refs = [];
    server.on('session', (session) => refs.push(new WeakRef(session)));
    server.on('stream', (stream) => {
      refs.push(new WeakRef(stream));
      stream.respond({ ':status': 200 });
      stream.end('x'.repeat(1000));
    });
    const round = (port) => new Promise((resolve) => {
      const session = duetto.connect('http://127.0.0.1:' + port);
      refs.push(new WeakRef(session));
      session.on('close', resolve);
      let left = 10;
      for (let i = 0; i < 10; i++) {
        const stream = session.request();
        refs.push(new WeakRef(stream));
        stream.resume().on('close', () => { if (--left === 0) session.close(); });
      }
    });
    server.listen(0, '127.0.0.1', async () => {
      for (let i = 0; i < 20; i++) await round(server.address().port);
      server.close();
      for (let i = 0; i < 50; i++) {
        await new Promise(setImmediate);
        gc();
      }
      print({ made: refs.length, kept: refs.filter((ref) => ref.deref() !== undefined).length });
    });
  `);
  const { made, kept } = JSON.parse(stdout);
  expect(made).toBe(440);
  // The last ones may be in a pool or on a stack.
  expect(kept).toBeLessThan(44);
});

test.skipIf(process.env.ASAN_OPTIONS !== undefined)('requests of every kind, sessions and workers leave nothing behind (a short run of npm run test:leaks; skipped under AddressSanitizer, which keeps memory that was freed)', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['--max-semi-space-size=4', 'test/leaks.mjs', '20000', '2000', '20'], { timeout: 110_000 });
  expect(`${code}\n${stdout}${stderr}`).toMatch(/^0\n20000 requests [^\n]+\n2000 sessions [^\n]+\n20 workers [^\n]+\n$/);
}, 120_000);
