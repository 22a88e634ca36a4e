import { internalsAllowed } from './allowed.js';

/**
 * Instrumentation finds the options of node:http2's servers by the name of this symbol. There is no public way: without it,
 * it does not find them.
 */
export function exposeOptions(server: object, get: () => object): void {
  if (internalsAllowed) Object.defineProperty(server, Symbol('options'), { get });
}
