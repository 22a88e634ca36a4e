import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { markAsUntransferable } from 'node:worker_threads';
import { directAllowed, type InnerSocket } from './inner-socket.js';

/** Octets of one read: what libuv asks for. */
const SIZE = 64 * 1024;
/** Copies that are no longer come out of Node's own pool, which cannot be transferred: making memory costs more than filling it. */
const POOLED = 2048;

/**
 * What all sockets read into. Nobody but this file and the core ever sees it: what is to be kept of a chunk is copied
 * before `receive` returns, and before any code of a user's runs. That code may make another socket read, as a TLS socket
 * over a Duplex does.
 */
let common: Buffer | undefined;

const kReader = Symbol('duetto reader');

type UserSocket = InnerSocket & Record<symbol, unknown> & { [kReader]?: DirectReader };

/** Who gets the chunks. The memory is good until user code runs, or `receive` returns. */
export interface Receiver {
  receive(memory: Buffer, length: number): void;
}

/** How Node's sockets keep the parts of their `onread` option. */
interface Slots {
  readonly memory: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

/**
 * Reads a socket of Node's into memory that is used again, where its stream allocates 64 KB for each chunk. It is what
 * the `onread` option of `net.connect()` does, for sockets that are there already. The memory is never changed for
 * another: Node would take it from what a callback returns, which a listener that throws keeps from happening.
 */
export class DirectReader {
  private constructor(private readonly socket: UserSocket, readonly receiver: Receiver) {
    socket[kReader] = this;
    socket[slots!.callback] = onRead;
    socket[slots!.memory] = common ??= commonMemory();
    socket._handle!.useUserBuffer!(common);
  }

  /** @returns undefined where the public way is the only one */
  static for(socket: Duplex, receiver: Receiver): DirectReader | undefined {
    if (!directAllowed) return undefined;
    const prototype: unknown = Object.getPrototypeOf(socket);
    if (prototype !== net.Socket.prototype && prototype !== tls.TLSSocket.prototype) return undefined;
    const user = socket as UserSocket;
    if (typeof user._handle?.useUserBuffer !== 'function') return undefined;
    // Somebody reads, or has read, in another way.
    if (user.readableLength > 0 || user.readableEncoding !== null || user.listenerCount('data') > 0 ||
        user.listenerCount('readable') > 0) return undefined;
    return areFree(user) ? new DirectReader(user, receiver) : undefined;
  }

  /** What still comes is for nobody. The socket may outlive the session, and must not hold it. */
  stop(): void {
    this.socket[slots!.callback] = ignore;
    this.socket[kReader] = undefined;
  }
}

function commonMemory(): Buffer {
  const memory = Buffer.allocUnsafeSlow(SIZE);
  markAsUntransferable(memory.buffer);
  return memory;
}

/** A part of a chunk, in memory of its own. */
export function copyOf(memory: Uint8Array, from: number, to: number): Buffer {
  const length = to - from;
  const copy = length <= POOLED ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
  copy.set(from === 0 && to === memory.length ? memory : memory.subarray(from, to));
  return copy;
}

/** The socket is the receiver: Node calls it as its method. */
function onRead(this: UserSocket, length: number, memory: Buffer): boolean {
  this[kReader]?.receiver.receive(memory, length);
  return true;
}

function ignore(): boolean {
  return true;
}

/** Symbols are the same for all sockets. */
let slots: Slots | undefined;

function areFree(socket: UserSocket): boolean {
  slots ??= findSlots(socket);
  // With an `onread` option of the user's own they are taken.
  return slots !== undefined && socket[slots.memory] === null && socket[slots.callback] === null &&
    socket[slots.generator] === null;
}

function findSlots(socket: UserSocket): Slots | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [memory, callback, generator] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')];
  return memory && callback && generator ? { memory, callback, generator } : undefined;
}
