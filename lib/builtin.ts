import type * as http2 from 'node:http2';
import { isLoaded } from './node-internals/loaded-modules.js';

// The built-in module is looked at once somebody else has loaded it: that takes some ten milliseconds, and nobody can hold
// its symbols and classes against ours before.

type Builtin = typeof http2;

let builtin: Builtin | undefined;

/** node:http2, if it has been loaded, or may have been. */
export function builtinIfLoaded(): Builtin | undefined {
  if (builtin !== undefined) return builtin;
  if (isLoaded('http2') === false) return undefined;
  return builtin = require('node:http2') as Builtin;
}

/** By which objects of every copy of this module are known. */
export const kind = Symbol.for('duetto.kind');

const classes = ['Http2ServerRequest', 'Http2ServerResponse'] as const;
let adopted = false;

/** From now on `instanceof` the classes of node:http2 holds for ours, if anybody has them. To be called now and then. */
export function adoptClasses(): void {
  if (adopted) return;
  const found = builtinIfLoaded();
  if (found === undefined) return;
  adopted = true;
  for (const name of classes) {
    const Class = found[name];
    // Another copy of this module may have been here.
    if (Object.hasOwn(Class, Symbol.hasInstance)) continue;
    Object.defineProperty(Class, Symbol.hasInstance, {
      configurable: true,
      value(this: unknown, object: unknown): boolean {
        const byPrototype = Function.prototype[Symbol.hasInstance].call(this as Function, object);
        // Not for classes that extend it.
        return byPrototype || (this === Class && (object as { [kind]?: string } | null | undefined)?.[kind] === name);
      },
    });
  }
}
