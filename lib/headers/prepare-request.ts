import {
  ERR_HTTP2_CONNECT_AUTHORITY,
  ERR_HTTP2_CONNECT_PATH,
  ERR_HTTP2_CONNECT_SCHEME,
  ERR_INVALID_ARG_TYPE,
} from '../errors/index.js';
import { sensitiveHeaders, sensitiveNames } from '../symbols.js';
import { BlockKind, encodeHeaders } from './encode.js';
import type { EncodedBlock, HeadersObject, RawHeaders } from './header-types.js';

/** Where requests of a session go unless they say otherwise. */
export interface RequestDefaults {
  readonly authority: string;
  /** Without the colon. */
  readonly scheme: string;
  readonly strictSingleValueFields: boolean;
}

export interface PreparedRequest {
  readonly block: EncodedBlock;
  /** The headers sent, if they were given as an object... */
  readonly object: HeadersObject | undefined;
  /** ...or as an array. */
  readonly raw: RawHeaders | undefined;
  readonly method: unknown;
  readonly scheme: unknown;
  readonly authority: unknown;
}

/** `:authority`, or the Host field in its place (RFC 9113, section 8.3.1). */
export function authorityOf(headers: HeadersObject): unknown {
  return headers[':authority'] !== undefined ? headers[':authority'] : headers.host;
}

/** Completes and encodes the headers of a request (RFC 9113, sections 8.3.1 and 8.5). */
export function prepareRequest(headers: unknown, defaults: RequestDefaults): PreparedRequest {
  if (Array.isArray(headers)) return fromArray(headers as RawHeaders, defaults);
  if (headers === undefined || (typeof headers === 'object' && headers !== null))
    return fromObject((headers ?? {}) as HeadersObject, defaults);
  throw new ERR_INVALID_ARG_TYPE('headers', ['Object', 'Array'], headers);
}

function fromObject(given: HeadersObject, defaults: RequestDefaults): PreparedRequest {
  const headers: HeadersObject = Object.assign(Object.create(null) as HeadersObject, given);
  if (headers[':method'] === undefined) headers[':method'] = 'GET';
  if (headers[':method'] !== 'CONNECT' || headers[':protocol'] !== undefined) {
    if (authorityOf(headers) === undefined) headers[':authority'] = defaults.authority;
    if (headers[':scheme'] === undefined) headers[':scheme'] = defaults.scheme;
    if (headers[':path'] === undefined) headers[':path'] = '/';
  } else {
    checkConnect(headers[':authority'], headers[':scheme'], headers[':path']);
  }
  return {
    block: encodeHeaders(headers, BlockKind.Request, defaults.strictSingleValueFields),
    object: headers,
    raw: undefined,
    method: headers[':method'],
    scheme: headers[':scheme'],
    authority: authorityOf(headers),
  };
}

function fromArray(given: RawHeaders, defaults: RequestDefaults): PreparedRequest {
  const found: HeadersObject = Object.create(null);
  for (let i = 0; i < given.length; i += 2) {
    const name = String(given[i]);
    if (name[0] === ':' || name.length === 4) found[name.toLowerCase()] = given[i + 1];
  }
  const missing: unknown[] = [];
  const complete = (name: string, value: string): void => {
    if (found[name] !== undefined) return;
    found[name] = value;
    missing.push(name, value);
  };
  complete(':method', 'GET');
  if (found[':method'] !== 'CONNECT' || found[':protocol'] !== undefined) {
    if (authorityOf(found) === undefined) complete(':authority', defaults.authority);
    complete(':scheme', defaults.scheme);
    complete(':path', '/');
  } else {
    checkConnect(found[':authority'], found[':scheme'], found[':path']);
  }
  const raw = (missing.length > 0 ? missing.concat(given) : given) as RawHeaders;
  const sensitive = sensitiveNames(given);
  if (sensitive !== undefined) raw[sensitiveHeaders] = sensitive;
  return {
    block: encodeHeaders(raw, BlockKind.Request, defaults.strictSingleValueFields),
    object: undefined,
    raw,
    method: found[':method'],
    scheme: found[':scheme'],
    authority: authorityOf(found),
  };
}

function checkConnect(authority: unknown, scheme: unknown, path: unknown): void {
  if (authority === undefined) throw new ERR_HTTP2_CONNECT_AUTHORITY();
  if (scheme !== undefined) throw new ERR_HTTP2_CONNECT_SCHEME();
  if (path !== undefined) throw new ERR_HTTP2_CONNECT_PATH();
}

/** A raw array as an object, each repeated field an array of its values. */
export function toObject(raw: RawHeaders): HeadersObject {
  const headers: HeadersObject = Object.create(null);
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const existing = headers[name];
    if (existing === undefined) headers[name] = raw[i + 1];
    else if (Array.isArray(existing)) existing.push(raw[i + 1]);
    else headers[name] = [existing, raw[i + 1]];
  }
  if (raw[sensitiveHeaders] !== undefined) headers[sensitiveHeaders] = raw[sensitiveHeaders];
  return headers;
}
