import type { Duplex } from 'node:stream';
import { native } from '../binding/load.js';

/** Numbers of one piece in the plan: index of the chunk, offset, length. */
const FIELDS = 3;
/** Pieces that a plan has room for at first, and the most that one which is used again may have. */
const PIECES = 1024;
/** How far back a chunk is looked for among those that are known: as many bodies are usually sent in turn. */
const LOOK_BACK = 8;

/** Takes pieces of chunks, in order. */
export interface PieceSink {
  add(chunk: Uint8Array, offset: number, length: number): void;
}

/** Frame headers, and between them pieces of the chunks that streams have written, on their way to a descriptor. */
export class Gather implements PieceSink {
  private chunks: Uint8Array[] = [];
  private plan = new Float64Array(PIECES * FIELDS);
  private count = 0;
  private at = 0;

  get empty(): boolean {
    return this.at === this.count;
  }

  add(chunk: Uint8Array, offset: number, length: number): void {
    let index = this.chunks.length - 1;
    const last = Math.max(0, index - LOOK_BACK);
    while (index >= last && this.chunks[index] !== chunk) index--;
    if (index < last) index = this.chunks.push(chunk) - 1;
    let at = this.count++ * FIELDS;
    if (at === this.plan.length) {
      const plan = new Float64Array(at * 2);
      plan.set(this.plan);
      this.plan = plan;
    }
    this.plan[at++] = index;
    this.plan[at++] = offset;
    this.plan[at] = length;
  }

  /** Sends what the socket takes now. @returns bytes, or a negative error number */
  send(descriptor: number): number {
    const { plan } = this;
    const sent = native.sendPieces(descriptor, this.chunks, plan, this.at, this.count);
    for (let left = sent; left > 0;) {
      const at = this.at * FIELDS;
      const length = plan[at + 2]!;
      if (length > left) {
        plan[at + 1]! += left;
        plan[at + 2] = length - left;
        break;
      }
      left -= length;
      this.at++;
    }
    return sent;
  }

  /** Takes out the first piece that is left. */
  shift(): Buffer {
    const at = this.at++ * FIELDS;
    const chunk = this.chunks[this.plan[at]!]!;
    const offset = this.plan[at + 1]!;
    const length = this.plan[at + 2]!;
    // Its memory was transferred away before the write was called back. The frame's length is announced already.
    return offset + length > chunk.length ? Buffer.alloc(length) : viewOf(chunk, offset, length);
  }

  moveTo(sink: PieceSink): void {
    while (!this.empty) {
      const piece = this.shift();
      sink.add(piece, 0, piece.length);
    }
    this.clear();
  }

  clear(): void {
    this.chunks.length = this.count = this.at = 0;
    if (this.plan.length > PIECES * FIELDS) this.plan = new Float64Array(PIECES * FIELDS);
  }
}

let idle: Gather | undefined;

export function takeGather(): Gather {
  const gather = idle ?? new Gather();
  idle = undefined;
  return gather;
}

export function giveGatherBack(gather: Gather): void {
  gather.clear();
  idle = gather;
}

/** Writes pieces to a stream. */
export class StreamSink implements PieceSink {
  private last: Uint8Array | undefined;

  constructor(private readonly socket: Duplex) {}

  add(chunk: Uint8Array, offset: number, length: number): void {
    if (this.last !== undefined) this.socket.write(this.last);
    this.last = offset === 0 && length === chunk.length ? chunk : viewOf(chunk, offset, length);
  }

  /** @param taken is called when the stream has done with all of them */
  finish(taken: (error?: Error | null) => void): void {
    this.socket.write(this.last!, taken);
  }
}

function viewOf(chunk: Uint8Array, offset: number, length: number): Buffer {
  // Not subarray(), which takes twice the time.
  return Buffer.from(chunk.buffer, chunk.byteOffset + offset, length);
}
