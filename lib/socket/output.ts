import type { Duplex } from 'node:stream';
import { DirectWriter } from './direct-writer.js';
import { type Gather, giveGatherBack, type PieceSink, StreamSink, takeGather } from './gather.js';

/** Bytes that one pull can give. All sessions share the memory: what is not written at once is copied out of it. */
const OUT_CAPACITY = 64 * 1024;
/** With more than this waiting in the socket, the streams wait. */
const MAX_WAITING = 256 * 1024;
/** An output up to this size is copied; a larger one takes the memory with it. */
const COPIED = 16 * 1024;

let spare: Buffer | undefined;

/** Memory for a pull. Whoever is given it by `write` or `writePieces` is its owner. */
export function takeOut(): Buffer {
  const out = spare ?? Buffer.allocUnsafeSlow(OUT_CAPACITY);
  spare = undefined;
  return out;
}

export function giveOutBack(out: Buffer): void {
  spare = out;
}

/** Hears that the socket has taken what it was given, or why it never will. */
type Taken = (error?: Error | null) => void;

/** The way out to a socket: by its descriptor as long as that takes all, else through its stream. */
export class SocketOutput {
  private readonly writer: DirectWriter | undefined;
  /** What the descriptor has not taken yet; the stream has the piece before it. */
  private waiting: Gather | undefined;
  private taken: Taken | undefined;

  constructor(private readonly socket: Duplex) {
    this.writer = DirectWriter.for(socket);
  }

  /** @returns what a pull may write to; negative if nothing */
  descriptor(): number {
    return this.writer === undefined ? -1 : this.writer.descriptor();
  }

  /** Enough waits in the socket. */
  get full(): boolean {
    const { socket } = this;
    return this.waiting !== undefined || (socket.writableNeedDrain &&
      socket.writableLength >= Math.max(MAX_WAITING, socket.writableHighWaterMark));
  }

  /** @param sent what the descriptor has taken of it already, or a negative error number */
  write(out: Buffer, length: number, sent: number): void {
    if (sent > 0) this.writer!.sent += sent;
    // Where the connection is gone, reading tells: until then what is written goes nowhere.
    if (sent === length || sent < 0) spare = out;
    else this.socket.write(keep(out, sent, length));
  }

  /**
   * @param collect puts the pieces of the output, and what belongs between them, into a sink
   * @param taken is called later if the socket has not taken all at once: until then the pieces must not change
   * @returns whether it has
   */
  writePieces(out: Buffer, length: number, collect: (sink: PieceSink, out: Buffer) => void, taken: Taken): boolean {
    const descriptor = this.descriptor();
    if (descriptor >= 0) {
      const gather = takeGather();
      collect(gather, out);
      if (this.send(gather, descriptor)) {
        spare = out;
        return true;
      }
      this.taken = taken;
      return false;
    }
    const { socket } = this;
    const sink = new StreamSink(socket);
    socket.cork();
    collect(sink, keep(out, 0, length));
    let atOnce = false;
    sink.finish((error) => {
      if (!atOnce) taken(error);
    });
    socket.uncork();
    return atOnce = socket.writableLength === 0;
  }

  /** Gives the stream all that waits for the descriptor: it is going to be ended. */
  leaveToStream(): void {
    const { socket, waiting, taken } = this;
    // Of what the stream has already, it tells.
    if (waiting === undefined || waiting.empty) return;
    this.waiting = undefined;
    const sink = new StreamSink(socket);
    socket.cork();
    waiting.moveTo(sink);
    sink.finish(taken!);
    socket.uncork();
    giveGatherBack(waiting);
  }

  /** @returns whether the descriptor has taken all; otherwise the stream has one piece, and waits for room with it */
  private send(gather: Gather, descriptor: number): boolean {
    const sent = gather.send(descriptor);
    if (sent < 0) {
      // The connection is gone, as reading will tell. Nobody hears that this was sent.
      this.waiting = gather;
      return false;
    }
    this.writer!.sent += sent;
    if (gather.empty) {
      this.waiting = undefined;
      giveGatherBack(gather);
      return true;
    }
    this.waiting = gather;
    this.socket.write(gather.shift(), (error) => this.onRoom(error));
    return false;
  }

  private onRoom(error: Error | null | undefined): void {
    const { waiting, taken } = this;
    if (waiting === undefined) return;
    if (!error && !waiting.empty) {
      const descriptor = this.descriptor();
      if (descriptor < 0) {
        this.leaveToStream();
        return;
      }
      if (!this.send(waiting, descriptor)) return;
    } else {
      this.waiting = undefined;
      giveGatherBack(waiting);
    }
    taken!(error);
  }
}

/** A part of the output that outlives this call. */
function keep(out: Buffer, from: number, to: number): Buffer {
  if (to - from > COPIED) return out.subarray(from, to);
  spare = out;
  const bytes = Buffer.allocUnsafe(to - from);
  out.copy(bytes, 0, from, to);
  return bytes;
}
