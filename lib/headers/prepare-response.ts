import { ERR_HTTP2_STATUS_INVALID, ERR_INVALID_ARG_VALUE } from '../errors/index.js';
import { sensitiveHeaders, sensitiveNames } from '../symbols.js';
import { assertIsObject } from '../validate.js';
import { utcDate } from './date.js';
import type { HeadersObject, RawHeaders } from './header-types.js';

export interface PreparedResponse<Headers> {
  readonly headers: Headers;
  readonly status: number;
}

/** A copy of the headers with `:status` (200) and, unless it is not wanted, `date`. */
export function prepareResponse(given: unknown, sendDate: boolean | undefined | null): PreparedResponse<HeadersObject> {
  assertIsObject(given, 'headers', ['Object', 'Array']);
  const headers: HeadersObject = Object.create(null);
  let hasDate = false;
  let status: unknown;
  if (given !== undefined) {
    const source = given as HeadersObject;
    for (const name in source) {
      if (!Object.hasOwn(source, name)) continue;
      const value = source[name];
      headers[name] = value;
      if (name === ':status') status = value;
      else if (name === 'date') hasDate = value != null;
    }
    headers[sensitiveHeaders] = sensitiveNames(source);
  }
  const code = headers[':status'] = Number(status) | 0 || 200;
  if (!hasDate && (sendDate ?? true)) headers.date = utcDate();
  check(headers, code);
  return { headers, status: code };
}

/** The same for an array, which is completed in place. */
export function prepareRawResponse(
  headers: RawHeaders, sendDate: boolean | undefined | null,
): PreparedResponse<RawHeaders> {
  let status = 0;
  let hasDate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (name === ':status') status = Number(headers[i + 1]) | 0;
    else if (name === 'date') hasDate = true;
  }
  if (status === 0) headers.unshift(':status', status = 200);
  if (!hasDate && (sendDate ?? true)) headers.push('date', utcDate());
  check(headers, status);
  return { headers, status };
}

/** Informational codes have methods of their own; beyond 599 RFC 9110, section 15, defines nothing. */
function check(headers: HeadersObject | RawHeaders, status: number): void {
  if (status < 200 || status > 599) throw new ERR_HTTP2_STATUS_INVALID(status);
  const sensitive = sensitiveNames(headers);
  if (sensitive !== undefined && !Array.isArray(sensitive))
    throw new ERR_INVALID_ARG_VALUE('headers[http2.neverIndex]', sensitive);
}
