// Every option says what it is, and what holds without it; everything that is exported says what it is.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project } from '../helpers/child.ts';

interface Member {
  name: string;
  comment: string;
}

/** The members of an interface or type in a file of lib/, each with the comment above it. */
function membersOf(file: string, name: string): Member[] {
  const text = readFileSync(join(project, 'lib', file), 'utf8');
  const from = text.search(new RegExp(`(interface|type) ${name}\\b`));
  expect(from, `${file} has ${name}`).toBeGreaterThanOrEqual(0);
  const body = text.slice(text.indexOf('{\n', from) + 2);
  const lines = body.slice(0, body.search(/^\}/m));
  const members = [...lines.matchAll(/(?:(\/\*\*(?:(?!\*\/)[^])*\*\/)\s*)?(?:^ {2})?(?:readonly )?\b(_?\w+)\?: /gm)];
  return members.map(([, comment = '', member]) => ({ name: member!, comment }));
}

describe.each([
  ['connection/additional-options.ts', 'AdditionalOptions'],
  ['connection/native-options.ts', 'NativeOptions'],
  ['connection/session-options.ts', 'SessionOptions'],
  ['server/server-options.ts', 'CommonServerOptions'],
  ['client/connect.ts', 'ClientSessionOptions'],
])('%s, %s', (file, name) => {
  const members = membersOf(file, name).filter(({ comment }) => !/@internal|@deprecated/.test(comment));

  test('has options', () => expect(members.length).toBeGreaterThan(3));

  test.each(members)('$name says what holds without it', ({ name: option, comment }) => {
    // Classes for HTTP/1 messages have no default of this module's.
    if (option === 'http1Options') expect(comment).not.toBe('');
    else expect(comment).toMatch(/\bDefault\b|Without it/);
  });
});

test.each(membersOf('connection/additional-options.ts', 'AdditionalOptions'))('$name says its unit, its range and what happens beyond', ({ comment }) => {
  expect(comment).toMatch(/bytes|frames|milliseconds|microseconds|acknowledgements/i);
  expect(comment).toMatch(/\b[01] to (2\^3[12]-1|1000)/);
});

describe('what the module has beyond node:http2', () => {
  const text = readFileSync(join(project, 'lib/api.ts'), 'utf8');
  const own = text.slice(text.indexOf('export type Api ='));
  test.each(['nghttp2', 'engine', 'engines', 'PerformanceObserver', 'setMemoryLimit', 'stats'])('%s', (name) => {
    expect(own).toMatch(new RegExp(`\\*/\\s+(readonly )?${name}[:(]`));
  });

  const index = readFileSync(join(project, 'lib/index.ts'), 'utf8');
  const observed = [...index.matchAll(/export type \w+ = observed\.(\w+);/g)].map(([, name]) => name!);
  const types = readFileSync(join(project, 'lib/observe/types.ts'), 'utf8');
  test.each(observed)('the type %s', (name) => {
    expect(types).toMatch(new RegExp(`\\*/\\nexport (interface|type) ${name}\\b`));
  });
});
