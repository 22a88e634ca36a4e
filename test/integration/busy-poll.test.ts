// After a request that is alone, a client's event loop stays awake for its answer, as long as answers come soon.

import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import * as duetto from '../../dist/index.js';
import { listen, open } from '../helpers/serve.ts';

/** Milliseconds: five times what `busyPoll` may be. */
const SLOW = 5;

/** How many times the event loop was kept from sleeping during each of some requests, one after another. */
async function turnsOfRequests(count: number, busyPoll: number, delay: number, others = 0): Promise<number[]> {
  const server = duetto.createServer();
  server.on('stream', (stream, headers) => {
    if (headers[':path'] === '/stays') stream.respond();
    else if (delay === 0) stream.respond({}, { endStream: true });
    else setTimeout(() => stream.respond({}, { endStream: true }), delay);
  });
  const { url } = await listen(server);
  const client = await open(duetto.connect(url, { busyPoll }));
  // What belongs to the beginning of a session is behind it.
  await new Promise((resolve) => client.ping(resolve));
  for (let i = 0; i < others; i++) await once(client.request({ ':path': '/stays' }), 'response');
  let immediates = 0;
  const hook = createHook({ init: (_id, type) => { if (type === 'Immediate') immediates++; } }).enable();
  onTestFinished(() => { hook.disable(); });
  const turns: number[] = [];
  for (let i = 0; i < count; i++) {
    immediates = 0;
    await once(client.request().resume(), 'close');
    turns.push(immediates);
  }
  hook.disable();
  return turns;
}

test('answers that take longer are soon not waited for', async () => {
  const most = Math.max(...await turnsOfRequests(5, 0, SLOW));
  const turns = await turnsOfRequests(40, 1000, SLOW);
  const waitedFor = turns.flatMap((number, i) => (number > most ? [i + 1] : []));
  // Four in a row, then after 2, 4, 8, 16 that go without.
  expect(waitedFor).toEqual([1, 2, 3, 4, 7, 12, 21, 38]);
});

test('answers that come soon are', async () => {
  const most = Math.max(...await turnsOfRequests(5, 0, 0));
  const turns = await turnsOfRequests(40, 1000, 0);
  expect(turns.filter((number) => number > most).length).toBeGreaterThan(30);
});

test('requests beside others are not waited for', async () => {
  const most = Math.max(...await turnsOfRequests(5, 0, SLOW, 2));
  const turns = await turnsOfRequests(5, 1000, SLOW, 2);
  expect(Math.max(...turns)).toBe(most);
});

test('busyPoll is 0 to 1000, of clients', () => {
  const connect = (busyPoll: unknown): unknown => duetto.connect('http://127.0.0.1:1', { busyPoll } as object).on('error', () => {}).destroy();
  for (const wrong of [-1, 1.5, 1001, NaN]) expect(() => connect(wrong)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  for (const wrong of ['1', null, {}]) expect(() => connect(wrong)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
  for (const right of [0, 1, 1000, undefined]) connect(right);
});
