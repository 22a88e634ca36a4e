import { Readable, type ReadableOptions } from 'node:stream';

/** The parts of Node's state of a Readable that are used here. */
interface ReadableState {
  resumeScheduled: boolean;
}

/**
 * A Readable that is not set up until something looks at it. Most requests have no body, or a handler that does not
 * care; setting up, ending and flowing dry a Readable for each would cost more than the rest of the request object.
 * All methods and accessors of Readable go through `_readableState`, so that is where it is noticed.
 */
export interface LazyReadable extends Readable {
  /** @internal null until looked at. */
  _laidOut: ReadableState | null;
  /** @internal */
  _readableState: ReadableState;
  /** @internal Options of the Readable, asked for when it is set up. */
  _readableOptions(): ReadableOptions;
  /** @internal The Readable has just been set up. */
  _onLaidOut(): void;
}

function LazyReadableConstructor(this: LazyReadable): void {
  this._laidOut = null;
}

Object.setPrototypeOf(LazyReadableConstructor, Readable);
Object.setPrototypeOf(LazyReadableConstructor.prototype, Readable.prototype);
Object.defineProperty(LazyReadableConstructor.prototype, '_readableState', {
  configurable: true,
  enumerable: false,
  get(this: LazyReadable) {
    // Readable.prototype itself is looked at too, by whoever walks the chain: it has no state.
    if (this._laidOut === null) setUp(this);
    return this._laidOut;
  },
  set(this: LazyReadable, state: ReadableState) {
    this._laidOut = state;
  },
});

const initialize = Readable as unknown as (this: Readable, options: ReadableOptions) => void;

function setUp(readable: LazyReadable): void {
  initialize.call(readable, readable._readableOptions());
  readable._onLaidOut();
}

export const LazyReadable = LazyReadableConstructor as unknown as abstract new () => LazyReadable;
