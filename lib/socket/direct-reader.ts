import net = require('node:net');
import type { Duplex } from 'node:stream';
import tls = require('node:tls');
import { directAllowed, type InnerSocket } from './inner-socket.js';

/** Octets of one read: what libuv asks for, and what a TLS record holds. */
const SIZE = 64 * 1024;
const TLS_SIZE = 16 * 1024;
/** DATA up to this length is copied: a view would keep the whole memory alive. */
const COPIED = 2048;

/** Copies that are no longer share memory, as those of `Buffer.allocUnsafe()` do: making memory costs more than filling it. */
const SHARED = 8 * 1024;
const SLAB = 64 * 1024;
let slab: Buffer | undefined;
let slabUsed = 0;

/** Sockets read in turn, and what one has read is dealt with before the next one reads. */
let common: Buffer | undefined;

const kReader = Symbol('duetto reader');

type UserSocket = InnerSocket & Record<symbol, unknown> & { [kReader]?: DirectReader };

/** Who gets the chunks. The memory is good until `receive` returns. */
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
 * the `onread` option of `net.connect()` does, for sockets that are there already.
 *
 * Memory that all sockets share is enough for frames of control. DATA is copied out of it; a session that gets much
 * DATA reads into memory of its own, pieces of which go to the readers of its streams.
 */
export class DirectReader {
  private memory: Buffer;
  /** Octets of the chunk that is being received, and how many of them are DATA. */
  private length = 0;
  private data = 0;
  private givenAway = false;

  private constructor(private readonly socket: UserSocket, private readonly receiver: Receiver) {
    this.memory = common ??= Buffer.allocUnsafeSlow(SIZE);
    socket[kReader] = this;
    socket[slots!.callback] = onRead;
    this.use(this.memory);
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
    // What was given away must not be written to again.
    if (this.memory !== common && this.socket._handle) this.use(common!);
    this.socket[slots!.callback] = ignore;
    this.socket[slots!.generator] = null;
    this.socket[kReader] = undefined;
  }

  /** DATA of the chunk that is being received, as the reader of a stream gets it. */
  piece(offset: number, length: number): Buffer {
    this.data += length;
    if (this.memory !== common && length > COPIED && this.length * 2 >= this.size) {
      this.givenAway = true;
      return Buffer.from(this.memory.buffer, this.memory.byteOffset + offset, length);
    }
    return copyOf(this.memory, offset, length);
  }

  /** The chunk will be looked at again after `receive` has returned. */
  static preserve(memory: Uint8Array, length: number): Buffer {
    return Buffer.from(memory.subarray(0, length));
  }

  private use(memory: Buffer): void {
    this.socket[slots!.memory] = this.memory = memory;
    this.socket._handle!.useUserBuffer!(memory);
  }

  /** @internal */
  onRead(memory: Buffer, length: number): void {
    let finished = false;
    this.length = length;
    try {
      this.receiver.receive(memory, length);
      finished = true;
    } finally {
      if (!finished) {
        // Nobody asks for the next memory when a listener has thrown.
        if (this.givenAway && this.socket._handle) this.use(Buffer.allocUnsafeSlow(this.size));
      } else if (this.data > 0 || this.memory !== common) {
        this.change();
      }
      this.data = 0;
      this.givenAway = false;
    }
  }

  private get size(): number {
    return this.socket instanceof tls.TLSSocket ? TLS_SIZE : SIZE;
  }

  /** Chooses the memory for the next chunk: Node asks for it after this one, if there is somebody to ask. */
  private change(): void {
    const { socket, data, memory } = this;
    if (socket[kReader] !== this) return;
    if (data === 0) this.memory = common!;
    else if (this.givenAway || (memory === common && data * 2 >= this.size)) this.memory = Buffer.allocUnsafeSlow(this.size);
    if (this.memory === memory) return;
    socket[slots!.generator] = () => {
      socket[slots!.generator] = null;
      return this.memory;
    };
  }
}

function copyOf(memory: Buffer, offset: number, length: number): Buffer {
  if (length > SHARED) {
    const copy = Buffer.allocUnsafeSlow(length);
    memory.copy(copy, 0, offset, offset + length);
    return copy;
  }
  if (slab === undefined || slabUsed + length > SLAB) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    slabUsed = 0;
  }
  const from = slabUsed;
  memory.copy(slab, from, offset, offset + length);
  // Views begin at multiples of eight, as some that read numbers out of them expect.
  slabUsed = (from + length + 7) & ~7;
  return Buffer.from(slab.buffer, from, length);
}

/** The socket is the receiver: Node calls it as its method. */
function onRead(this: UserSocket, length: number, memory: Buffer): boolean {
  this[kReader]?.onRead(memory, length);
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
