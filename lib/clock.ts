import timers = require('node:timers');

// As they are when this library is loaded. Fake timers of tests (node:test's mock.timers and others) put their own in place of
// the global ones, and stop time for all who look them up later; the built-in module goes on, and so must this one.

export const { setTimeout, clearTimeout, setInterval, clearInterval } = timers;

export const { Date } = globalThis;
/** The monotonic clock, in milliseconds. */
export const milliseconds = performance.now.bind(performance);
