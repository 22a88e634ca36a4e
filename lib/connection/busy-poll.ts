import { milliseconds as now } from '../clock.js';
import { inNextTurn } from '../deferrals.js';
import type { ConnectionSession } from './interfaces.js';

/** Microseconds. Longer, and others who want the processor would feel it. */
export const MOST_BUSY_POLL = 1000;
/** Microseconds. A peer on the same machine answers sooner, even if it has to be woken; one across a network later. */
export const DEFAULT_BUSY_POLL = 200;
/** So many times in a row it may wait in vain before requests go without: one that is late is no reason. */
const MISSES_FORGIVEN = 3;
/** 1,024 requests at most go without until the next try. */
const MOST_MISSES = MISSES_FORGIVEN + 10;
/** The request, and one more: the one before is over and yet to go when the next is made. */
const FEW_STREAMS = 2;

/**
 * Keeps the event loop awake for a short time after a request that has no more than one other stream beside it. An answer from the
 * same machine finds it running; to wake a loop that has gone to sleep takes longer, on many machines, than the peer takes to
 * answer, and as much CPU. Everything else in the process goes on meanwhile: the loop turns, it does not block.
 *
 * Where answers take longer there is no point in it: each wait in vain doubles the number of requests until the next.
 */
export class BusyPoll {
  /** When the request was made that is waited for; 0: none is. */
  private since = 0;
  private turning = false;
  private misses = 0;
  private without = 0;

  private readonly milliseconds: number;

  constructor(private readonly session: ConnectionSession, microseconds: number) {
    this.milliseconds = microseconds / 1000;
  }

  /** A request was made. */
  asked(): void {
    if (this.session._streams.size > FEW_STREAMS) return;
    if (this.without > 0) {
      this.without--;
      return;
    }
    this.since = now();
    if (this.turning) return;
    this.turning = true;
    inNextTurn(turn, this);
  }

  /** The peer has sent something. */
  answered(): void {
    if (this.since === 0) return;
    // The loop may have been held up for longer than it would have stayed awake.
    if (this.isInTime()) {
      this.since = 0;
      this.misses = 0;
    } else {
      this.missed();
    }
  }

  /** @internal One turn of the event loop later. */
  _turn(): void {
    if (this.since !== 0 && this.isInTime() && !this.session.destroyed) {
      inNextTurn(turn, this);
      return;
    }
    this.turning = false;
    if (this.since !== 0) this.missed();
  }

  private isInTime(): boolean {
    return now() - this.since < this.milliseconds;
  }

  private missed(): void {
    this.since = 0;
    this.misses = Math.min(this.misses + 1, MOST_MISSES);
    if (this.misses > MISSES_FORGIVEN) this.without = 2 ** (this.misses - MISSES_FORGIVEN);
  }
}

function turn(poll: BusyPoll): void {
  poll._turn();
}
