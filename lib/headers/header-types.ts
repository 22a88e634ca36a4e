import type { sensitiveHeaders } from '../symbols.js';

/** Headers as objects: names in any case, values that are turned into strings, arrays for repeated fields. */
export interface HeadersObject {
  [name: string]: unknown;
  [sensitiveHeaders]?: readonly string[] | undefined;
}

/** `[name, value, name, value, ...]`, sent in this order and with these repetitions. */
export type RawHeaders = unknown[] & { [sensitiveHeaders]?: readonly string[] };

/** A header block on its way to the core: for each field name, NUL, value, NUL, flags. */
export interface EncodedBlock {
  text: string;
  count: number;
}
