/**
 * Runs the ticks and microtasks that are due, as Node does by itself between two callbacks from native code.
 *
 * One received chunk holds many frames. `await once(stream, 'response')` and then `await once(stream, 'trailers')` works
 * only if what waits for the first event goes on before the second is emitted. Node has the function under this name
 * since ever, for whoever emulates a turn of the event loop; without it, listeners that are in place are all the same.
 */
export const runTicks: (() => void) | undefined = (process as { _tickCallback?: () => void })._tickCallback;
