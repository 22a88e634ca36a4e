import { afterCall } from './deferrals.js';

/**
 * Throws in a tick of its own what a listener has thrown in the middle of work that has to be finished. It is an uncaught
 * exception there as it would have been here.
 */
export function rethrow(error: unknown): void {
  afterCall(throwIt, error);
}

function throwIt(error: unknown): never {
  throw error;
}
