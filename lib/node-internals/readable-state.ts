import { Readable } from 'node:stream';
import { works } from './allowed.js';

// The state of the readable side of Node's streams.

interface ReadableState {
  /** Node is about to ask for more, so that a push does not make it do so again. */
  readingMore: boolean;
  buffer: { readonly length: number };
  /** Where in the buffer its content begins. */
  bufferIndex?: number;
  ended: boolean;
  endEmitted: boolean;
}

function stateOf(readable: Readable): ReadableState {
  return (readable as unknown as { _readableState: ReadableState })._readableState;
}

function probe(): boolean {
  let asked = 0;
  const readable = new Readable({ read() { asked++; } });
  const state = stateOf(readable);
  if (state.readingMore !== false || state.ended !== false || state.endEmitted !== false || state.buffer.length !== 0) return false;
  state.readingMore = true;
  readable.push('a');
  readable.push('b');
  if (state.buffer.length - (state.bufferIndex ?? 0) !== 2 || asked !== 0) return false;
  state.ended = state.endEmitted = true;
  return readable.readableEnded;
}

/** Whether the functions below do anything. */
export const stateIsKnown = works(probe);

/** From now on Node does not read by itself after a push: `_read` is called when the user reads. */
export function readOnlyWhenAsked(readable: Readable): void {
  if (stateIsKnown) stateOf(readable).readingMore = true;
}

/** Node reads ahead again. */
export function readAhead(readable: Readable): void {
  if (stateIsKnown) stateOf(readable).readingMore = false;
}

/** Whether `_read` was called because the user reads, and not by Node after a push. */
export function isAskedFor(readable: Readable): boolean {
  return stateIsKnown || readable.readableFlowing === true || readable.listenerCount('readable') > 0;
}

/** Where {@link isAskedFor} can be false, `asked` is called before each `read` of the user's: `_read` may not be any more. */
export function watchReads<Stream extends Readable>(prototype: Stream, asked: (stream: Stream) => void): void {
  if (stateIsKnown) return;
  const { read } = prototype;
  Object.defineProperty(prototype, 'read', {
    configurable: true,
    writable: true,
    value(this: Stream, size?: number): unknown {
      // Node's own reading ahead asks for nothing.
      if (size !== 0) asked(this);
      return read.call(this, size);
    },
  });
}

/** Chunks that wait to be read; undefined if that is not known. */
export function piecesIn(readable: Readable): number | undefined {
  if (!stateIsKnown) return undefined;
  const { buffer, bufferIndex = 0 } = stateOf(readable);
  return buffer.length - bufferIndex;
}

/**
 * Ends a stream that is empty and has no listener for 'end', without the ticks that reading to its end takes.
 *
 * @returns false if it has to be read
 */
export function endAtOnce(readable: Readable): boolean {
  if (!stateIsKnown) return false;
  const state = stateOf(readable);
  state.ended = state.endEmitted = true;
  return true;
}
