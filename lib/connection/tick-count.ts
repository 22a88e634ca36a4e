/**
 * Numbers the stretches between two runs of the ticks while a session dispatches. A stream that is told something
 * twice in one needs a run in between.
 */
export const stretch = { current: 1 };
