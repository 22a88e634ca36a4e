import type { Batch } from '../binding/batch.js';
import { names, staticValues } from '../binding/strings.js';
import { sensitiveHeaders, tagSensitive } from '../symbols.js';
import { singleValueFields } from './fields.js';

/** Headers as they are handed to listeners: no prototype, `:status` a number, `set-cookie` an array. */
export interface IncomingHeaders {
  [name: string]: string | string[] | number | undefined;
  [sensitiveHeaders]?: string[];
}

/** The result of the last `decode`, kept here so that a block costs no object more than the two handed out. */
export const decoded = {
  headers: undefined as unknown as IncomingHeaders,
  /** `[name, value, ...]` as received. */
  raw: undefined as unknown as string[],
  /** Where the next record's bytes begin. */
  bytesAt: 0,
};

/**
 * Reads the pairs of a headers record.
 *
 * @param at position of the first pair in the integers
 * @param count number of fields
 * @param bytesAt position of the first literal in the bytes
 * @param values what this session's peer has sent before, by number
 */
export function decodeHeaders(batch: Batch, at: number, count: number, bytesAt: number, values: string[]): void {
  const { ints, bytes } = batch;
  const headers: IncomingHeaders = Object.create(null);
  const raw = new Array<string>(count * 2);
  let sensitive: string[] | undefined;
  for (let i = 0; i < count; i++) {
    const nameCode = ints[at++]!;
    let name: string;
    if (nameCode >= 0) {
      name = names[nameCode >> 1]!;
    } else {
      const length = ints[at++]!;
      name = bytes.latin1Slice(bytesAt, bytesAt + length);
      bytesAt += length;
    }
    const valueCode = ints[at++]!;
    let value: string;
    if (valueCode >= 0) {
      value = (valueCode & 1) === 0 ? staticValues[valueCode >> 1]! : values[valueCode >> 1]!;
    } else {
      const length = ints[at++]!;
      value = bytes.latin1Slice(bytesAt, bytesAt + length);
      bytesAt += length;
      if (valueCode !== -1) values[-valueCode - 2] = value;
    }
    raw[2 * i] = name;
    raw[2 * i + 1] = value;
    if ((nameCode & 1) === 1) (sensitive ??= []).push(name);

    const existing = headers[name];
    if (existing === undefined) {
      headers[name] = name === ':status' ? Number(value) | 0 : name === 'set-cookie' ? [value] : value;
    } else if (!singleValueFields.has(name)) {
      // RFC 9113, section 8.2.3: cookies are joined with "; ". RFC 9110, section 5.3: others with ", ".
      if (name === 'cookie') headers[name] = `${existing as string}; ${value}`;
      else if (name === 'set-cookie') (existing as string[]).push(value);
      else headers[name] = `${existing as string}, ${value}`;
    }
  }
  if (sensitive === undefined) headers[sensitiveHeaders] = [];
  else tagSensitive(headers, sensitive);
  decoded.headers = headers;
  decoded.raw = raw;
  decoded.bytesAt = bytesAt;
}
