import * as modules from 'node:module';
import { works } from './allowed.js';

// How Node loads CommonJS.

/** Gives a module in place of one that was asked for, or undefined. */
export type Replace = (request: string, from: string | null | undefined) => object | undefined;

type Parent = { filename?: string | null } | null | undefined;

interface Loading {
  _load(request: string, parent: Parent, isMain: boolean): unknown;
}

interface Compiling {
  _compile(content: string, ...rest: unknown[]): unknown;
  load(filename: string): unknown;
}

interface Requiring {
  require(this: { filename?: string | null }, request: string): unknown;
}

const loader = modules.Module as unknown as Loading;
const prototype = modules.Module.prototype as unknown as Compiling;

/** `require` goes through `Module._load`, whoever made it. */
const loadIsKnown = works(() => {
  const { _load: load } = loader;
  const asked: string[] = [];
  try {
    loader._load = function (request, ...rest) {
      asked.push(request);
      return load.call(this, request, ...rest);
    };
    modules.createRequire(__filename)('node:events');
  } finally {
    loader._load = load;
  }
  return asked.includes('node:events');
});

const compileIsKnown = works(() => typeof prototype._compile === 'function' && typeof prototype.load === 'function');

/** Every `require` asks `replace` first. */
export function replaceInRequire(replace: Replace): void {
  if (loadIsKnown) {
    const { _load: load } = loader;
    loader._load = function (request, parent, ...rest) {
      return replace(request, parent?.filename) ?? load.call(this, request, parent, ...rest);
    };
    return;
  }
  // The documented `module.require`, which `require` calls.
  const requiring = modules.Module.prototype as unknown as Requiring;
  const { require: before } = requiring;
  requiring.require = function (request) {
    return replace(request, this.filename) ?? before.call(this, request);
  };
}

/**
 * Calls `act` once, before the first code that may load an ES module.
 *
 * @param mayLoad whether a text does, as far as can be told by looking at it
 * @returns false if that moment cannot be told
 */
export function beforeCode(mayLoad: (content: string) => boolean, act: () => void): boolean {
  if (!compileIsKnown) return false;
  const { _compile: compile, load } = prototype;
  let waiting = true;
  const actNow = (): void => {
    if (!waiting) return;
    waiting = false;
    // Whoever wrapped them after us still calls ours.
    if (prototype._compile === watchedCompile) prototype._compile = compile;
    if (prototype.load === watchedLoad) prototype.load = load;
    act();
  };
  function watchedCompile(this: unknown, content: string, ...rest: unknown[]): unknown {
    if (waiting && mayLoad(content)) actNow();
    return compile.call(this, content, ...rest);
  }
  // Where `require` takes ES modules.
  function watchedLoad(this: unknown, filename: string): unknown {
    if (waiting && filename.endsWith('.mjs')) actNow();
    return load.call(this, filename);
  }
  prototype._compile = watchedCompile;
  prototype.load = watchedLoad;
  return true;
}
