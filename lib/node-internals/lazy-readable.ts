import { Readable, type ReadableOptions } from 'node:stream';
import { works } from './allowed.js';

// Node's state of a readable stream, made when it is first looked at.

/**
 * A Readable that is not set up until something looks at it. Most requests have no body, or a handler that does not
 * care; setting up, ending and flowing dry a Readable for each would cost more than the rest of the request object.
 * All methods and accessors of Readable go through `_readableState`, so that is where it is noticed.
 */
export interface LazyReadable extends Readable {
  /** @internal null until looked at. */
  _laidOut: object | null;
  /** @internal The Readable has just been set up, later than by its constructor. */
  _onLaidOut(): void;
}

type LazyReadableClass = abstract new (options: ReadableOptions) => LazyReadable;

interface Lazy extends LazyReadable {
  _optionsGiven: ReadableOptions;
  _readableState: object;
}

function ShortConstructor(this: Lazy, options: ReadableOptions): void {
  this._laidOut = null;
  this._optionsGiven = options;
}

Object.setPrototypeOf(ShortConstructor, Readable);
Object.setPrototypeOf(ShortConstructor.prototype, Readable.prototype);
Object.defineProperty(ShortConstructor.prototype, '_readableState', {
  configurable: true,
  enumerable: false,
  get(this: Lazy) {
    // Readable.prototype itself is looked at too, by whoever walks the chain: it has no state.
    if (this._laidOut === null) setUp(this);
    return this._laidOut;
  },
  set(this: Lazy, state: object) {
    this._laidOut = state;
  },
});

const initialize = Readable as unknown as (this: Readable, options: ReadableOptions) => void;

function setUp(readable: Lazy): void {
  initialize.call(readable, readable._optionsGiven);
  readable._onLaidOut();
}

const Short = ShortConstructor as unknown as LazyReadableClass;

/** A Readable like any other. */
abstract class Plain extends Readable {
  _laidOut: object | null = {};
  abstract _onLaidOut(): void;
}

function probe(): boolean {
  let laidOut = 0;
  class Probe extends Short {
    override _onLaidOut(): void {
      laidOut++;
    }
    override _read(): void {}
  }
  const readable = new Probe({ autoDestroy: false });
  // What is told without anybody listening needs no state.
  if (readable.emit('probe') || readable._laidOut !== null) return false;
  let heard = 0;
  readable.on('probe', () => { heard++; });
  if (laidOut as number !== 1 || readable._laidOut as object | null === null || readable.readableFlowing !== null) return false;
  readable.emit('probe');
  readable.push('a');
  return heard as number === 1 && String(readable.read()) === 'a';
}

export const LazyReadable: LazyReadableClass = works(probe) ? Short : Plain;
