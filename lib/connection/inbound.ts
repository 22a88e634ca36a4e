import type { Duplex } from 'node:stream';
import { takeBatch } from '../binding/batch.js';
import type { NativeSession } from '../binding/contract.js';
import { BatchHeader } from '../binding/records.js';
import { milliseconds } from '../clock.js';
import { constants } from '../constants.js';
import { inNextTurn } from '../deferrals.js';
import { copyOf } from '../socket/direct-reader.js';
import { takeNotes } from './batch-notes.js';
import { type Dispatch, Recorded } from './dispatch.js';
import { strangerIn } from './foreign-protocol.js';
import type { ConnectionSession } from './interfaces.js';
import { takeData } from './notify.js';

/**
 * Milliseconds for which portions of a chunk follow each other before the event loop turns: a connection that sends thousands of
 * frames at once is not all there is to do. What a portion costs depends on who hears of it.
 */
const TIME_AT_ONCE = 3;
/** With more bytes than this waiting to be parsed, nothing more is read. */
const MAX_REST = 64 * 1024;

/** What has been received and not yet parsed. */
interface Rest {
  readonly chunk: Uint8Array;
  from: number;
}

/** What was received goes to the core from here, portion by portion, and what it has recorded to the dispatch. */
export class Inbound {
  /** In the order in which it was received. */
  private rest: Rest[] | undefined;
  private restLength = 0;
  private begun = false;
  /** When the second portion of this turn was parsed; 0 before. */
  private since = 0;
  /** What is received waits for the next turn of the event loop. */
  private turns = false;
  /** Requests wait until the socket has room for responses. */
  private waits = false;

  /** @param onTurn is called in the next turn, if what is received waits for that */
  constructor(
    private readonly session: ConnectionSession, private readonly native: NativeSession, private readonly socket: Duplex,
    private readonly dispatch: Dispatch, private readonly onTurn: () => void,
  ) {}

  /** Something was received that is not parsed. */
  get holds(): boolean {
    return this.rest !== undefined;
  }

  /** `onTurn` is going to be called. */
  get awaitsTurn(): boolean {
    return this.turns;
  }

  /** A chunk begins a turn: as much of it is parsed as a portion takes, and the rest is kept. */
  begin(chunk: Uint8Array, length: number, blocked: boolean): void {
    this.since = 0;
    const to = this.parse(chunk, 0, length, blocked);
    // The next read may come before all of this chunk is parsed: user code is about to run.
    if (to < length) this.keep(chunk, to, length);
  }

  keep(chunk: Uint8Array, from: number, to: number): void {
    (this.rest ??= []).push({ chunk: copyOf(chunk, from, to), from: 0 });
    this.restLength += to - from;
    if (this.restLength > MAX_REST) this.socket.pause();
  }

  /**
   * Has the next portion parsed.
   *
   * @param blocked the socket takes no more output for now
   * @returns whether there was anything to parse, and it may be parsed now
   */
  parseNext(blocked: boolean): boolean {
    const next = this.rest?.[0];
    if (next === undefined || this.waits || this.turns) return false;
    const now = milliseconds();
    if (this.since === 0) this.since = now;
    if (now - this.since > TIME_AT_ONCE) {
      this.turns = true;
      inNextTurn(turn, this);
      return false;
    }
    const { chunk, from } = next;
    next.from = this.parse(chunk, from, chunk.length, blocked);
    this.restLength -= next.from - from;
    if (next.from === chunk.length) {
      this.rest!.shift();
      if (this.rest!.length === 0) {
        this.rest = undefined;
        if (!this.waits) this.socket.resume();
      }
    } else if (next.from === from) {
      // A peer that does not take its responses gets no more of them made. It is clients that always read.
      this.waits = true;
      this.socket.pause();
    }
    return true;
  }

  /** The socket has room again. */
  outputHasRoom(): void {
    if (!this.waits) return;
    this.waits = false;
    if (this.restLength <= MAX_REST) this.socket.resume();
  }

  /** Nobody waits for the socket any more. */
  connectionIsGone(): void {
    this.waits = false;
  }

  /** Nothing more is parsed. */
  drop(): void {
    this.rest = undefined;
  }

  /** @internal The event loop has turned. */
  _turn(): void {
    this.turns = false;
    this.since = 0;
    this.onTurn();
  }

  /**
   * Has a portion parsed. DATA is taken out of the chunk before anybody is notified.
   *
   * @returns where the portion ended
   */
  private parse(chunk: Uint8Array, from: number, length: number, blocked: boolean): number {
    const { session, native } = this;
    if (!this.begun) {
      this.begun = true;
      if (session._type === constants.NGHTTP2_SESSION_CLIENT) session._met = strangerIn(chunk, length);
    }
    const batch = takeBatch();
    const hold = blocked && session._type === constants.NGHTTP2_SESSION_SERVER && !this.socket.destroyed;
    const end = batch.adopt(native.receive(chunk, from, length, hold, batch.index));
    const { ints } = batch;
    const notes = ints[BatchHeader.Notes]!;
    const pieces = ints[BatchHeader.HasData] === 0 ? undefined : takeData(batch, end, chunk);
    session._deadlines?.received(notes);
    if (notes !== 0) takeNotes(session, native, notes);
    this.dispatch.add(new Recorded(batch, end, true, pieces, 0));
    return ints[BatchHeader.Received]!;
  }
}

function turn(inbound: Inbound): void {
  inbound._turn();
}
