// Tests of users stop the clock: what is promised in time goes by the real one, as in the built-in module.
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import * as duetto from '../../dist/index.js';
import { Flag, headers, preface, RawPeer, requestBlock, settings } from '../helpers/raw-peer.ts';
import { listen, open, site } from '../helpers/serve.ts';

afterEach(() => { vi.useRealTimers(); });

test('time-outs come, and the date is that of today', async () => {
  const { port } = await listen(site(duetto as never));
  vi.useFakeTimers({ now: new Date('2001-02-03'), toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'Date', 'performance'] });
  const session = await open(duetto.connect(`http://127.0.0.1:${port}`));
  const [fields] = await once(session.request({ ':path': '/hello' }).resume(), 'response') as [Record<string, string>];
  expect(new Date(fields.date!).getUTCFullYear()).toBeGreaterThan(2001);
  session.setTimeout(20);
  await once(session, 'timeout');
  const stream = session.request({ ':path': '/hash', ':method': 'POST' });
  stream.setTimeout(20);
  await once(stream, 'timeout');
});

test('a faked date does not stay', async () => {
  const { port } = await listen(site(duetto as never));
  const session = await open(duetto.connect(`http://127.0.0.1:${port}`));
  vi.useFakeTimers({ now: new Date('2001-02-03') , toFake: ['setTimeout', 'Date'] });
  await once(session.request({ ':path': '/hello' }).resume(), 'close');
  vi.useRealTimers();
  const [fields] = await once(session.request({ ':path': '/hello' }).resume(), 'response') as [Record<string, string>];
  expect(Math.abs(new Date(fields.date!).getTime() - Date.now())).toBeLessThan(60_000);
});

test('a client that does not finish its headers is cut off', async () => {
  const server = site(duetto as never, false, { headersTimeout: 50 });
  server.on('sessionError', () => {});
  const { port } = await listen(server);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  const peer = await RawPeer.connect(port);
  peer.send(preface, settings(), headers(1, requestBlock(), Flag.EndStream));
  await peer.closed();
});
