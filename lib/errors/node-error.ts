import { format } from 'node:util';
import { nodeErrorMark } from '../node-internals/error-mark.js';

/** What every error of this library has besides the members of `Error`. */
export interface CodedError extends Error {
  code: string;
}

/** A class made by {@link defineError}; `Args` are the arguments of its message. */
export type CodedErrorClass<Args extends unknown[], E extends Error = Error> =
  new (...args: Args) => E & CodedError;

/**
 * A message, in which `%s` stands for an argument as in `util.format`, or a function of the arguments that may also set
 * properties on the new error.
 */
type Message<Args extends unknown[]> = string | ((this: CodedError, ...args: Args) => string);

/**
 * Renders the stack while the error carries the name that the first line must show, then takes the name away again.
 * @internal
 */
export function stampStackHeader(error: CodedError): void {
  const writable = { configurable: true, enumerable: false, writable: true };
  Object.defineProperty(error, 'name', { ...writable, value: `${error.name} [${error.code}]` });
  const rendered = error.stack;
  delete (error as { name?: string }).name;
  Object.defineProperty(error, 'stack', { ...writable, value: rendered });
}

/** Gives the instances of `prototype` the stack header and the `toString()` that Node's own errors have. */
export function markAsNodeError(prototype: object): void {
  Object.defineProperty(prototype, 'toString', {
    configurable: true,
    enumerable: false,
    writable: true,
    value(this: CodedError) {
      return `${this.name} [${this.code}]: ${this.message}`;
    },
  });
  if (nodeErrorMark !== undefined) {
    Object.defineProperty(prototype, nodeErrorMark, { configurable: true, enumerable: false, get: () => true });
  }
}

/** Call at the end of a constructor of a marked class: a no-op wherever the mark alone is enough. */
export function finishNodeError(error: CodedError): void {
  if (nodeErrorMark === undefined) stampStackHeader(error);
}

const fixedMessages = new Map<string, string>();

/** The message of a code whose message takes no arguments. */
export function fixedMessageOf(code: string): string | undefined {
  return fixedMessages.get(code);
}

/**
 * Makes the class of one error code. As in Node, `instance.constructor` is the base class: the classes themselves are
 * not part of the API, `code` is. `Extra` are the properties that the message function sets.
 */
export function defineError<Args extends unknown[] = [], E extends Error = Error, Extra = unknown>(
  code: string, Base: new (message?: string) => E, message: Message<Args>,
): CodedErrorClass<Args, E & Extra> {
  if (typeof message === 'string' && !message.includes('%s')) fixedMessages.set(code, message);

  class NodeError extends (Base as new (message?: string) => Error) implements CodedError {
    code = code;

    constructor(...args: Args) {
      if (typeof message === 'string') {
        super(args.length === 0 ? message : format(message, ...args));
      } else {
        super();
        const value = message.apply(this, args);
        Object.defineProperty(this, 'message', { configurable: true, enumerable: false, writable: true, value });
      }
      finishNodeError(this);
    }
  }

  Object.defineProperty(NodeError.prototype, 'constructor', {
    configurable: true,
    enumerable: false,
    get: () => Base,
  });
  markAsNodeError(NodeError.prototype);
  return NodeError as unknown as CodedErrorClass<Args, E & Extra>;
}
