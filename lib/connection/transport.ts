import net = require('node:net');
import type { Duplex } from 'node:stream';
import { type Batch, giveBack, takeBatch } from '../binding/batch.js';
import type { NativeSession } from '../binding/contract.js';
import { BatchHeader, Record, sizeOfRecord } from '../binding/records.js';
import { milliseconds, setImmediate } from '../clock.js';
import { constants } from '../constants.js';
import { rethrow } from '../rethrow.js';
import { copyOf, DirectReader } from '../socket/direct-reader.js';
import type { PieceSink } from '../socket/gather.js';
import { giveOutBack, SocketOutput, takeOut } from '../socket/output.js';
import { takeNotes } from './batch-notes.js';
import { Dispatch, Recorded } from './dispatch.js';
import { strangerIn } from './foreign-protocol.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';
import { takeData } from './notify.js';

/** An output that is longer is sent, even if more may follow in this turn. */
const MAX_HELD = 32 * 1024;

/**
 * Milliseconds for which portions of a chunk follow each other before the event loop turns: a connection that sends thousands of
 * frames at once is not all there is to do. What a portion costs depends on who hears of it.
 */
const TIME_AT_ONCE = 3;
/** With more octets than this waiting to be parsed, nothing more is read. */
const MAX_REST = 64 * 1024;

/** Records that streams are told when the socket has what they speak of. */
interface Untold {
  readonly recorded: Recorded;
  taken: boolean;
}

/** What has been received and not yet parsed. */
interface Rest {
  readonly chunk: Uint8Array;
  from: number;
}

/**
 * Between a session and its socket: received chunks go to the core, portion by portion, and what it recorded is
 * dispatched; what the core wants to send is written once per portion, or once per turn.
 *
 * Any Duplex will do, by its public API. Node's own sockets are read and written in a shorter way where they allow it.
 */
export class Transport {
  /** A portion is being dispatched: what is written in answer to it leaves after that. */
  private receiving = false;
  /** In the order in which it was received. */
  private rest: Rest[] | undefined;
  private restLength = 0;
  private begun = false;
  /** When the second portion of this turn was parsed; 0 before. */
  private since = 0;
  /** What is received waits for the next turn. */
  private turns = false;
  private scheduled = false;
  private working = false;
  private blocked = false;
  /** The socket's 'drain' is awaited. */
  private draining = false;
  /** Requests wait until the socket has room for answers. */
  private inputWaits = false;
  private closed = false;
  private more = false;
  /** Output that waits for what those may write who are told that it is out, and its length. */
  private heldOut: Buffer | undefined;
  private held = 0;
  private reader: DirectReader | undefined;
  private onData: ((chunk: Uint8Array | string) => void) | undefined;
  private readonly output: SocketOutput;
  private readonly dispatch: Dispatch;
  /** Streams whose writes are put together until the portion that they may answer is dispatched. */
  private gathering: ConnectionStream[] | undefined;
  /** In the order of the pulls. */
  private untold: Untold[] | undefined;

  /** Node's own sockets call from the event loop; any other Duplex from wherever it is written to. */
  private readonly fromEventLoop: boolean;

  constructor(
    private readonly session: ConnectionSession,
    private readonly native: NativeSession,
    readonly socket: Duplex,
  ) {
    this.fromEventLoop = socket instanceof net.Socket;
    this.output = new SocketOutput(socket);
    this.dispatch = new Dispatch(session, () => this.work());
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

  /** Frames were received that nobody has been told of: the session must not end as if there were none. */
  get holdsReceived(): boolean {
    return this.rest !== undefined || this.dispatch.holdsReceived;
  }

  /** @returns whether all that was received before is told; if not, it is going to be, and then `_onIdle` is called */
  connectionIsGone(): boolean {
    if (this.closed || !this.holdsReceived) return true;
    // Nobody waits for the socket any more.
    this.inputWaits = false;
    this.blocked = false;
    if (!this.working && !this.dispatch.goesOn && !this.turns) process.nextTick(workOn, this);
    return false;
  }

  /** Sends what is left; then nothing more is received or sent. The socket keeps flowing, so that its end is seen. */
  finish(): void {
    if (this.closed) return;
    this.release();
    this.output.leaveToStream();
    while (this.pull(false) && this.more);
    this.closed = true;
    this.forget();
    this.reader?.stop();
    if (this.onData !== undefined) this.socket.removeListener('data', this.onData);
    this.rest = undefined;
    // Gives the batches back; nobody is told any more.
    this.dispatch.run();
  }

  /**
   * @internal The memory is good until this returns. A listener that throws does not throw here: what Node has decrypted
   * and not handed over yet would be lost.
   */
  receive(chunk: Uint8Array, length: number): void {
    try {
      this.take(chunk, length);
    } catch (error) {
      rethrow(error);
    }
  }

  private take(chunk: Uint8Array, length: number): void {
    if (this.closed) return;
    this.session._touch();
    this.session._busyPoll?.answered();
    if (this.working || this.rest !== undefined || this.dispatch.busy) {
      this.keepRest(chunk, 0, length);
      if (!this.working && !this.dispatch.goesOn) this.work();
      return;
    }
    if (this.fromEventLoop) this.dispatch.ticksHaveRun();
    this.since = 0;
    const to = this.parse(chunk, 0, length);
    // The next read may come before all of this chunk is parsed: user code is about to run.
    if (to < length) this.keepRest(chunk, to, length);
    this.work();
  }

  private keepRest(chunk: Uint8Array, from: number, to: number): void {
    (this.rest ??= []).push({ chunk: copyOf(chunk, from, to), from: 0 });
    this.restLength += to - from;
    if (this.restLength > MAX_REST) this.socket.pause();
  }

  /**
   * Has a portion parsed. DATA is taken out of the chunk before anybody is told.
   *
   * @returns where the portion ended
   */
  private parse(chunk: Uint8Array, from: number, length: number): number {
    const { session, native } = this;
    if (!this.begun) {
      this.begun = true;
      if (session._type === constants.NGHTTP2_SESSION_CLIENT) session._met = strangerIn(chunk, length);
    }
    const batch = takeBatch();
    const hold = this.blocked && session._type === constants.NGHTTP2_SESSION_SERVER && !this.socket.destroyed;
    const end = batch.settle(native.receive(chunk, from, length, hold, batch.index));
    const { ints } = batch;
    const notes = ints[BatchHeader.Notes]!;
    const pieces = ints[BatchHeader.HasData] === 0 ? undefined : takeData(batch, end, chunk);
    session._deadlines?.received(notes);
    if (notes !== 0) takeNotes(session, native, notes);
    this.receiving = true;
    this.dispatch.add(new Recorded(batch, end, true, pieces, 0));
    return ints[BatchHeader.Received]!;
  }

  /** @returns whether there was anything to parse, and it may be parsed now */
  private parseRest(): boolean {
    const next = this.rest?.[0];
    if (next === undefined || this.inputWaits || this.turns) return false;
    const now = milliseconds();
    if (this.since === 0) this.since = now;
    if (now - this.since > TIME_AT_ONCE) {
      this.turns = true;
      setImmediate(turn, this);
      return false;
    }
    const { chunk, from } = next;
    next.from = this.parse(chunk, from, chunk.length);
    this.restLength -= next.from - from;
    if (next.from === chunk.length) {
      this.rest!.shift();
      if (this.rest!.length === 0) {
        this.rest = undefined;
        if (!this.inputWaits) this.socket.resume();
      }
    } else if (next.from === from) {
      // A peer that does not take its answers gets no more of them made. It is clients that always read.
      this.inputWaits = true;
      this.socket.pause();
    }
    return true;
  }

  /** @internal The event loop has turned. */
  _turn(): void {
    this.turns = false;
    this.since = 0;
    if (this.closed) return;
    if (this.fromEventLoop && !this.dispatch.goesOn) this.dispatch.ticksHaveRun();
    this._workOn();
  }

  /**
   * Goes on with all that is to be done, until something has to be waited for. Nobody else tells or flushes, so there is
   * one stack of it at most, however sessions are connected.
   */
  private work(): void {
    if (this.working) return;
    this.working = true;
    try {
      for (;;) {
        this.dispatch.run();
        if (this.dispatch.goesOn || this.closed) break;
        if (this.receiving) {
          this.receiving = false;
          this.release();
          this.scheduled = true;
        } else if ((this.scheduled || this.more) && !this.blocked && !this.socket.destroyed) {
          this.scheduled = false;
          this.pull(this.fromEventLoop);
        } else if (this.held > 0) {
          this.pull(false);
        } else if (!this.parseRest()) {
          break;
        }
      }
    } finally {
      this.working = false;
      if (this.held > 0 && !this.closed) this.pull(false);
    }
    if (!this.closed && !this.dispatch.busy && !this.holdsReceived) this.session._onIdle();
  }

  /**
   * What a stream writes in answer to the portion that is being dispatched becomes one write: in one frame where it has
   * room, and with one crossing into the core.
   */
  gather(stream: ConnectionStream): void {
    if (!this.receiving) return;
    stream.cork();
    stream._gathering = true;
    (this.gathering ??= []).push(stream);
  }

  /** Hands over what was gathered: the portion is dispatched, or a stream ends in some way. */
  release(): void {
    const { gathering } = this;
    if (gathering === undefined) return;
    this.gathering = undefined;
    for (const stream of gathering) {
      stream._gathering = false;
      stream.uncork();
    }
  }

  /** The first flush waits for the event loop: what TLS sends after its handshake, the tickets of TLS 1.3, goes first. */
  scheduleFirst(): void {
    this.scheduled = true;
    // Not as an argument: Node holds the last one for as long as it runs immediates, though the session may be over by then.
    setImmediate(() => this._workOn());
  }

  /** Asks for a flush at the end of this turn. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Whoever works flushes at its end.
    if (!this.working && !this.dispatch.goesOn) process.nextTick(workOn, this);
  }

  /** @internal */
  _workOn(): void {
    if (!this.closed && !this.dispatch.goesOn) this.work();
  }

  /** Who closes a stream may wait for its 'close' after promises of this turn: it is not told before they have run. */
  holdClose(): void {
    this.dispatch.wrote = true;
  }

  /** Sends what is written now, before it is dropped; from within any call. Nobody is told before its turn ends. */
  purge(): void {
    if (this.closed) return;
    this.release();
    if (this.blocked) return;
    while (this.pull(false) && this.more && !this.blocked && !this.closed);
    if (!this.working && !this.dispatch.goesOn && this.dispatch.busy) process.nextTick(workOn, this);
  }

  /** @param holds whether a small output may wait for what is written in answer to it */
  private pull(holds: boolean): boolean {
    const { native, socket, output, held } = this;
    if (socket.destroyed) {
      this.more = false;
      this.held = 0;
      return false;
    }
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
    const recorded = new Recorded(batch, end, false, undefined, Math.min(more, 0));
    this.more = more === 1;
    let taken = true;
    if (hold && ints[BatchHeader.Holds] === 1) {
      this.heldOut = out;
      this.held = length;
    } else if (length > 0) {
      if (ints[BatchHeader.Segments] === 0) output.write(out, length, ints[BatchHeader.Sent]!);
      else taken = this.writeSegments(out, length, recorded);
      this.session._progress++;
      this.session._touch();
      if (!this.blocked && output.full) this.block();
    } else {
      giveOutBack(out);
    }
    if (notes !== 0) takeNotes(this.session, native, notes);
    if (this.untold === undefined && taken) this.tell(recorded);
    else if (taken) this.untold!.push({ recorded, taken });
    return true;
  }

  /** @returns whether the socket has it all; if not, the records wait until it has */
  private writeSegments(out: Buffer, length: number, recorded: Recorded): boolean {
    const untold: Untold = { recorded, taken: false };
    const collect = (sink: PieceSink, bytes: Buffer): void => {
      collectSegments(this.session, recorded.batch, recorded.end, bytes, length, sink);
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
      const { recorded } = untold.shift()!;
      if (untold.length === 0) this.untold = undefined;
      this.tell(recorded);
    }
    this.goOn();
    if (this.dispatch.busy) this._workOn();
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
    this.scheduled = true;
    if (this.inputWaits) {
      this.inputWaits = false;
      if (this.restLength <= MAX_REST) this.socket.resume();
    }
    this._workOn();
  }

  private forget(): void {
    for (const { recorded: { batch } } of this.untold ?? []) giveBack(batch);
    this.untold = undefined;
  }

  /** Streams learn what has become of their writes. */
  private tell(recorded: Recorded): void {
    if (recorded.end === BatchHeader.Start && recorded.endedBy === 0) giveBack(recorded.batch);
    else if (this.fromEventLoop) this.dispatch.add(recorded);
    // A Duplex hands the bytes over at once: the reader of what was written must get a turn before the writer.
    else setImmediate(tellLater, this, recorded);
  }

  /** @internal */
  _tellLater(recorded: Recorded): void {
    this.dispatch.add(recorded);
    if (this.closed) this.dispatch.run();
    else this._workOn();
  }
}

/** Frame headers from the output, and between them the chunks that the streams have kept. */
function collectSegments(
  session: ConnectionSession, { ints }: Batch, end: number, out: Buffer, length: number, sink: PieceSink,
): void {
  let from = 0;
  for (let at: number = BatchHeader.Start; at < end;) {
    if (ints[at] !== Record.Segment) {
      at += sizeOfRecord(ints, at);
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

function tellLater(transport: Transport, recorded: Recorded): void {
  transport._tellLater(recorded);
}

function turn(transport: Transport): void {
  transport._turn();
}

function workOn(transport: Transport): void {
  transport._workOn();
}
