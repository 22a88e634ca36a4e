import { type Batch, giveBack } from '../binding/batch.js';
import { Record } from '../binding/records.js';
import { decodeHeaders, decoded } from '../headers/decode.js';
import {
  onAltsvc, onData, onEndStream, onFrameError, onGoaway, onHeaders, onInternalError, onOrigin, onPing, onPingAck,
  onPriority, onSettings, onSettingsAck, onStreamClose, onWantTrailers, onWrote,
} from './incoming.js';
import type { Http2Session } from './session.js';

/**
 * Tells a session and its streams what the core has recorded, in order.
 *
 * A listener may throw, destroy this session, or make another one receive: the record that it was called for is
 * behind us by then, and what follows is looked at again in the light of what it did.
 *
 * @param chunk what was received, undefined for the records of a pull
 */
export function dispatch(
  session: Http2Session, batch: Batch, at: number, bytesAt: number, end: number, chunk: Uint8Array | undefined,
): void {
  const { ints, bytes } = batch;
  let finished = false;
  try {
    while (at < end && !session.destroyed) {
      const record = at;
      switch (ints[record]) {
        case Record.Headers: {
          at += 6 + ints[record + 5]!;
          decodeHeaders(batch, record + 6, ints[record + 4]!, bytesAt, session._headerValues);
          bytesAt = decoded.bytesAt;
          onHeaders(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!, decoded.headers, decoded.raw);
          break;
        }
        case Record.Data:
          at += 4;
          onData(session, ints[record + 1]!, chunk!, ints[record + 2]!, ints[record + 3]!);
          break;
        case Record.EndStream:
          at += 2;
          onEndStream(session, ints[record + 1]!);
          break;
        case Record.Close:
          at += 3;
          onStreamClose(session, ints[record + 1]!, ints[record + 2]! >>> 0);
          break;
        case Record.Wrote:
          at += 2;
          onWrote(session, ints[record + 1]!);
          break;
        case Record.WantTrailers:
          at += 2;
          onWantTrailers(session, ints[record + 1]!);
          break;
        case Record.Segment:
          at += 4;
          break;
        case Record.Settings: {
          const count = ints[record + 1]!;
          at += 2 + count * 2;
          onSettings(session, ints, record + 2, count);
          break;
        }
        case Record.SettingsAck:
          at += 1;
          onSettingsAck(session);
          break;
        case Record.Ping:
          at += 3;
          onPing(session, pingPayload(ints, record));
          break;
        case Record.PingAck:
          at += 3;
          onPingAck(session, pingPayload(ints, record));
          break;
        case Record.Goaway: {
          at += 4;
          const length = ints[record + 3]!;
          const opaque = length > 0 ? Buffer.from(bytes.subarray(bytesAt, bytesAt + length)) : undefined;
          bytesAt += length;
          onGoaway(session, ints[record + 1]! >>> 0, ints[record + 2]!, opaque);
          break;
        }
        case Record.Altsvc: {
          at += 4;
          const middle = bytesAt + ints[record + 2]!;
          const last = middle + ints[record + 3]!;
          const origin = bytes.latin1Slice(bytesAt, middle);
          const value = bytes.latin1Slice(middle, last);
          bytesAt = last;
          onAltsvc(session, ints[record + 1]!, origin, value);
          break;
        }
        case Record.Origin: {
          const count = ints[record + 1]!;
          at += 2 + count;
          const origins: string[] = [];
          for (let i = 0; i < count; i++) {
            const length = ints[record + 2 + i]!;
            origins.push(bytes.latin1Slice(bytesAt, bytesAt + length));
            bytesAt += length;
          }
          onOrigin(session, origins);
          break;
        }
        case Record.Priority:
          at += 5;
          onPriority(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!, ints[record + 4] !== 0);
          break;
        case Record.FrameError:
          at += 4;
          onFrameError(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!);
          break;
        case Record.SessionError:
          at += 3;
          onInternalError(session, ints[record + 1]!, ints[record + 2]!);
          break;
        default:
          throw new Error(`duetto: unknown record ${ints[record]} at ${record} of ${end}`);
      }
    }
    finished = true;
  } finally {
    if (finished || session.destroyed) {
      giveBack(batch);
      if (chunk !== undefined) session._transport?.received();
    } else {
      // A listener threw. That ends the process, or somebody handles it; then the rest has still happened.
      process.nextTick(resume, session, batch, at, bytesAt, end, chunk);
    }
  }
}

function resume(
  session: Http2Session, batch: Batch, at: number, bytesAt: number, end: number, chunk: Uint8Array | undefined,
): void {
  dispatch(session, batch, at, bytesAt, end, chunk);
  if (chunk === undefined) session._transport?.schedule();
}

function pingPayload(ints: Int32Array, record: number): Buffer {
  const payload = Buffer.allocUnsafe(8);
  payload.writeInt32BE(ints[record + 1]!, 0);
  payload.writeInt32BE(ints[record + 2]!, 4);
  return payload;
}

