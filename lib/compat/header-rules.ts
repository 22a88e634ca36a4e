import {
  ERR_HTTP2_INVALID_HEADER_VALUE,
  ERR_HTTP2_INVALID_PSEUDOHEADER,
  ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED,
  ERR_INVALID_HTTP_TOKEN,
} from '../errors/index.js';
import { type FieldTraits, traitsOf } from '../headers/fields.js';
import { validateString } from '../validate.js';

// What may be set on a response, and what is only warned about because HTTP/1 code does it.

let warnedOfStatusMessage = false;
let warnedOfConnection = false;

/** RFC 9113, section 8.3.2: there is no reason phrase. Programs filter warnings by Node's words, so these are they. */
export function warnOfStatusMessage(): void {
  if (warnedOfStatusMessage) return;
  warnedOfStatusMessage = true;
  process.emitWarning('Status message is not supported by HTTP/2 (RFC7540 8.1.2.4)', 'UnsupportedWarning');
}

function warnOfConnection(): void {
  if (warnedOfConnection) return;
  warnedOfConnection = true;
  process.emitWarning(
    'The provided connection header is not valid, the value will be dropped from the header and will never be in use.',
    'UnsupportedWarning');
}

/** The traits of a name that a user gave, blanks around it aside. */
export function nameGiven(name: unknown): FieldTraits {
  validateString(name, 'name');
  const traits = traitsOf(name);
  // A token has no blanks.
  return traits.token ? traits : traitsOf(name.trim());
}

/** Whether a field has nothing that {@link checkHeader} would have to look at. */
export function isPlain(traits: FieldTraits, value: unknown): boolean {
  return traits.token && !traits.pseudo && !traits.connection && value !== undefined && value !== null;
}

/**
 * Checks a header or trailer field.
 *
 * @returns false if it is to be left out
 * @throws ERR_INVALID_HTTP_TOKEN, ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED, ERR_HTTP2_INVALID_HEADER_VALUE
 */
export function checkHeader({ lower, knownPseudo }: FieldTraits, value: unknown): boolean {
  if (lower === '' || lower.includes(' ')) throw new ERR_INVALID_HTTP_TOKEN('Header name', lower);
  // Extended CONNECT's is not among those that every message has (RFC 8441, section 4).
  if (knownPseudo && lower !== ':protocol') throw new ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED();
  if (value === undefined || value === null) throw new ERR_HTTP2_INVALID_HEADER_VALUE(value, lower);
  if (lower !== 'connection' || value === 'trailers') return true;
  warnOfConnection();
  return false;
}

/** The error of a name that is neither a token nor a pseudo-header field. */
export function nameError({ lower, pseudo, knownPseudo, token }: FieldTraits): Error | undefined {
  if (pseudo && !knownPseudo) throw new ERR_HTTP2_INVALID_PSEUDOHEADER(lower);
  return token ? undefined : new ERR_INVALID_HTTP_TOKEN('Header name', lower);
}
