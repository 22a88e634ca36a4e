import { inspect } from 'node:util';

// How the messages of Node's errors put values and lists of types into words.

/** Longest string shown whole in "Received type string ('...')". */
const MAX_SHOWN_STRING = 28;
/** What is kept of a longer one, before the dots. */
const CUT_STRING = 25;

function describeString(value: string): string {
  const shown = value.length > MAX_SHOWN_STRING ? `${value.slice(0, CUT_STRING)}...` : value;
  return `type string (${shown.includes("'") ? JSON.stringify(shown) : `'${shown}'`})`;
}

function describeObject(value: object): string {
  const { constructor } = value as { constructor?: unknown };
  // `in` throws for a primitive `constructor`, in Node as well.
  if (constructor && 'name' in (constructor as object)) {
    return `an instance of ${(constructor as { name: unknown }).name}`;
  }
  return inspect(value, { depth: -1 });
}

/** The words after "Received" in a message about a wrong type. */
export function describeReceived(value: unknown): string {
  switch (typeof value) {
    case 'undefined': return 'undefined';
    case 'object': return value === null ? 'null' : describeObject(value);
    case 'function': return `function ${value.name}`;
    case 'string': return describeString(value);
    case 'bigint': return `type bigint (${value}n)`;
    case 'number': return `type number (${Object.is(value, -0) ? '-0' : value})`;
    default: return `type ${typeof value} (${String(value)})`;
  }
}

/** 'a', 'a or b', 'a, b, or c'. */
export function joinList(items: readonly string[], conjunction: 'and' | 'or'): string {
  if (items.length <= 2) return items.join(` ${conjunction} `);
  return `${items.slice(0, -1).join(', ')}, ${conjunction} ${items[items.length - 1]}`;
}

/** '-4294967297' becomes '-4_294_967_297'. Like Node, it cuts anything in threes: '1e+300' becomes '1e+_300'. */
export function groupDigits(integer: string): string {
  return integer.replace(/(?<=[^-])(?=(?:.{3})+$)/g, '_');
}

const PRIMITIVE_TYPES = new Set([
  'string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint', 'symbol',
]);
const CLASS_NAME = /^[A-Z][a-zA-Z0-9]*$/;

/** The words after "must be" in a message about a wrong type: types first, then classes, then anything else. */
export function describeExpected(expected: string | readonly string[]): string {
  const types: string[] = [];
  const classes: string[] = [];
  const others: string[] = [];
  for (const entry of typeof expected === 'string' ? [expected] : expected) {
    if (PRIMITIVE_TYPES.has(entry)) types.push(entry.toLowerCase());
    else if (CLASS_NAME.test(entry)) classes.push(entry);
    else others.push(entry);
  }
  // Next to classes, "object" reads as one of them.
  const object = classes.length > 0 ? types.indexOf('object') : -1;
  if (object !== -1) {
    types.splice(object, 1);
    classes.push('Object');
  }

  const parts: string[] = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${joinList(types, 'or')}`);
  if (classes.length > 0) parts.push(`an instance of ${joinList(classes, 'or')}`);
  if (others.length > 1) {
    parts.push(`one of ${joinList(others, 'or')}`);
  } else if (others.length === 1) {
    const [only] = others as [string];
    parts.push(only === only.toLowerCase() ? only : `an ${only}`);
  }
  return parts.join(' or ');
}
