import * as path from 'node:path';
import { works } from './allowed.js';

/**
 * Node puts `[CODE]` into the first line of `error.stack` when it finds a certain private symbol in the error. The
 * symbol can be read off any error that Node threw, and with it the stack stays lazy.
 */
function findMark(): symbol | undefined {
  try {
    path.join(0 as unknown as string);
  } catch (error) {
    for (let level: object | null = error; level !== null; level = Object.getPrototypeOf(level)) {
      const mark = Object.getOwnPropertySymbols(level).find((symbol) => symbol.description === 'kIsNodeError');
      if (mark !== undefined) return mark;
    }
  }
  return undefined;
}

let found: symbol | undefined;

function probe(): boolean {
  found = findMark();
  if (found === undefined) return false;
  class Marked extends Error {
    code = 'PROBE';
  }
  Object.defineProperty(Marked.prototype, found, { get: () => true });
  // Who makes stacks of his own (source maps) makes those of Node's errors too.
  return typeof Error.prepareStackTrace === 'function' || new Marked('x').stack?.startsWith('Error [PROBE]: x') === true;
}

/** undefined where it is not known, or does nothing: the stack is then to be rendered with the code when an error is made. */
export const nodeErrorMark: symbol | undefined = works(probe) ? found : undefined;
