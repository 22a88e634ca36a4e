import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { directAllowed, type InnerSocket } from './inner-socket.js';

/** Octets of one read: what libuv asks for, and what a TLS record holds. */
const SIZE = 64 * 1024;
const TLS_SIZE = 16 * 1024;
/** DATA up to this length is copied: a view would keep the whole memory alive. */
const COPIED = 2048;

/** Sockets read in turn, and what one has read is dealt with before the next one reads. */
let common: Buffer | undefined;

type UserSocket = InnerSocket & Record<symbol, unknown>;

/** How Node's sockets keep the parts of their `onread` option. */
interface Slots {
  readonly memory: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

/**
 * Reads a socket of Node's into memory that is used again, where its stream allocates 64 KB for each chunk. It is what
 * the `onread` option of `net.connect()` does, for sockets that are there already.
 *
 * Memory that all sockets share is enough for frames of control. DATA is copied out of it; a session that gets much
 * DATA reads into memory of its own, pieces of which go to the readers of its streams.
 */
export class DirectReader {
  private memory: Buffer;
  private readonly size: number;
  /** Octets of the chunk that is being received, and how many of them are DATA. */
  private length = 0;
  private data = 0;
  private givenAway = false;

  private constructor(
    private readonly socket: UserSocket, private readonly slots: Slots,
    private readonly receive: (memory: Buffer, length: number) => void,
  ) {
    this.memory = common ??= Buffer.allocUnsafeSlow(SIZE);
    this.size = socket instanceof tls.TLSSocket ? TLS_SIZE : SIZE;
    socket[slots.callback] = this.onRead;
    socket[slots.generator] = this.nextMemory;
    this.use(this.memory);
  }

  /**
   * @param receive is called with each chunk; its memory is good until it returns
   * @returns undefined where the public way is the only one
   */
  static for(socket: Duplex, receive: (memory: Buffer, length: number) => void): DirectReader | undefined {
    if (!directAllowed) return undefined;
    const prototype: unknown = Object.getPrototypeOf(socket);
    if (prototype !== net.Socket.prototype && prototype !== tls.TLSSocket.prototype) return undefined;
    const user = socket as UserSocket;
    if (typeof user._handle?.useUserBuffer !== 'function') return undefined;
    // Somebody reads, or has read, in another way.
    if (user.readableLength > 0 || user.readableEncoding !== null || user.listenerCount('data') > 0 ||
        user.listenerCount('readable') > 0) return undefined;
    const slots = slotsOf(user);
    return slots && new DirectReader(user, slots, receive);
  }

  /** What still comes is for nobody. The socket may outlive the session, and must not hold it. */
  stop(): void {
    // What was given away must not be written to again.
    if (this.memory !== common && this.socket._handle) this.use(common!);
    this.socket[this.slots.callback] = ignore;
    this.socket[this.slots.generator] = null;
  }

  /** DATA of the chunk that is being received, as the reader of a stream gets it. */
  piece(offset: number, length: number): Buffer {
    this.data += length;
    if (this.memory !== common && length > COPIED && this.length * 2 >= this.size) {
      this.givenAway = true;
      return Buffer.from(this.memory.buffer, this.memory.byteOffset + offset, length);
    }
    const copy = Buffer.allocUnsafe(length);
    this.memory.copy(copy, 0, offset, offset + length);
    return copy;
  }

  /** The chunk will be looked at again after `receive` has returned. */
  static preserve(memory: Uint8Array, length: number): Buffer {
    return Buffer.from(memory.subarray(0, length));
  }

  private use(memory: Buffer): void {
    this.socket[this.slots.memory] = this.memory = memory;
    this.socket._handle!.useUserBuffer!(memory);
  }

  private readonly onRead = (length: number, memory: Buffer): boolean => {
    let finished = false;
    this.length = length;
    try {
      this.receive(memory, length);
      finished = true;
    } finally {
      // Nobody asks for the next memory when a listener has thrown.
      if (!finished && this.givenAway && this.socket._handle) {
        this.givenAway = false;
        this.use(Buffer.allocUnsafeSlow(this.size));
      }
    }
    return true;
  };

  /** @returns the memory for the next chunk, if it is to be another one */
  private readonly nextMemory = (): Buffer | undefined => {
    const { data } = this;
    if (data === 0 && this.memory === common) return undefined;
    this.data = 0;
    let next = this.memory;
    if (data === 0) next = common!;
    else if (this.givenAway || (next === common && data * 2 >= this.size)) next = Buffer.allocUnsafeSlow(this.size);
    this.givenAway = false;
    if (next === this.memory) return undefined;
    return this.memory = next;
  };
}

function ignore(): boolean {
  return true;
}

/** Symbols are the same for all sockets. */
let known: Slots | undefined;

function slotsOf(socket: UserSocket): Slots | undefined {
  known ??= findSlots(socket);
  const { memory, callback, generator } = known ?? {};
  if (memory === undefined || callback === undefined || generator === undefined) return undefined;
  // With an `onread` option of the user's own they are taken.
  return socket[memory] === null && socket[callback] === null && socket[generator] === null ? known : undefined;
}

function findSlots(socket: UserSocket): Slots | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [memory, callback, generator] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')];
  return memory && callback && generator ? { memory, callback, generator } : undefined;
}
