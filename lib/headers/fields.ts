import { constants } from '../constants.js';
import { checkIsHttpToken } from '../validate.js';

const c = constants;

/** Pseudo-header fields of RFC 9113, section 8.3, and RFC 8441, section 4. */
const pseudoFields = new Set<string>([
  c.HTTP2_HEADER_STATUS, c.HTTP2_HEADER_METHOD, c.HTTP2_HEADER_AUTHORITY, c.HTTP2_HEADER_SCHEME,
  c.HTTP2_HEADER_PATH, c.HTTP2_HEADER_PROTOCOL,
]);

/** Fields that appear once at most. Further ones that are received are dropped; sending two is an error. */
export const singleValueFields = new Set<string>([
  ...pseudoFields,
  c.HTTP2_HEADER_ACCESS_CONTROL_ALLOW_CREDENTIALS, c.HTTP2_HEADER_ACCESS_CONTROL_MAX_AGE,
  c.HTTP2_HEADER_ACCESS_CONTROL_REQUEST_METHOD, c.HTTP2_HEADER_AGE, c.HTTP2_HEADER_AUTHORIZATION,
  c.HTTP2_HEADER_CONTENT_ENCODING, c.HTTP2_HEADER_CONTENT_LANGUAGE, c.HTTP2_HEADER_CONTENT_LENGTH,
  c.HTTP2_HEADER_CONTENT_LOCATION, c.HTTP2_HEADER_CONTENT_MD5, c.HTTP2_HEADER_CONTENT_RANGE,
  c.HTTP2_HEADER_CONTENT_TYPE, c.HTTP2_HEADER_DATE, c.HTTP2_HEADER_DNT, c.HTTP2_HEADER_ETAG,
  c.HTTP2_HEADER_EXPIRES, c.HTTP2_HEADER_FROM, c.HTTP2_HEADER_HOST, c.HTTP2_HEADER_IF_MATCH,
  c.HTTP2_HEADER_IF_MODIFIED_SINCE, c.HTTP2_HEADER_IF_NONE_MATCH, c.HTTP2_HEADER_IF_RANGE,
  c.HTTP2_HEADER_IF_UNMODIFIED_SINCE, c.HTTP2_HEADER_LAST_MODIFIED, c.HTTP2_HEADER_LOCATION,
  c.HTTP2_HEADER_MAX_FORWARDS, c.HTTP2_HEADER_PROXY_AUTHORIZATION, c.HTTP2_HEADER_RANGE,
  c.HTTP2_HEADER_REFERER, c.HTTP2_HEADER_RETRY_AFTER, c.HTTP2_HEADER_TK,
  c.HTTP2_HEADER_UPGRADE_INSECURE_REQUESTS, c.HTTP2_HEADER_USER_AGENT,
  c.HTTP2_HEADER_X_CONTENT_TYPE_OPTIONS,
]);

/** Fields that belong to an HTTP/1 connection and are forbidden here (RFC 9113, section 8.2.2). */
const connectionFields = new Set<string>([
  c.HTTP2_HEADER_CONNECTION, c.HTTP2_HEADER_UPGRADE, c.HTTP2_HEADER_HTTP2_SETTINGS,
  c.HTTP2_HEADER_KEEP_ALIVE, c.HTTP2_HEADER_PROXY_CONNECTION, c.HTTP2_HEADER_TRANSFER_ENCODING,
]);

/** What has to be known of a field name before it is sent. */
export interface FieldTraits {
  readonly lower: string;
  readonly pseudo: boolean;
  readonly knownPseudo: boolean;
  readonly single: boolean;
  readonly token: boolean;
  /** Forbidden, unless it is TE with the value "trailers". */
  readonly connection: boolean;
  readonly te: boolean;
}

/** Names are few and repeat; a program that makes them up must not fill the memory with them. */
const MAX_REMEMBERED = 2048;
const remembered = new Map<string, FieldTraits>();

/** The traits of a field name in any case. */
export function traitsOf(name: string): FieldTraits {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const single = singleValueFields.has(lower);
  const traits: FieldTraits = {
    lower,
    pseudo: lower[0] === ':',
    knownPseudo: pseudoFields.has(lower),
    single,
    token: single || checkIsHttpToken(lower),
    connection: connectionFields.has(lower),
    te: lower === c.HTTP2_HEADER_TE,
  };
  if (remembered.size < MAX_REMEMBERED) remembered.set(name, traits);
  return traits;
}

/** Methods whose requests have no body unless the caller says otherwise. */
const methodsWithoutBody = new Set<unknown>([c.HTTP2_METHOD_DELETE, c.HTTP2_METHOD_GET, c.HTTP2_METHOD_HEAD]);

export function isPayloadMeaningless(method: unknown): boolean {
  return methodsWithoutBody.has(method);
}
