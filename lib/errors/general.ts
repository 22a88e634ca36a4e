import { inspect } from 'node:util';
import { describeExpected, describeReceived, groupDigits, joinList } from './describe.js';
import { defineError, type CodedError } from './node-error.js';

// Errors that are not about HTTP/2 itself, with the codes and words of Node's own.

/** Longest rendering of a value in an ERR_INVALID_ARG_VALUE message. */
const MAX_INSPECTED = 128;

function kindOf(name: string): 'argument' | 'property' {
  return name.includes('.') ? 'property' : 'argument';
}

export const ERR_INVALID_ARG_TYPE = defineError(
  'ERR_INVALID_ARG_TYPE', TypeError,
  (name: string, expected: string | readonly string[], actual: unknown) => {
    const subject = name.endsWith(' argument') ? name : `"${name}" ${kindOf(name)}`;
    return `The ${subject} must be ${describeExpected(expected)}. Received ${describeReceived(actual)}`;
  });

function invalidArgValue(name: string, value: unknown, reason = 'is invalid'): string {
  const inspected = inspect(value);
  const shown = inspected.length > MAX_INSPECTED ? `${inspected.slice(0, MAX_INSPECTED)}...` : inspected;
  return `The ${kindOf(name)} '${name}' ${reason}. Received ${shown}`;
}

export const ERR_INVALID_ARG_VALUE = defineError('ERR_INVALID_ARG_VALUE', TypeError, invalidArgValue);
export const ERR_INVALID_ARG_VALUE_RANGE = defineError('ERR_INVALID_ARG_VALUE', RangeError, invalidArgValue);

function renderNumber(input: unknown): string {
  if (typeof input === 'bigint') {
    const large = input > 2n ** 32n || input < -(2n ** 32n);
    return `${large ? groupDigits(String(input)) : input}n`;
  }
  if (Number.isInteger(input) && Math.abs(input as number) > 2 ** 32) return groupDigits(String(input));
  return inspect(input);
}

export const ERR_OUT_OF_RANGE = defineError(
  'ERR_OUT_OF_RANGE', RangeError,
  (name: string, range: string, input: unknown) =>
    `The value of "${name}" is out of range. It must be ${range}. Received ${renderNumber(input)}`);

export const ERR_INVALID_CHAR = defineError(
  'ERR_INVALID_CHAR', TypeError,
  (name: string, field?: string) => `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`);

export const ERR_INVALID_HTTP_TOKEN = defineError<[what: string, token: unknown]>(
  'ERR_INVALID_HTTP_TOKEN', TypeError,
  '%s must be a valid HTTP token ["%s"]');

export const ERR_MISSING_ARGS = defineError(
  'ERR_MISSING_ARGS', TypeError,
  (...names: (string | readonly string[])[]) => {
    const quoted = names.map((name) => [name].flat().map((each) => `"${each}"`).join(' or '));
    return `The ${joinList(quoted, 'and')} argument${names.length > 1 ? 's' : ''} must be specified`;
  });

export const ERR_METHOD_NOT_IMPLEMENTED = defineError<[name: string]>(
  'ERR_METHOD_NOT_IMPLEMENTED', Error, 'The %s method is not implemented');
export const ERR_SOCKET_CLOSED = defineError('ERR_SOCKET_CLOSED', Error, 'Socket is closed');
export const ERR_STREAM_WRITE_AFTER_END = defineError('ERR_STREAM_WRITE_AFTER_END', Error, 'write after end');
export const ERR_STREAM_DESTROYED = defineError<[name: string]>(
  'ERR_STREAM_DESTROYED', Error, 'Cannot call %s after a stream was destroyed');
export const ERR_STREAM_PREMATURE_CLOSE = defineError('ERR_STREAM_PREMATURE_CLOSE', Error, 'Premature close');
export const ERR_HTTP_BODY_NOT_ALLOWED = defineError(
  'ERR_HTTP_BODY_NOT_ALLOWED', Error,
  'Adding content for this request method or response status is not allowed.');
export const ERR_HTTP_HEADERS_SENT = defineError<[action: string]>(
  'ERR_HTTP_HEADERS_SENT', Error,
  'Cannot %s headers after they are sent to the client');

/** What an operation ends with when its `AbortSignal` fires; `cause` is the reason of the signal. */
export class AbortError extends Error implements CodedError {
  code = 'ABORT_ERR';

  constructor(message = 'The operation was aborted', options?: ErrorOptions) {
    if (options !== undefined && typeof options !== 'object') {
      throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    super(message, options);
    this.name = 'AbortError';
  }
}

type MaybeError = (Error & { code?: unknown; errors?: unknown }) | null | undefined;

/**
 * One error for two things that went wrong, the later (`outer`) one giving it its message and code. With only one of
 * them, or the same one twice, that one.
 */
export function aggregateTwoErrors(inner: MaybeError, outer: MaybeError): Error | null | undefined {
  if (!inner || !outer || inner === outer) return inner || outer;
  if (Array.isArray(outer.errors)) {
    outer.errors.push(inner);
    return outer;
  }
  const both = new AggregateError([outer, inner], outer.message) as AggregateError & { code?: unknown };
  Error.captureStackTrace(both, aggregateTwoErrors);
  both.code = outer.code;
  return both;
}
