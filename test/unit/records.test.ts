import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as door from '../../lib/binding/records.js';
import { records } from '../../tools/door/definition.mjs';
import { hash, stale } from '../../tools/door/generate.mjs';

const require = createRequire(import.meta.url);
const { native } = require('../../dist/binding/load.js') as { native: { doorHash: string } };

describe('the definition of what both halves tell each other', () => {
  it('is what its three outputs say: run npm run generate:door otherwise', () => {
    expect(stale()).toEqual([]);
  });

  it('has a hash, which the addon and its reader were built with', () => {
    expect(door.DOOR_HASH).toBe(hash);
    expect(native.doorHash).toBe(hash);
  });

  it('names each record once, and counts only by fields that a record has', () => {
    expect(new Set(records.map(({ name }) => name)).size).toBe(records.length);
    for (const { fields, follows } of records) if (follows?.ints) expect(fields).toContain(follows.ints.count);
  });
});

describe('the size of a record', () => {
  const size = (...ints: number[]): number => door.sizeOfRecord(Int32Array.from([99, ...ints]), 1);
  const reported = door.reportedSettings.map(() => 0);

  it.each([
    ['without fields that count', [door.Record.Data, 1, 2, 3], 4],
    ['with pairs', [door.Record.Headers, 1, 0, 5, 2, 6], 12],
    ['with two integers for each entry', [door.Record.Settings, ...reported, 3], 2 + door.REPORTED_SETTINGS + 6],
    ['with the values of settings only', [door.Record.SettingsAck, ...reported], 1 + door.REPORTED_SETTINGS],
    ['with a length for each', [door.Record.Origin, 4], 6],
  ])('%s', (_, ints, expected) => {
    expect(size(...ints)).toBe(expected);
  });

  it.each([0, -1, records.length + 1])('of type %i is not guessed: the error names the type and where it is', (type) => {
    expect(() => size(type)).toThrow(`duetto: a record of type ${type} (unknown) at 1 of a batch`);
  });

  it('is known for every type, and a type that comes where it is not read is named', () => {
    records.forEach(({ name }, i) => {
      expect(size(i + 1, ...new Array<number>(10).fill(0))).toBeGreaterThan(1);
      expect(door.unknownRecord(Int32Array.of(i + 1), 0).message).toContain(`type ${i + 1} (${name})`);
    });
  });
});
