import net = require('node:net');
import type { Duplex } from 'node:stream';
import { type Batch, giveBack, takeBatch } from '../binding/batch.js';
import type { NativeSession } from '../binding/contract.js';
import { BatchHeader, Record } from '../binding/records.js';
import { setImmediate } from '../clock.js';
import { takeNotes } from '../observe/notes.js';
import { DirectReader } from '../socket/direct-reader.js';
import type { PieceSink } from '../socket/gather.js';
import { giveOutBack, SocketOutput, takeOut } from '../socket/output.js';
import type { Http2Stream } from '../stream/stream.js';
import { Dispatch } from './dispatch.js';
import { dispatchSent, sizeOfSentRecord } from './dispatch-sent.js';
import { onEndedByCore } from './incoming.js';
import type { Http2Session } from './session.js';

/** An output that is longer is sent, even if more may follow in this turn. */
const MAX_HELD = 32 * 1024;

/** Records that streams are told when the socket has what they speak of. */
interface Untold {
  readonly batch: Batch;
  readonly end: number;
  taken: boolean;
}

/**
 * Between a session and its socket: received chunks go to the core and what it recorded is dispatched; what the core
 * wants to send is written once per turn.
 *
 * Any Duplex will do, by its public API. Node's own sockets are read and written in a shorter way where they allow it.
 */
export class Transport {
  /** A received chunk is being dispatched: another one has to wait. */
  private receiving = false;
  private backlog: Uint8Array[] | undefined;
  private scheduled = false;
  private flushing = false;
  private blocked = false;
  /** The socket's 'drain' is awaited. */
  private draining = false;
  private closed = false;
  private more = false;
  /** Output that waits for what those may write who are told that it is out, and its length. */
  private heldOut: Buffer | undefined;
  private held = 0;
  private reader: DirectReader | undefined;
  private onData: ((chunk: Uint8Array | string) => void) | undefined;
  private readonly output: SocketOutput;
  /** Streams whose writes are put together until the chunk that they may answer is dispatched. */
  private gathering: Http2Stream[] | undefined;
  /** In the order of the pulls. */
  private untold: Untold[] | undefined;

  /** Node's own sockets call from the event loop; any other Duplex from wherever it is written to. */
  private readonly fromEventLoop: boolean;

  constructor(
    private readonly session: Http2Session,
    private readonly native: NativeSession,
    readonly socket: Duplex,
  ) {
    this.fromEventLoop = socket instanceof net.Socket;
    this.output = new SocketOutput(socket);
  }

  start(): void {
    this.reader = DirectReader.for(this.socket, this);
    if (this.reader === undefined) {
      this.onData = (chunk) => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, this.socket.readableEncoding ?? 'utf8') : chunk;
        this.receive(bytes, bytes.length);
      };
      this.socket.on('data', this.onData);
    }
    // A socket that somebody has paused before handing it over must flow as well.
    this.socket.resume();
  }

  /** Sends what is left; then nothing more is received or sent. The socket keeps flowing, so that its end is seen. */
  finish(): void {
    if (this.closed) return;
    this.release();
    this.output.leaveToStream();
    while (this.pull(false, false) && this.more);
    this.closed = true;
    this.forget();
    this.reader?.stop();
    if (this.onData !== undefined) this.socket.removeListener('data', this.onData);
    this.backlog = undefined;
  }

  /** @internal */
  receive(chunk: Uint8Array, length: number): void {
    if (this.closed) return;
    if (this.receiving) {
      (this.backlog ??= []).push(this.reader === undefined ? chunk : DirectReader.preserve(chunk, length));
      return;
    }
    this.take(chunk, length, this.reader);
  }

  private take(chunk: Uint8Array, length: number, reader: DirectReader | undefined): void {
    this.receiving = true;
    this.session._touch();
    this.session._busyPoll?.answered();
    const batch = takeBatch();
    const end = batch.settle(this.native.receive(chunk, length, batch.index));
    const notes = batch.ints[BatchHeader.Notes]!;
    this.session._deadlines?.received(notes);
    if (notes !== 0) takeNotes(this.session, this.native, notes);
    new Dispatch(this.session, batch, BatchHeader.Start, end, chunk, length, reader, this.fromEventLoop).run();
  }

  /**
   * What a stream writes in answer to the chunk that is being dispatched becomes one write: in one frame where it has
   * room, and with one crossing into the core.
   */
  gather(stream: Http2Stream): void {
    if (!this.receiving) return;
    stream.cork();
    stream._gathering = true;
    (this.gathering ??= []).push(stream);
  }

  /** Hands over what was gathered: the chunk is dispatched, or a stream ends in some way. */
  release(): void {
    const { gathering } = this;
    if (gathering === undefined) return;
    for (const stream of gathering) {
      stream._gathering = false;
      stream.uncork();
    }
    gathering.length = 0;
  }

  /** The last chunk is dispatched. */
  received(): void {
    this.release();
    this.receiving = false;
    if (this.closed) return;
    const next = this.backlog?.shift();
    if (next !== undefined) this.take(next, next.length, undefined);
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
        if (this.blocked || !this.pull(this.fromEventLoop, this.fromEventLoop)) break;
        // What was dispatched may have brought new commands.
      } while (!this.closed && (this.more || this.scheduled));
    } finally {
      if (this.held > 0 && !this.closed) this.pull(false, false);
      this.flushing = false;
    }
  }

  /** Sends what there is while a chunk is still being dispatched. */
  flushBetween(): void {
    // A Duplex may hand us a chunk while it takes ours: whoever flushes goes on after that.
    if (this.closed || this.blocked || this.flushing || !this.scheduled) return;
    this.scheduled = false;
    this.pull(false, false);
    if (this.more) this.scheduled = true;
  }

  /** Sends what is written now, before it is dropped; from within any call. */
  purge(): void {
    if (this.closed) return;
    this.release();
    if (this.blocked) return;
    while (this.pull(false, false) && this.more && !this.blocked && !this.closed);
  }

  /**
   * @param settles whether ticks may run
   * @param holds whether a small output may wait for what is written in answer to it
   */
  private pull(settles: boolean, holds: boolean): boolean {
    const { native, socket, output, held } = this;
    if (socket.destroyed) return false;
    const out = this.heldOut ?? takeOut();
    this.heldOut = undefined;
    this.held = 0;
    const batch = takeBatch();
    const hold = holds && held < MAX_HELD && this.untold === undefined;
    const end = batch.settle(native.pull(out, held, batch.index, output.descriptor(), hold));
    const { ints } = batch;
    const length = ints[BatchHeader.OutLength]!;
    const more = ints[BatchHeader.More]!;
    const notes = ints[BatchHeader.Notes]!;
    this.more = more === 1;
    let taken = true;
    if (hold && ints[BatchHeader.Holds] === 1) {
      this.heldOut = out;
      this.held = length;
    } else if (length > 0) {
      if (ints[BatchHeader.Segments] === 0) output.write(out, length, ints[BatchHeader.Sent]!);
      else taken = this.writeSegments(out, length, batch, end);
      this.session._progress++;
      this.session._touch();
      if (!this.blocked && output.full) this.block();
    } else {
      giveOutBack(out);
    }
    if (notes !== 0) takeNotes(this.session, native, notes);
    if (this.untold === undefined && taken) this.tell(batch, end, settles);
    else if (taken) this.untold!.push({ batch, end, taken });
    if (more < 0 && !this.session.destroyed) onEndedByCore(this.session, more);
    return true;
  }

  /** @returns whether the socket has it all; if not, the records wait until it has */
  private writeSegments(out: Buffer, length: number, batch: Batch, end: number): boolean {
    const untold: Untold = { batch, end, taken: false };
    const collect = (sink: PieceSink, bytes: Buffer): void => {
      collectSegments(this.session, batch, end, bytes, length, sink);
    };
    const taken = this.output.writePieces(out, length, collect, (error) => this.onTaken(untold, error));
    if (!taken) (this.untold ??= []).push(untold);
    return taken;
  }

  private onTaken(what: Untold, error: Error | null | undefined): void {
    what.taken = true;
    // The session hears of the error too, and tells its streams.
    if (error) this.forget();
    const { untold } = this;
    while (untold?.[0]?.taken === true) {
      const { batch, end } = untold.shift()!;
      if (untold.length === 0) this.untold = undefined;
      this.tell(batch, end, this.fromEventLoop);
    }
    this.goOn();
  }

  /** Nothing is pulled until the socket has room. */
  private block(): void {
    this.blocked = true;
    this.session._deadlines?.writeIsBlocked();
    if (this.draining) return;
    this.draining = true;
    this.socket.once('drain', () => {
      this.draining = false;
      this.goOn();
    });
  }

  private goOn(): void {
    if (!this.blocked || this.output.full) return;
    this.blocked = false;
    this.flush();
  }

  private forget(): void {
    for (const { batch } of this.untold ?? []) giveBack(batch);
    this.untold = undefined;
  }

  /** Streams learn what has become of their writes. */
  private tell(batch: Batch, end: number, settles: boolean): void {
    if (end === BatchHeader.Start) giveBack(batch);
    else if (this.fromEventLoop) dispatchSent(this.session, batch, BatchHeader.Start, end, settles);
    // A Duplex hands the bytes over at once: the reader of what was written must get a turn before the writer.
    else setImmediate(dispatchLater, this.session, batch, end);
  }
}

/** Frame headers from the output, and between them the chunks that the streams have kept. */
function collectSegments(
  session: Http2Session, { ints }: Batch, end: number, out: Buffer, length: number, sink: PieceSink,
): void {
  let from = 0;
  for (let at: number = BatchHeader.Start; at < end;) {
    if (ints[at] !== Record.Segment) {
      at += sizeOfSentRecord(ints[at]!);
      continue;
    }
    const offset = ints[at + 1]!;
    if (offset > from) sink.add(out, from, offset - from);
    from = offset;
    session._takeExternal(sink, ints[at + 2]!, ints[at + 3]!);
    at += 4;
  }
  if (from < length) sink.add(out, from, length - from);
}

function dispatchLater(session: Http2Session, batch: Batch, end: number): void {
  dispatchSent(session, batch, BatchHeader.Start, end, false);
}

function flushScheduled(transport: Transport): void {
  transport.flushIfScheduled();
}
