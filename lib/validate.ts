import {
  ERR_HTTP2_INVALID_SETTING_VALUE_RANGE,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_OUT_OF_RANGE,
} from './errors/index.js';

// Checks of arguments, with the errors that Node's own validators throw for the same values.

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2 ** 32 - 1;
/** Longest delay that Node's timers take, in milliseconds. */
const MAX_TIMER_DURATION = MAX_INT32;

function requireIntegerWithin(value: unknown, name: string, min: number, max: number): void {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!Number.isInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
}

export function validateInteger(
  value: unknown, name: string, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  requireIntegerWithin(value, name, min, max);
}

export function validateInt32(
  value: unknown, name: string, min = MIN_INT32, max = MAX_INT32,
): asserts value is number {
  requireIntegerWithin(value, name, min, max);
}

/** `positive` forbids zero as well. */
export function validateUint32(value: unknown, name: string, positive = false): asserts value is number {
  requireIntegerWithin(value, name, positive ? 1 : 0, MAX_UINT32);
}

/** Any number, NaN too, unless a bound is given. */
export function validateNumber(
  value: unknown, name: string, min?: number | null, max?: number | null,
): asserts value is number {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  const bounds: string[] = [];
  if (min != null) bounds.push(`>= ${min}`);
  if (max != null) bounds.push(`<= ${max}`);
  const within = (min == null || value >= min) && (max == null || value <= max);
  if (!within) throw new ERR_OUT_OF_RANGE(name, bounds.join(' && '), value);
}

export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new ERR_INVALID_ARG_TYPE(name, 'boolean', value);
}

export function validateString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new ERR_INVALID_ARG_TYPE(name, 'string', value);
}

export function validateFunction(
  value: unknown, name: string,
): asserts value is (...args: any[]) => any {
  if (typeof value !== 'function') throw new ERR_INVALID_ARG_TYPE(name, 'Function', value);
}

/** An object that is neither null nor an array. */
export function validateObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'Object', value);
  }
}

export function validateBuffer(value: unknown, name = 'buffer'): asserts value is NodeJS.ArrayBufferView {
  if (!ArrayBuffer.isView(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, ['Buffer', 'TypedArray', 'DataView'], value);
  }
}

/** An AbortSignal, or what looks like one, or nothing. */
export function validateAbortSignal(value: unknown, name: string): asserts value is AbortSignal | undefined {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || !('aborted' in value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', value);
  }
}

// RFC 8288, 3: `<` URI-Reference `>` *( ";" link-param ). What stands between the brackets is not parsed, but no line
// break gets through. A parameter's name cannot contain the quote that opens its value, so there is one way to match.
const LINK_VALUE = /^<[^>\r\n]*>(?:\s*;\s*[^;"\s]+(?:="[^;"\s]*")?)*$/;

function requireLink(value: unknown): void {
  if (value === undefined || !LINK_VALUE.test(value as string)) throw invalidHints(value);
}

function invalidHints(value: unknown): Error {
  return new ERR_INVALID_ARG_VALUE(
    'hints', value, 'must be an array or string of format "</styles.css>; rel=preload; as=style"');
}

/** Checks the `link` of early hints, one or many, and returns the value of the Link header. */
export function validateLinkHeaderValue(hints: unknown): string {
  if (typeof hints === 'string') {
    requireLink(hints);
    return hints;
  }
  if (!Array.isArray(hints)) throw invalidHints(hints);
  for (let index = 0; index < hints.length; index++) requireLink(hints[index]);
  return hints.join(', ');
}

/** An object that is neither null nor an array, or nothing. `types` is what the message says is wanted. */
export function assertIsObject(
  value: unknown, name: string, types: string | readonly string[] = 'Object',
): asserts value is object | undefined {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, types, value);
  }
}

/** An array, or nothing. */
export function assertIsArray(
  value: unknown, name: string, types: string | readonly string[] = 'Array',
): asserts value is unknown[] | undefined {
  if (value !== undefined && !Array.isArray(value)) throw new ERR_INVALID_ARG_TYPE(name, types, value);
}

/** A number from `min` to `max`, or nothing. NaN passes, as it does in Node. */
export function assertWithinRange(
  name: string, value: unknown, min = 0, max = Infinity,
): asserts value is number | undefined {
  if (value !== undefined && (typeof value !== 'number' || value < min || value > max)) {
    throw new ERR_HTTP2_INVALID_SETTING_VALUE_RANGE(name, value, min, max);
  }
}

/** By character code: 1 for a tchar of RFC 9110, 5.6.2. */
const TOKEN_CHARACTERS = new Uint8Array(128);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN_CHARACTERS[char.charCodeAt(0)] = 1;
}

/** Whether `text` is a token, as header names and methods must be. */
export function checkIsHttpToken(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    // Beyond the table the look-up gives undefined.
    if (TOKEN_CHARACTERS[text.charCodeAt(index)] !== 1) return false;
  }
  return text.length > 0;
}

/** Checks a timeout in milliseconds; a longer one than timers take is cut, with Node's warning. */
export function getTimerDuration(msecs: unknown, name: string): number {
  validateNumber(msecs, name);
  if (msecs < 0 || !Number.isFinite(msecs)) throw new ERR_OUT_OF_RANGE(name, 'a non-negative finite number', msecs);
  if (msecs <= MAX_TIMER_DURATION) return msecs;
  process.emitWarning(
    `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_TIMER_DURATION}.`,
    'TimeoutOverflowWarning');
  return MAX_TIMER_DURATION;
}
