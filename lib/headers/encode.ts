import {
  ERR_HTTP2_HEADER_SINGLE_VALUE,
  ERR_HTTP2_INVALID_CONNECTION_HEADERS,
  ERR_HTTP2_INVALID_PSEUDOHEADER,
  ERR_INVALID_HTTP_TOKEN,
} from '../errors/index.js';
import { sensitiveNames } from '../symbols.js';
import { traitsOf } from './fields.js';
import type { EncodedBlock, HeadersObject, RawHeaders } from './header-types.js';

/** Which pseudo-header fields a block may have. */
export const enum BlockKind {
  Request,
  Response,
  Trailers,
}

const PLAIN = '\0\0';
const NEVER_INDEXED = '\0\u0001';
const nothing: readonly string[] = [];

/**
 * Checks a block and encodes it. Pseudo-header fields come first, whatever the order given (RFC 9113, section 8.3).
 *
 * @param strict whether a repeated single-value field is an error
 */
export function encodeHeaders(
  headers: HeadersObject | RawHeaders, kind: BlockKind, strict: boolean,
): EncodedBlock {
  const encoder = new Encoder(kind, strict, sensitiveNames(headers) ?? nothing);
  if (Array.isArray(headers)) {
    for (let i = 0; i < headers.length; i += 2) encoder.add(headers[i] as string, headers[i + 1]);
  } else {
    const keys = Object.keys(headers);
    for (let i = 0; i < keys.length; i++) encoder.add(keys[i]!, headers[keys[i]!]);
  }
  return encoder.finish();
}

class Encoder {
  private pseudo = '';
  private regular = '';
  private count = 0;
  private singles: string[] | undefined;
  private readonly neverIndex: readonly string[];

  constructor(private readonly kind: BlockKind, private readonly strict: boolean, sensitive: readonly string[]) {
    this.neverIndex = sensitive.length === 0 ? nothing : sensitive.map((name) => name.toLowerCase());
  }

  add(name: string, value: unknown): void {
    if (value === undefined || name === '') return;
    const traits = traitsOf(name);
    let text: string | undefined;
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      if (value.length === 1) text = String(value[0]);
      else if (this.strict && traits.single) throw new ERR_HTTP2_HEADER_SINGLE_VALUE(traits.lower);
    } else {
      text = typeof value === 'string' ? value : String(value);
    }
    if (this.strict && traits.single) this.once(traits.lower);
    const flags = this.neverIndex.length > 0 && this.neverIndex.includes(traits.lower) ? NEVER_INDEXED : PLAIN;

    if (traits.pseudo) {
      const allowed = this.kind === BlockKind.Request ? traits.knownPseudo
        : this.kind === BlockKind.Response && traits.lower === ':status';
      if (!allowed) throw new ERR_HTTP2_INVALID_PSEUDOHEADER(traits.lower);
      this.pseudo += `${traits.lower}\0${text ?? String(value)}${flags}`;
      this.count++;
      return;
    }
    if (!traits.token) throw new ERR_INVALID_HTTP_TOKEN('Header name', traits.lower);
    if (traits.connection || (traits.te && text !== 'trailers'))
      throw new ERR_HTTP2_INVALID_CONNECTION_HEADERS(traits.lower);
    if (text !== undefined) {
      this.regular += `${traits.lower}\0${text}${flags}`;
      this.count++;
      return;
    }
    for (const one of value as unknown[]) {
      this.regular += `${traits.lower}\0${String(one)}${flags}`;
      this.count++;
    }
  }

  finish(): EncodedBlock {
    return { text: this.pseudo + this.regular, count: this.count };
  }

  private once(field: string): void {
    if (this.singles === undefined) this.singles = [field];
    else if (this.singles.includes(field)) throw new ERR_HTTP2_HEADER_SINGLE_VALUE(field);
    else this.singles.push(field);
  }
}
