// The module's face: what a program finds on it before it calls anything.

import * as builtin from 'node:http2';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listen } from '../helpers/serve.ts';
import { duetto, type Loose } from '../helpers/parity.ts';

/** Names, attributes and kinds of what something has itself. */
function face(of: object): unknown[] {
  return Reflect.ownKeys(of).map((key) => {
    const { value, get, set, ...attributes } = Object.getOwnPropertyDescriptor(of, key)!;
    return [String(key), typeof value, typeof get, typeof set, attributes];
  });
}

const functions = Object.entries(builtin as Loose).filter(([name, value]) => name !== 'default' && typeof value === 'function').map(([name]) => name);

test('there are functions to compare', () => {
  expect(functions.length).toBeGreaterThan(7);
});

test.each(functions)('%s has the properties and the prototype of the built-in', (name) => {
  const [ours, theirs] = [duetto, builtin].map((http2: Loose) => http2[name]);
  expect(face(ours)).toEqual(face(theirs));
  expect([ours.name, ours.length]).toEqual([theirs.name, theirs.length]);
});

test('util.promisify(connect) gives a connected session, or the error', async () => {
  const connect = promisify(duetto.connect as Loose) as Loose;
  expect([connect.name, connect.length]).toEqual(['connect', 2]);
  const { url, server } = await listen(duetto.createServer());
  const session = await connect(url);
  expect([session.connecting, session.listenerCount('error')]).toEqual([false, 0]);
  session.close();
  await once(session, 'close');
  await new Promise((resolve) => server.close(resolve));
  await expect(connect(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
