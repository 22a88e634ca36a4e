import { constants } from '../constants.js';
import { ERR_HTTP2_STATUS_INVALID, ERR_INVALID_HTTP_TOKEN } from '../errors/index.js';
import { traitsOf } from '../headers/fields.js';
import type { HeadersObject } from '../headers/header-types.js';
import type { ServerHttp2Stream } from '../stream/server-stream.js';
import { validateLinkHeaderValue, validateObject } from '../validate.js';
import { checkHeader } from './header-rules.js';

/** Statuses before the response itself (RFC 9110, section 15.2); 101 has no meaning here (RFC 9113, section 8.6). */
export function checkInformational(status: unknown): asserts status is number {
  const inRange = typeof status === 'number' && status >= 100 && status <= 199;
  if (!inRange || status === constants.HTTP_STATUS_SWITCHING_PROTOCOLS)
    throw new ERR_HTTP2_STATUS_INVALID(status);
}

/** Sends a 1xx response, unless it is too late for one. */
export function inform(stream: ServerHttp2Stream, status: number, given: unknown): boolean {
  if (stream.headersSent || stream.destroyed || stream._closed) return false;
  const headers: HeadersObject = Object.create(null);
  if (given !== undefined && given !== null) {
    validateObject(given, 'headers');
    Object.assign(headers, given);
  }
  headers[':status'] = status;
  stream.additionalHeaders(headers);
  return true;
}

/** The headers of a 103 (RFC 8297), or nothing if the hints have no link. */
export function earlyHints(hints: unknown): HeadersObject | undefined {
  validateObject(hints, 'hints');
  const given = hints as HeadersObject;
  const link = validateLinkHeaderValue(given.link);
  const headers: HeadersObject = Object.create(null);
  for (const key of Object.keys(given)) {
    if (key === 'link') continue;
    const traits = traitsOf(key.trim());
    const sent = checkHeader(traits, given[key]);
    if (!traits.token) throw new ERR_INVALID_HTTP_TOKEN('Header name', traits.lower);
    if (sent) headers[traits.lower] = given[key];
  }
  if (link.length === 0) return undefined;
  headers.link = link;
  return headers;
}
