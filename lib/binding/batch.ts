import { native } from './load.js';

const INTS = 16 * 1024;
const BYTES = 32 * 1024;
/** A batch that one flood of headers made larger than this does not stay so. */
const KEPT_INTS = 256 * 1024;
const KEPT_BYTES = 1024 * 1024;

/** What every Buffer of Node has, and the type declarations leave out. */
export type SliceableBuffer = Buffer & { latin1Slice(start: number, end: number): string };

/** Memory in which the core records what happened. One is in use for each call that is being dispatched. */
export class Batch {
  readonly index: number;
  ints: Int32Array;
  bytes: SliceableBuffer;

  constructor() {
    const ints = new ArrayBuffer(INTS * 4);
    const bytes = new ArrayBuffer(BYTES);
    this.index = native.createBatch(ints, bytes);
    this.ints = new Int32Array(ints);
    this.bytes = Buffer.from(bytes) as SliceableBuffer;
  }

  /** What `receive` or `pull` gave: the number of integers. */
  adopt(count: number): number {
    if (count >= 0) return count;
    const [ints, bytes] = native.batchMemory(this.index);
    this.ints = new Int32Array(ints);
    this.bytes = Buffer.from(bytes) as SliceableBuffer;
    return -count;
  }

  shrink(): void {
    if (this.ints.length <= KEPT_INTS && this.bytes.length <= KEPT_BYTES) return;
    const ints = new ArrayBuffer(INTS * 4);
    const bytes = new ArrayBuffer(BYTES);
    native.lendBatch(this.index, ints, bytes);
    this.ints = new Int32Array(ints);
    this.bytes = Buffer.from(bytes) as SliceableBuffer;
  }
}

const idle: Batch[] = [];

/** A handler may make another session receive while this one is being dispatched, so there can be several. */
export function takeBatch(): Batch {
  return idle.pop() ?? new Batch();
}

export function giveBack(batch: Batch): void {
  batch.shrink();
  idle.push(batch);
}
