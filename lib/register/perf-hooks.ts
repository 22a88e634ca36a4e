import { syncBuiltinESMExports } from 'node:module';

/** Whoever observes gets the entries of duetto's sessions: `node:perf_hooks` and the global give out `Observer`. */
export function replacePerformanceObserver(Observer: unknown): void {
  (require('node:perf_hooks') as { PerformanceObserver: unknown }).PerformanceObserver = Observer;
  // ES modules import the names of built-in modules as copies.
  syncBuiltinESMExports();
  Object.defineProperty(globalThis, 'PerformanceObserver', {
    configurable: true, enumerable: false, writable: true, value: Observer,
  });
}
