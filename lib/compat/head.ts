import { ERR_INVALID_ARG_VALUE } from '../errors/index.js';
import type { HeadersObject } from '../headers/header-types.js';
import { nameGiven } from './header-rules.js';
import type { Http2ServerResponse } from './response.js';

/** What `writeHead` takes: `{ name: value }`, `[name, value, ...]` or `[[name, value], ...]`. */
export type GivenHeaders = HeadersObject | readonly unknown[];

/** Adds the headers given to `writeHead` to those set before, whose place they take. */
export function addHead(response: Http2ServerResponse, headers: GivenHeaders): void {
  if (Array.isArray(headers)) {
    addPairs(response, Array.isArray(headers[0]) ? flatten(headers) : headers);
    return;
  }
  for (const name of Object.keys(headers)) {
    const value = (headers as HeadersObject)[name];
    const traits = nameGiven(name);
    if (response._accepts(traits, value)) response._headers[traits.lower] = value;
  }
}

function flatten(pairs: readonly (readonly unknown[])[]): unknown[] {
  return pairs.flatMap(([name, value]) => [name, value]);
}

/** Within an array fields may repeat. */
function addPairs(response: Http2ServerResponse, flat: readonly unknown[]): void {
  if (flat.length % 2 !== 0) throw new ERR_INVALID_ARG_VALUE('headers', flat);
  for (let i = 0; i < flat.length; i += 2) response.removeHeader(flat[i] as string);
  for (let i = 0; i < flat.length; i += 2) response.appendHeader(flat[i] as string, flat[i + 1]);
}
