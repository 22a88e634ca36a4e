import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { directAllowed } from './allowed.js';

// The parts of the `onread` option of `net.connect()`, for sockets that are there already.

/** How Node's sockets keep them. */
interface Slots {
  readonly memory: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

type ReadSocket = net.Socket & Record<symbol, unknown> & {
  readonly _handle?: {
    /** Makes it read into this memory, and no more into memory of its own for each chunk. */
    useUserBuffer?(memory: Uint8Array): unknown;
  } | null;
};

/** Called as the socket's method. What it returns must be true. */
export type OnRead = (this: object, length: number, memory: Buffer) => boolean;

/** Symbols are the same for all sockets. */
let slots: Slots | undefined;

function findSlots(socket: object): Slots | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [memory, callback, generator] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')];
  return memory && callback && generator ? { memory, callback, generator } : undefined;
}

/** Whether it is a plain socket of Node's that nobody reads, and that can be made to read into memory of ours. */
export function canReadInto(socket: Duplex): boolean {
  if (!directAllowed) return false;
  const prototype: unknown = Object.getPrototypeOf(socket);
  if (prototype !== net.Socket.prototype && prototype !== tls.TLSSocket.prototype) return false;
  const read = socket as ReadSocket;
  if (typeof read._handle?.useUserBuffer !== 'function') return false;
  slots ??= findSlots(read);
  // With an `onread` option of the user's own they are taken.
  return slots !== undefined && read[slots.memory] === null && read[slots.callback] === null && read[slots.generator] === null;
}

/** All that comes from now on is read into `memory`. Only after {@link canReadInto}, in the same tick. */
export function readInto(socket: Duplex, memory: Buffer, onRead: OnRead): void {
  const read = socket as ReadSocket;
  read[slots!.callback] = onRead;
  read[slots!.memory] = memory;
  read._handle!.useUserBuffer!(memory);
}

/** Only after {@link readInto}. */
export function changeOnRead(socket: Duplex, onRead: OnRead): void {
  (socket as ReadSocket)[slots!.callback] = onRead;
}
