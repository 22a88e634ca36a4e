import { EventEmitter } from 'node:events';
import { works } from './allowed.js';

// Whether an emitter has listeners, without a call. It is asked for every event of every stream, and most have none.

interface WithListeners {
  readonly _events: Record<string | symbol, unknown>;
}

function byTable(emitter: EventEmitter, event: string | symbol): boolean {
  return (emitter as unknown as WithListeners)._events[event] !== undefined;
}

function byCount(emitter: EventEmitter, event: string | symbol): boolean {
  return emitter.listenerCount(event) !== 0;
}

function probe(): boolean {
  const emitter = new EventEmitter();
  const seen = [byTable(emitter, 'a')];
  const listener = (): void => {};
  emitter.on('a', listener).on('a', listener);
  seen.push(byTable(emitter, 'a'));
  emitter.removeListener('a', listener);
  seen.push(byTable(emitter, 'a'));
  emitter.removeAllListeners('a').on('b', listener);
  seen.push(byTable(emitter, 'a'), byTable(emitter, 'b'));
  return seen.join() === 'false,true,true,false,true';
}

export const hasListeners = works(probe) ? byTable : byCount;
