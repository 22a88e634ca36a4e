import * as http2 from 'node:http2';
import { describe, expect, it } from 'vitest';
import { constants, nameForErrorCode } from '../../lib/constants.js';

const builtin: Record<string, unknown> = { ...http2.constants };
const nodeMajor = Number(process.versions.node.split('.')[0]);

describe('constants', () => {
  it('agree with the built-in wherever it has the name', () => {
    const common = Object.keys(builtin).filter((name) => name in constants);
    expect(common.length).toBeGreaterThan(200);
    expect(Object.fromEntries(common.map((name) => [name, (constants as Record<string, unknown>)[name]])))
      .toEqual(Object.fromEntries(common.map((name) => [name, builtin[name]])));
  });

  it.runIf(nodeMajor === 24)('have the names, order and attributes of the built-in on Node 24', () => {
    expect(Object.entries(Object.getOwnPropertyDescriptors(constants)))
      .toEqual(Object.entries(Object.getOwnPropertyDescriptors(http2.constants)));
  });

  it('have the prototype of the built-in, cannot be changed, and can be added to', () => {
    expect(Object.getPrototypeOf(constants)).toBe(Object.getPrototypeOf(http2.constants));
    expect(Object.isExtensible(constants)).toBe(Object.isExtensible(http2.constants));
    expect(() => { (constants as { NGHTTP2_CANCEL: number }).NGHTTP2_CANCEL = 0; }).toThrow(TypeError);
  });

  it('hide from enumeration what the built-in hides', () => {
    expect(Object.keys(constants)).not.toContain('NGHTTP2_HCAT_REQUEST');
    expect(constants.NGHTTP2_HCAT_HEADERS).toBe(3);
  });
});

describe('nameForErrorCode', () => {
  it('names the code at each index', () => {
    expect(nameForErrorCode).toHaveLength(14);
    nameForErrorCode.forEach((name, code) => expect((constants as Record<string, unknown>)[name]).toBe(code));
  });
});
