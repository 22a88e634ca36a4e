// Any settings, and any octets that are taken for some: packed and unpacked as by node:http2.
import * as builtin from 'node:http2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as duetto from '../../dist/index.js';

type Settings = import('node:http2').Settings;

function outcome<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

// Beyond 2^31-1 an initial window is an error from Node 24 on.
const uint31 = fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: -1, max: 20_000 }));
const number = fc.oneof(fc.nat(2 ** 32 - 1), fc.constantFrom(0, 1, 16_384, 2 ** 24 - 1, 2 ** 24, 2 ** 32 - 1, 2 ** 32, -1));
const settings = fc.record({
  headerTableSize: number, enablePush: fc.boolean(), initialWindowSize: uint31, maxFrameSize: number, maxConcurrentStreams: number,
  maxHeaderListSize: number, enableConnectProtocol: fc.boolean(),
}, { requiredKeys: [] }) as fc.Arbitrary<Settings>;

test('settings', () => {
  fc.assert(fc.property(settings, (one) => {
    const packed = outcome(() => duetto.getPackedSettings(one));
    expect(packed).toEqual(outcome(() => builtin.getPackedSettings(one)));
    if (typeof packed !== 'string') expect(duetto.getUnpackedSettings(packed, { validate: true })).toMatchObject(one);
  }), { numRuns: 3000 });
});

test('octets', () => {
  const entry = fc.tuple(fc.nat(12), fc.nat(2 ** 31 - 1)).map(([id, value]) => {
    const octets = Buffer.alloc(6);
    octets.writeUInt16BE(id);
    octets.writeUInt32BE(value, 2);
    return octets;
  });
  const octets = fc.oneof(fc.array(entry, { maxLength: 12 }).map((entries) => Buffer.concat(entries)), fc.uint8Array({ maxLength: 40 }).map((one) => Buffer.from(one)));
  fc.assert(fc.property(octets, fc.boolean(), (one, validate) => {
    expect(outcome(() => duetto.getUnpackedSettings(one, { validate }))).toEqual(outcome(() => builtin.getUnpackedSettings(one, { validate })));
  }), { numRuns: 3000 });
});
