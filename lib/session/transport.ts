import net = require('node:net');
import type { Duplex } from 'node:stream';
import { type Batch, giveBack, takeBatch } from '../binding/batch.js';
import type { NativeSession } from '../binding/contract.js';
import { BatchHeader, Record } from '../binding/records.js';
import { takeNotes } from '../observe/notes.js';
import { Dispatch } from './dispatch.js';
import { dispatchSent, sizeOfSentRecord } from './dispatch-sent.js';
import { onEndedByCore } from './incoming.js';
import type { Http2Session } from './session.js';

/** Octets that one pull can give. All sessions share the memory: what is not written at once is copied out of it. */
const OUT_CAPACITY = 64 * 1024;
/** Octets of large chunks that one pull puts between its frame headers. */
const BUDGET = 32 * 1024 * 1024;
/** With more than this waiting in the socket, the streams wait. */
const MAX_WAITING = 256 * 1024;
/** An output up to this size is copied; a larger one takes the memory with it. */
const COPIED = 16 * 1024;

let spare: Buffer | undefined;

function takeOut(): Buffer {
  const out = spare ?? Buffer.allocUnsafeSlow(OUT_CAPACITY);
  spare = undefined;
  return out;
}

/**
 * Between a session and its socket: received chunks go to the core and what it recorded is dispatched; what the core
 * wants to send is written once per turn.
 *
 * The socket is used through its public API only, so it can be any Duplex.
 */
export class Transport {
  /** A received chunk is being dispatched: another one has to wait. */
  private receiving = false;
  private backlog: Uint8Array[] | undefined;
  private scheduled = false;
  private flushing = false;
  private blocked = false;
  private closed = false;

  private readonly onData = (chunk: Uint8Array | string): void => {
    this.receive(typeof chunk === 'string' ? Buffer.from(chunk, this.socket.readableEncoding ?? 'utf8') : chunk);
  };

  private readonly onDrain = (): void => {
    if (!this.blocked) return;
    this.blocked = false;
    this.flush();
  };

  /** Node's own sockets call from the event loop; any other Duplex from wherever it is written to. */
  private readonly fromEventLoop: boolean;

  constructor(
    private readonly session: Http2Session,
    private readonly native: NativeSession,
    readonly socket: Duplex,
  ) {
    this.fromEventLoop = socket instanceof net.Socket;
  }

  start(): void {
    this.socket.on('data', this.onData);
    this.socket.on('drain', this.onDrain);
    // A socket that somebody has paused before handing it over must flow as well.
    this.socket.resume();
  }

  /** Sends what is left; then nothing more is received or sent. The socket keeps flowing, so that its end is seen. */
  finish(): void {
    if (this.closed) return;
    while (this.pull(false) && this.more);
    this.closed = true;
    this.socket.removeListener('data', this.onData);
    this.backlog = undefined;
    this.socket.removeListener('drain', this.onDrain);
  }

  receive(chunk: Uint8Array): void {
    if (this.closed) return;
    if (this.receiving) {
      (this.backlog ??= []).push(chunk);
      return;
    }
    this.receiving = true;
    this.session._touch();
    const batch = takeBatch();
    const end = batch.settle(this.native.receive(chunk, batch.index));
    const notes = batch.ints[BatchHeader.Notes]!;
    if (notes !== 0) takeNotes(this.session, this.native, notes);
    new Dispatch(this.session, batch, BatchHeader.Start, end, chunk, this.fromEventLoop).run();
  }

  /** The last chunk is dispatched. */
  received(): void {
    this.receiving = false;
    if (this.closed) return;
    const next = this.backlog?.shift();
    if (next !== undefined) this.receive(next);
    else this.flush();
  }

  /** Asks for a flush at the end of this turn. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Whoever dispatches flushes at its end.
    if (!this.receiving && !this.flushing) process.nextTick(flushScheduled, this);
  }

  flushIfScheduled(): void {
    if (this.scheduled) this.flush();
  }

  /** Sends all that can be sent. */
  flush(): void {
    if (this.closed || this.flushing) return;
    if (this.receiving) {
      this.scheduled = true;
      return;
    }
    this.flushing = true;
    try {
      do {
        this.scheduled = false;
        if (this.blocked || !this.pull(this.fromEventLoop)) break;
        // What was dispatched may have brought new commands.
      } while (!this.closed && (this.more || this.scheduled));
    } finally {
      this.flushing = false;
    }
  }

  /** Sends what is written now, before it is dropped; from within any call. */
  purge(): void {
    if (this.closed || this.blocked) return;
    while (this.pull(false) && this.more && !this.blocked && !this.closed);
  }

  private more = false;

  private pull(settles: boolean): boolean {
    const { native, socket } = this;
    if (socket.destroyed) return false;
    const out = takeOut();
    const batch = takeBatch();
    const end = batch.settle(native.pull(out, batch.index, BUDGET));
    const { ints } = batch;
    const length = ints[BatchHeader.OutLength]!;
    const more = ints[BatchHeader.More]!;
    const notes = ints[BatchHeader.Notes]!;
    this.more = more === 1;
    if (length > 0) {
      const bytes = this.keep(out, length);
      if (ints[BatchHeader.Segments] === 0) socket.write(bytes);
      else this.writeSegments(bytes, batch, end);
      this.session._progress++;
      this.session._touch();
      this.blocked = socket.writableNeedDrain &&
        socket.writableLength >= Math.max(MAX_WAITING, socket.writableHighWaterMark);
    } else {
      spare = out;
    }
    if (notes !== 0) takeNotes(this.session, native, notes);
    if (end === BatchHeader.Start) giveBack(batch);
    else if (this.fromEventLoop) dispatchSent(this.session, batch, BatchHeader.Start, end, settles);
    // A Duplex hands the bytes over at once: the reader of what was written must get a turn before the writer.
    else setImmediate(dispatchLater, this.session, batch, end);
    if (more < 0 && !this.session.destroyed) onEndedByCore(this.session, more);
    return true;
  }

  private keep(out: Buffer, length: number): Buffer {
    if (length > COPIED) return out.subarray(0, length);
    spare = out;
    const bytes = Buffer.allocUnsafe(length);
    out.copy(bytes, 0, 0, length);
    return bytes;
  }

  /** Frame headers from the output, and between them the chunks that the streams have kept. */
  private writeSegments(bytes: Buffer, batch: Batch, end: number): void {
    const { socket } = this;
    const { ints } = batch;
    const { buffer, byteOffset } = bytes;
    let from = 0;
    socket.cork();
    for (let at: number = BatchHeader.Start; at < end;) {
      if (ints[at] !== Record.Segment) {
        at += sizeOfSentRecord(ints[at]!);
        continue;
      }
      const offset = ints[at + 1]!;
      if (offset > from) socket.write(Buffer.from(buffer, byteOffset + from, offset - from));
      from = offset;
      this.session._writeExternal(socket, ints[at + 2]!, ints[at + 3]!);
      at += 4;
    }
    if (from < bytes.length) socket.write(bytes.subarray(from));
    socket.uncork();
  }
}

function dispatchLater(session: Http2Session, batch: Batch, end: number): void {
  dispatchSent(session, batch, BatchHeader.Start, end, false);
}

function flushScheduled(transport: Transport): void {
  transport.flushIfScheduled();
}
