import { type Batch, giveBack } from '../binding/batch.js';
import { Record } from '../binding/records.js';
import { onFrameError, onInternalError, onLimitHit } from './incoming.js';
import type { Http2Session } from './session.js';
import { runTicks } from './ticks.js';

/**
 * Tells streams what has become of what they wrote. That a stream is closed is told last, when 'finish' and the like
 * have been heard: nobody who waits for them may miss the 'close'.
 *
 * @param settles whether ticks may run: not inside a call that a user makes
 */
export function dispatchSent(session: Http2Session, batch: Batch, start: number, end: number, settles: boolean): void {
  const { ints } = batch;
  let closes = 0;
  let closed = 0;
  let told = false;
  let at = start;
  let finished = false;
  try {
    while (at < end && !session._destroyed) {
      const record = at;
      at += sizeOfSentRecord(ints[record]!);
      switch (ints[record]) {
        case Record.Wrote:
          told = true;
          session._streams.get(ints[record + 1]!)?._onWrote();
          break;
        case Record.WantTrailers:
          session._streams.get(ints[record + 1]!)?._onWantTrailers();
          break;
        case Record.Close:
          // Moved to the front, over records that are dealt with.
          ints[start + 2 * closes] = ints[record + 1]!;
          ints[start + 2 * closes + 1] = ints[record + 2]!;
          closes++;
          break;
        case Record.FrameError:
          onFrameError(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!);
          break;
        case Record.SessionError:
          onInternalError(session, ints[record + 1]!);
          break;
        case Record.LimitHit:
          onLimitHit(session, ints, record + 1);
          break;
        default:
          break;
      }
    }
    if (closes > 0) {
      if (told && settles) runTicks?.();
      while (closed < closes && !session._destroyed) {
        const pair = start + 2 * closed++;
        session._streams.get(ints[pair]!)?._onNativeClose(ints[pair + 1]! >>> 0);
      }
    }
    finished = true;
  } finally {
    if (finished || session._destroyed) giveBack(batch);
    else process.nextTick(goOn, session, batch, start, closed, closes, at, end);
  }
}

/** After a listener threw: the rest still happens. */
function goOn(
  session: Http2Session, batch: Batch, start: number, closed: number, closes: number, at: number, end: number,
): void {
  const { ints } = batch;
  // The closes that were put aside become records again, in front of what is left.
  const rest = ints.slice(at, end);
  const aside = ints.slice(start + 2 * closed, start + 2 * closes);
  let to = start;
  for (let i = 0; i < closes - closed; i++) {
    ints[to++] = Record.Close;
    ints[to++] = aside[2 * i]!;
    ints[to++] = aside[2 * i + 1]!;
  }
  ints.set(rest, to);
  dispatchSent(session, batch, start, to + rest.length, false);
  session._transport?.schedule();
}

/** Integers of a record that a pull can give, its type included. */
export function sizeOfSentRecord(type: number): number {
  switch (type) {
    case Record.Wrote:
    case Record.WantTrailers:
      return 2;
    case Record.FrameError:
    case Record.Segment:
      return 4;
    case Record.LimitHit:
      return 7;
    default:
      return 3;
  }
}
