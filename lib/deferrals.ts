import timers = require('node:timers');

// Everything that happens later than it is asked for goes through one of these queues: their names say what it waits for. All of
// lib/ but `dispatch.ts`, which counts rounds of ticks and microtasks, is held to that by a rule of the linter.

// As they are at load: a test may put a clock of its own in their place.
const { nextTick } = process;
const { setImmediate } = timers;

/**
 * After the call that is going on: users are called back, and hear events of what they have just made, when their own
 * function has returned. In order with Node's own ticks.
 */
export const afterCall = nextTick;

/** At the end of what this turn of the event loop is doing: what was asked for meanwhile is sent, all of it together. */
export const atEndOfTurn = nextTick;

/** After the frames that are here, and what their listeners do: they may say more, or make it unnecessary. */
export const afterFrames = setImmediate;

/** In the next turn of the event loop: others have their share before this goes on. */
export const inNextTurn = setImmediate;

/** After the peer had a turn to read, who may be in this process, or sees a reset before what was sent ahead of it. */
export const afterPeerReads = setImmediate;
