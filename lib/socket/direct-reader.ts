import type { Duplex } from 'node:stream';
import { markAsUntransferable } from 'node:worker_threads';
import { canReadInto, changeOnRead, type OnRead, readInto } from '../node-internals/socket-memory.js';

/** Bytes of one read: what libuv asks for. */
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

type UserSocket = Duplex & { [kReader]?: DirectReader | undefined };

/** Who gets the chunks. The memory is good until user code runs, or `receive` returns. */
export interface Receiver {
  receive(memory: Buffer, length: number): void;
}

/**
 * Reads a socket of Node's into memory that is used again, where its stream allocates 64 KB for each chunk. It is what
 * the `onread` option of `net.connect()` does, for sockets that are there already. The memory is never changed for
 * another: Node would take it from what a callback returns, which a listener that throws keeps from happening.
 */
export class DirectReader {
  private constructor(private readonly socket: UserSocket, readonly receiver: Receiver) {
    socket[kReader] = this;
    readInto(socket, common ??= commonMemory(), onRead as OnRead);
  }

  /** @returns undefined where the public way is the only one */
  static for(socket: Duplex, receiver: Receiver): DirectReader | undefined {
    if (!canReadInto(socket)) return undefined;
    // Somebody reads, or has read, in another way.
    if (socket.readableLength > 0 || socket.readableEncoding !== null || socket.listenerCount('data') > 0 ||
        socket.listenerCount('readable') > 0) return undefined;
    return new DirectReader(socket as UserSocket, receiver);
  }

  /** What still comes is for nobody. The socket may outlive the session, and must not hold it. */
  stop(): void {
    changeOnRead(this.socket, ignore);
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
