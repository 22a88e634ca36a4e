// What the addon is called with is checked where a mistake would touch memory: such calls are errors, or say that they did nothing.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { NativeBinding, NativeSession } from '../../lib/binding/contract.js';
import { BatchHeader, OptionIndex, StateField } from '../../lib/binding/records.js';

const require = createRequire(import.meta.url);
const { native } = require('../../dist/binding/load.js') as { native: NativeBinding };
const addon = Object.getPrototypeOf(native) as NativeBinding;

const options = (): Float64Array => new Float64Array(OptionIndex.Count).fill(NaN);
const session = (): NativeSession => new native.Session(0, options());
const INVALID_STATE = -519;
/** Values of every kind, none of which is a handle. */
const others: unknown[] = [undefined, null, 0, 1, -1, 1e9, NaN, 'text', {}, [], () => 0, new Uint8Array(8), Symbol('s'), 5n];
const any = <T>(value: unknown): T => value as T;

describe('a session', () => {
  it.each([[undefined], [null], [7], [[]], [new Float64Array(3)], [new Uint8Array(400)]])('is not made with %s for options', (given) => {
    expect(() => new addon.Session(0, any(given))).toThrow(TypeError);
    expect(() => new native.Session(0, any(given))).toThrow(TypeError);
  });

  it('has methods that are for sessions only', () => {
    const inflater = new native.Inflater();
    const methods = Object.getOwnPropertyNames(addon.Session.prototype).filter((name) => name !== 'constructor') as Array<keyof NativeSession>;
    expect(methods.length).toBeGreaterThan(20);
    for (const name of methods) {
      const method = (addon.Session.prototype as unknown as Record<string, (...given: unknown[]) => unknown>)[name]!;
      for (const self of [inflater, {}, Object.create(session()), native, 5, undefined])
        expect(() => method.call(self, 1, 2, 3), `${name} on ${String(self)}`).toThrow(/Illegal invocation|object/);
    }
    expect(() => inflater.resize.call(session(), 4096)).toThrow('Illegal invocation');
  });

  it('takes anything for an argument, and says that it did nothing with it', () => {
    const one = session();
    const methods = Object.getOwnPropertyNames(addon.Session.prototype).filter((name) => name !== 'constructor' && name !== 'destroy');
    for (const name of methods)
      for (const value of others)
        (one as unknown as Record<string, (...given: unknown[]) => unknown>)[name]!(value, value, value, value, value, value);
    expect(one.state(new Float64Array(StateField.Count))).toBe(true);
    expect(one.state(new Float64Array(1))).toBe(false);
  });

  it('that is gone answers, and nothing else', () => {
    const one = session();
    one.destroy();
    one.destroy();
    expect(one.ping(new Uint8Array(8))).toBe(INVALID_STATE);
    expect(one.respond(1, '', 0, true)).toBe(INVALID_STATE);
    expect(one.detach(1)).toBe(INVALID_STATE);
    expect(one.setReading(1, true, 0)).toBe(INVALID_STATE);
    expect(one.watchRemoteSetting(1)).toBe(INVALID_STATE);
    expect(one.writeCopy(1, new Uint8Array(1), 1, 0)).toBe(false);
    expect(one.state(new Float64Array(StateField.Count))).toBe(false);
    expect(one.takeTrace()).toBe('');
  });

  it('knows the settings of RFC 9113 and RFC 8441, and no others', () => {
    const one = session();
    expect(one.setting(5, true)).toBe(16_384);
    for (const id of [0, 7, 9, 10, 4096, -1, 2 ** 31 - 1]) for (const remote of [true, false]) expect(one.setting(id, remote)).toBe(0);
  });

  it('says when a setting cannot be watched any more', () => {
    const one = session();
    for (let id = 100; id < 110; id++) expect(one.watchRemoteSetting(id)).toBe(0);
    expect(one.watchRemoteSetting(110)).toBeLessThan(0);
  });

  it('wants text for ALTSVC that fits a frame', () => {
    const one = session();
    expect(one.altsvc(0, 'x'.repeat(20_000), 'y')).toBe(-501);
    expect(one.altsvc(0, any(5), any(6))).toBe(-501);
    expect(one.altsvc(0, 'https://a.example', 'h2=":1"')).toBe(0);
    expect(one.origin(any({}), 1)).toBe(-501);
  });
});

describe('calls by number', () => {
  const calls = ['receive', 'pull', 'request', 'respond', 'writeCopy', 'writeText', 'writeExternal', 'finishWrite', 'detach', 'setReading'] as const;

  it.each(calls)('%s finds no session by what is no number of one', (name) => {
    session();
    for (const value of [undefined, null, 'text', {}, NaN, -1, 1e9])
      expect([false, 0, INVALID_STATE]).toContain((native[name] as (...given: unknown[]) => unknown)(value, value, value, value, value, value));
  });

  it('want a batch that there is, and memory to pull into', () => {
    const one = session();
    const batch = native.createBatch(new ArrayBuffer(4096), new ArrayBuffer(64));
    for (const wrong of [undefined, 99_999, -1, 'text']) {
      expect(() => one.receive(new Uint8Array(9), 0, 9, false, any(wrong === undefined ? 99_999 : wrong === 'text' ? 77_777 : wrong))).toThrow(TypeError);
      expect(() => one.pull(new Uint8Array(65_536), 0, any(wrong === undefined ? 99_999 : wrong === 'text' ? 77_777 : wrong), -1, false)).toThrow(TypeError);
    }
    const out = new Uint8Array(65_536);
    const taken = out.buffer.slice(0);
    for (const wrong of [undefined, new Uint16Array(4), new Uint8Array(0), 'text']) expect(() => one.pull(any(wrong), 0, batch, -1, false)).toThrow(TypeError);
    expect(one.settings(new Float64Array(0), 0)).toBe(0);
    expect(one.pull(out, 0, batch, -1, false)).toBeGreaterThanOrEqual(BatchHeader.Start);
    expect(taken.byteLength).toBe(65_536);
  });

  it('take lengths that are none as nothing', () => {
    const one = new native.Session(1, options());
    const field = (name: string, value: string): string => `${name}\0${value}\0\0`;
    const id = one.request(field(':method', 'POST') + field(':path', '/') + field(':scheme', 'http') + field(':authority', 'a'), 4, false, 0, 16, false);
    expect(id).toBe(1);
    for (const length of [NaN, -1, -Infinity]) expect(one.writeExternal(id, length, 0)).toBe(true);
    expect(one.writeCopy(id, new Uint8Array(4), 1e9, 0)).toBe(true);
    expect(one.writeExternal(99, 5, 0)).toBe(false);
  });
});

describe('batches', () => {
  it.each([[undefined, undefined], [new ArrayBuffer(8), new ArrayBuffer(8)], [new ArrayBuffer(4096), 5], ['text', {}], [new Uint8Array(4096), new Uint8Array(8)]])(
    'are not made of %s and %s', (ints, bytes) => {
      expect(() => native.createBatch(any(ints), any(bytes))).toThrow(TypeError);
    });

  it('are lent memory by their number', () => {
    expect(() => native.lendBatch(99_999, new ArrayBuffer(4096), new ArrayBuffer(64))).toThrow(TypeError);
    expect(() => native.batchMemory(99_999)).toThrow(TypeError);
    const ints = new ArrayBuffer(4096);
    const batch = native.createBatch(ints, new ArrayBuffer(64));
    expect(native.batchMemory(batch)[0]).toBe(ints);
    expect(() => native.lendBatch(batch, any(5), any(6))).toThrow(TypeError);
  });
});

describe('the environment', () => {
  it('takes anything, and does nothing with it', () => {
    expect(() => native.bindStrings(any(5))).toThrow(TypeError);
    for (const value of others) {
      native.stats(any(value));
      expect(native.sendPieces(any(value), any(value), any(value), any(value), any(value))).toBe(0);
    }
    for (const wrong of [NaN, -1, 1e300, -Infinity])
      expect(native.sendPieces(-1, [new Uint8Array(4)], Float64Array.of(wrong, wrong, wrong), 0, 1)).toBe(0);
    native.setMemoryLimit(-5);
    native.setMemoryLimit(NaN);
    native.setMemoryLimit(0);
    expect(native.errorString(-505)).toBe('Protocol error');
  });
});
