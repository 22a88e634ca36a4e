import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { project, start } from '../helpers/child.ts';
import { duplexPair } from '../helpers/duplex.ts';
import { data, Flag, headers, preface, requestBlock, settings, settingsAck } from '../helpers/raw-peer.ts';

const child = resolve(project, 'test/helpers/memory-child.cjs');
const TWO_GB = 2 * 1024 ** 3;
/** Megabytes: far more than buffers and garbage take, far less than the body. */
const FLAT = 100;

test.each(['down', 'up'])('a body of 2 GB (%s) leaves the memory of both sides flat', async (way) => {
  const server = start(process.execPath, [child, 'serve']);
  onTestFinished(() => { server.process.kill('SIGKILL'); });
  const { port } = JSON.parse((await server.printed(/.*"port".*/))[0]);
  const { stdout, stderr } = await start(process.execPath, [child, way, String(port), String(TWO_GB)]).ended;
  expect(stderr).toBe('');
  const client = JSON.parse(stdout);
  expect(client.length).toBe(TWO_GB);
  expect(client.grown).toBeLessThan(FLAT);
  expect(JSON.parse((await server.printed(/.*"grown".*/))[0]).grown).toBeLessThan(FLAT);
}, 60_000);

test('a small body that is kept does not keep the chunk that it came in', async () => {
  const [ours, theirs] = duplexPair();
  const server = duetto.createServer();
  const bodies = new Map<number, Buffer[]>();
  const complete = new Promise<void>((resolve) => {
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      const kept: Buffer[] = [];
      bodies.set(stream.id!, kept);
      stream.on('data', (chunk: Buffer) => kept.push(chunk));
      stream.on('end', () => { if (stream.id === 3) resolve(); });
    });
  });
  server.emit('connection', theirs);
  ours.resume();
  ours.write(Buffer.concat([preface, settings(), settingsAck]));
  // One chunk of 48 KB from the socket's point of view, in which 64 octets are of interest.
  ours.write(Buffer.concat([
    headers(1, requestBlock(), Flag.EndHeaders), data(1, Buffer.alloc(16384)), data(1, Buffer.alloc(16384)), data(1, Buffer.alloc(16384)),
    headers(3, requestBlock(), Flag.EndHeaders), data(3, 'x'.repeat(64), Flag.EndStream),
  ]));
  await complete;
  const [small] = bodies.get(3)!;
  expect(small!.toString()).toBe('x'.repeat(64));
  // Buffer's pool is what a copy comes from; some lines of Node make it a little larger than they say.
  expect(small!.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize + 1024);
  // And a large piece is not copied.
  const [large] = bodies.get(1)!;
  expect(large!.length).toBe(16384);
  expect(large!.buffer.byteLength).toBe(16384);
  ours.destroy();
});
