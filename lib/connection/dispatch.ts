import { type Batch, giveBack } from '../binding/batch.js';
import { BatchHeader, Record } from '../binding/records.js';
import { rethrow } from '../rethrow.js';
import { onEndedByCore } from './frame-handlers.js';
import type { ConnectionSession } from './interfaces.js';
import { tellReceived, tellSent } from './notify.js';
import { stretch } from './tick-count.js';

/** The real one: a test may have put a clock of its own in its place. */
const { nextTick } = process;
const resolved = Promise.resolve();
/** Ticks and microtasks make each other; after so many rounds of both, what was told last has sunk in. */
const ROUNDS = 2;

/** What one call into the core has recorded, and how far it has been told. */
export class Recorded {
  next: Recorded | undefined;
  /** Index of the next record. */
  at: number = BatchHeader.Start;
  /** How many of the batch's bytes belong to records before that. */
  bytesAt = 0;
  /** Of what was sent: there are streams that were closed, which are told last. */
  closes = false;
  /** It has come to these. */
  closing = false;
  /** How many of the pieces belong to records before that. */
  piecesAt = 0;

  /**
   * @param pieces DATA of the records, in their order
   * @param endedBy nghttp2's error by which it ended the session after this, else 0
   */
  constructor(
    readonly batch: Batch, readonly end: number, readonly received: boolean,
    readonly pieces: Buffer[] | undefined, readonly endedBy: number,
  ) {}
}

const enum State {
  Idle,
  /** A listener may be on the stack. */
  Telling,
  /** For ticks and microtasks. */
  Waiting,
}

/**
 * Tells a session and its streams what the core has recorded, in the order in which it did.
 *
 * A record is behind us before anybody hears of it, so a listener may throw, destroy this session, or make another one
 * receive: nothing is told twice, and nothing is lost.
 *
 * `node:http2` calls into JavaScript frame by frame, and Node runs the ticks and microtasks that are due after each call.
 * Programs rely on it: `await once(stream, 'response')`, and then `await once(stream, 'trailers')`. So what must not
 * follow at once waits until they have run. They are never run from here: that would be in the middle of somebody's
 * function if the session reads from a Duplex, and on a stack that grows with each session that answers another.
 */
export class Dispatch {
  /** Somebody was told something since ticks have run. */
  told = false;
  /** A stream was told that a write is done since ticks have run. */
  wrote = false;
  /** A stream was told that it is closed since ticks have run. */
  closed = false;
  private state = State.Idle;
  private rounds = 0;
  private first: Recorded | undefined;
  private last: Recorded | undefined;
  private onMicrotask: (() => void) | undefined;

  /** @param goOn is called when what was waited for is over */
  constructor(private readonly session: ConnectionSession, private readonly goOn: () => void) {}

  /** Records wait, or are being told. */
  get busy(): boolean {
    return this.state !== State.Idle || this.first !== undefined;
  }

  /** `goOn` is going to be called, or whoever has called `run` goes on. */
  get goesOn(): boolean {
    return this.state !== State.Idle;
  }

  /** Records of received frames have not all been told. */
  get holdsReceived(): boolean {
    for (let one = this.first; one !== undefined; one = one.next) if (one.received) return true;
    return false;
  }

  add(recorded: Recorded): void {
    if (this.last === undefined) this.first = recorded;
    else this.last.next = recorded;
    this.last = recorded;
  }

  /** What was told before has sunk in. */
  ticksHaveRun(): void {
    this.told = this.wrote = this.closed = false;
    stretch.current++;
  }

  /** Tells what there is, until something has to be waited for. */
  run(): void {
    if (this.state !== State.Idle) return;
    this.state = State.Telling;
    try {
      for (let one = this.first; one !== undefined; one = this.first) {
        if (!this.session.destroyed && !this.tell(one)) return;
        this.first = one.next;
        if (one.next === undefined) this.last = undefined;
        giveBack(one.batch);
        if (one.endedBy !== 0 && !this.session.destroyed) onEndedByCore(this.session, one.endedBy);
      }
      this.state = State.Idle;
    } catch (error) {
      // A listener threw. That ends the process before anybody else is told, or somebody handles it, and the rest is told.
      this.state = State.Waiting;
      rethrow(error);
      nextTick(resume, this);
    }
  }

  /** @returns false if ticks have to run first */
  private tell(one: Recorded): boolean {
    const { session } = this;
    while (one.at < one.end && !session.destroyed) {
      if (one.received ? this.mustWait(one) : one.closing && this.wrote) {
        this.wait();
        return false;
      }
      if (one.received) tellReceived(session, this, one);
      else tellSent(session, this, one);
      if (one.at >= one.end && one.closes && !one.closing) {
        one.closing = true;
        one.at = BatchHeader.Start;
      }
    }
    return true;
  }

  /** Whether the next record is about somebody who has yet to deal with what was told before. */
  private mustWait({ at, batch: { ints } }: Recorded): boolean {
    switch (ints[at]) {
      case Record.Headers: {
        const stream = this.session._streams.get(ints[at + 1]!);
        // 'close' of a stream comes before 'stream' of the next.
        return stream === undefined ? this.closed : stream._toldIn === stretch.current;
      }
      case Record.Data:
      case Record.EndStream:
      case Record.Close:
        return this.session._streams.get(ints[at + 1]!)?._toldIn === stretch.current;
      default:
        return this.told;
    }
  }

  private wait(): void {
    this.state = State.Waiting;
    this.rounds = 0;
    this.onMicrotask ??= () => nextTick(round, this);
    void resolved.then(this.onMicrotask);
  }

  /** @internal */
  _round(): void {
    if (++this.rounds < ROUNDS) void resolved.then(this.onMicrotask);
    else this._resume();
  }

  /** @internal */
  _resume(): void {
    this.state = State.Idle;
    this.ticksHaveRun();
    this.goOn();
  }
}

function round(dispatch: Dispatch): void {
  dispatch._round();
}

function resume(dispatch: Dispatch): void {
  dispatch._resume();
}
