import type { Duplex } from 'node:stream';
import { type Batch, giveBack, takeBatch } from '../binding/batch.js';
import type { NativeSession } from '../binding/contract.js';
import { BatchHeader, Record, sizeOfRecord } from '../binding/records.js';
import type { PieceSink } from '../socket/gather.js';
import { giveOutBack, SocketOutput, takeOut } from '../socket/output.js';
import { takeNotes } from './batch-notes.js';
import { Recorded } from './dispatch.js';
import type { ConnectionSession } from './interfaces.js';

/** An output that is longer is sent, even if more may follow in this turn. */
const MAX_HELD = 32 * 1024;

/** Records that are passed on when the socket has what they speak of. */
interface Unsent {
  readonly recorded: Recorded;
  taken: boolean;
}

/** Who hears of the output. */
export interface OutboundListener {
  /** What has become of the output. */
  sent(recorded: Recorded): void;
  /** The socket has taken a large output, or has room again. */
  socketMoves(): void;
}

/** What the core wants to send goes to the socket from here. */
export class Outbound {
  /** The core has more than fitted the last output. */
  more = false;
  /** The socket takes no more for now. */
  blocked = false;
  /** The socket's 'drain' is awaited. */
  private draining = false;
  /** Output that waits for what those may write who are notified that it is out, and its length. */
  private heldOut: Buffer | undefined;
  held = 0;
  /** In the order of the pulls. */
  private unsent: Unsent[] | undefined;
  private readonly output: SocketOutput;

  constructor(
    private readonly session: ConnectionSession, private readonly native: NativeSession, private readonly socket: Duplex,
    private readonly listener: OutboundListener,
  ) {
    this.output = new SocketOutput(socket);
  }

  /** @param holds whether a small output may wait for what is written in answer to it */
  pull(holds: boolean): boolean {
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
    const hold = holds && held < MAX_HELD && this.unsent === undefined;
    const end = batch.adopt(native.pull(out, held, batch.index, output.descriptor(), hold));
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
    if (this.unsent === undefined && taken) this.passOn(recorded);
    else if (taken) this.unsent!.push({ recorded, taken });
    return true;
  }

  /** Sends all there is, as long as the socket takes it. */
  pullAll(): void {
    while (this.pull(false) && this.more && !this.blocked);
  }

  /** Sends what is left, whatever the socket says; then nothing more. */
  finish(): void {
    this.output.leaveToStream();
    while (this.pull(false) && this.more);
    this.forget();
  }

  /** @returns whether the socket was blocked and has room again */
  hasRoomAgain(): boolean {
    if (!this.blocked || this.output.full) return false;
    this.blocked = false;
    return true;
  }

  /** @returns whether the socket has it all; if not, the records wait until it has */
  private writeSegments(out: Buffer, length: number, recorded: Recorded): boolean {
    const unsent: Unsent = { recorded, taken: false };
    const collect = (sink: PieceSink, bytes: Buffer): void => {
      collectSegments(this.session, recorded.batch, recorded.end, bytes, length, sink);
    };
    const taken = this.output.writePieces(out, length, collect, (error) => this.onTaken(unsent, error));
    if (!taken) (this.unsent ??= []).push(unsent);
    return taken;
  }

  private onTaken(what: Unsent, error: Error | null | undefined): void {
    what.taken = true;
    // The session hears of the error too, and its streams from it.
    if (error) this.forget();
    const { unsent } = this;
    while (unsent?.[0]?.taken === true) {
      const { recorded } = unsent.shift()!;
      if (unsent.length === 0) this.unsent = undefined;
      this.passOn(recorded);
    }
    this.listener.socketMoves();
  }

  /** Nothing is pulled until the socket has room. */
  private block(): void {
    this.blocked = true;
    this.session._deadlines?.writeIsBlocked();
    if (this.draining) return;
    this.draining = true;
    this.socket.once('drain', () => {
      this.draining = false;
      this.listener.socketMoves();
    });
  }

  private forget(): void {
    for (const { recorded: { batch } } of this.unsent ?? []) giveBack(batch);
    this.unsent = undefined;
  }

  private passOn(recorded: Recorded): void {
    if (recorded.end === BatchHeader.Start && recorded.endedBy === 0) giveBack(recorded.batch);
    else this.listener.sent(recorded);
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
