import { Duplex, type DuplexOptions } from 'node:stream';
import { works } from './allowed.js';

// Node's constructor of streams, called without `new` on an object that has its `_events` already.

/** What Node's Duplex makes of `_events`, by a constructor. The keys, their order and the prototype can be seen. */
function Listeners(this: Record<string, undefined>): void {
  this.close = undefined;
  this.error = undefined;
  this.prefinish = undefined;
  this.finish = undefined;
  this.drain = undefined;
  this.data = undefined;
  this.end = undefined;
  this.readable = undefined;
}
Listeners.prototype = Object.prototype;

type Constructing = Duplex & { _events: object };

const Short = function YoungDuplex(this: Constructing, options: DuplexOptions): void {
  this._events = new (Listeners as unknown as new () => object)();
  (Duplex as unknown as (this: Duplex, options: DuplexOptions) => void).call(this, options);
} as unknown as typeof Duplex;
Short.prototype = Duplex.prototype;
Object.setPrototypeOf(Short, Duplex);

function probe(): boolean {
  class Extending extends Short {}
  const theirs = new Duplex() as Constructing;
  const ours = new Extending({ read() {} }) as Constructing;
  if (Object.getPrototypeOf(theirs._events) !== Object.getPrototypeOf(ours._events)) return false;
  if (Object.keys(theirs._events).join() !== Object.keys(ours._events).join()) return false;
  let heard = false;
  ours.once('probe', () => { heard = true; });
  ours.emit('probe');
  ours.push('a');
  return heard && ours instanceof Duplex && ours.listenerCount('probe') === 0 && String(ours.read()) === 'a';
}

/**
 * Node's Duplex, which finds `_events` in place.
 *
 * It would make them with an object literal. When most of the literals that V8 happens to look at outlive a scavenge, as
 * those of 100 streams in flight do, it allocates all further ones among its old objects, for good. There they keep
 * listeners, and what these close over, from dying young: a request took 6 % more CPU (Node 24). What a
 * constructor makes is always young.
 */
export const YoungDuplex = works(probe) ? Short : Duplex;
