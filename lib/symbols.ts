import { builtinIfLoaded } from './builtin.js';

/**
 * Key of the array that names the fields of a headers object whose values are sensitive: they are sent as "never
 * indexed" (RFC 7541, section 7.1.3), and received objects have the names of those that came so.
 */
export const sensitiveHeaders: unique symbol = builtinIfLoaded()?.sensitiveHeaders as never ?? Symbol('sensitiveHeaders');

interface Tagged {
  [sensitiveHeaders]?: readonly string[] | undefined;
}

/** The names that an object was tagged with, by this module's key or by that of node:http2 or of another copy of this. */
export function sensitiveNames(headers: object): readonly string[] | undefined {
  if (sensitiveHeaders in headers) return (headers as Tagged)[sensitiveHeaders];
  // Of a user's object, whose key may be another copy's.
  // oxlint-disable-next-line duetto/node-internals
  const symbols = Object.getOwnPropertySymbols(headers);
  if (symbols.length === 0) return undefined;
  const key = symbols.find(({ description }) => description === 'sensitiveHeaders');
  return key === undefined ? undefined : (headers as Record<symbol, readonly string[]>)[key];
}

/** Tags received headers, so that programs with the key of node:http2 see it too. */
export function tagSensitive(headers: Tagged, names: readonly string[]): void {
  headers[sensitiveHeaders] = names;
  const theirs = builtinIfLoaded()?.sensitiveHeaders;
  if (theirs !== undefined && theirs !== sensitiveHeaders) Object.defineProperty(headers, theirs, { configurable: true, writable: true, value: names });
}
