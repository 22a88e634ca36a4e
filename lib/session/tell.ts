import type { Batch } from '../binding/batch.js';
import { Record, REPORTED_SETTINGS } from '../binding/records.js';
import { decodeHeaders, decoded } from '../headers/decode.js';
import type { Http2Stream } from '../stream/stream.js';
import type { Dispatch, Recorded } from './dispatch.js';
import {
  onAltsvc, onFrameError, onGoaway, onHeaders, onInternalError, onLimitHit, onOrigin, onPing, onPingAck, onPriority, onSettings,
  onSettingsAck, pieceOf,
} from './incoming.js';
import type { Http2Session } from './session.js';
import { stretch } from './stretch.js';

// One record at a time. Each is put behind before anybody is called, and is judged by what its stream is now: what came
// for a stream that is gone is for nobody.

/** What was received. */
export function tellReceived(session: Http2Session, dispatch: Dispatch, one: Recorded): void {
  const { batch, at } = one;
  const { ints } = batch;
  switch (ints[at]) {
    case Record.Headers: {
      one.at += 6 + ints[at + 5]!;
      decodeHeaders(batch, at + 6, ints[at + 4]!, one.bytesAt, session._headerValues);
      one.bytesAt = decoded.bytesAt;
      const { headers, raw } = decoded;
      const stream = streamOf(session, dispatch, ints[at + 1]!);
      dispatch.told = true;
      onHeaders(session, stream, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!, headers, raw);
      break;
    }
    case Record.Data: {
      one.at += 4;
      const stream = streamOf(session, dispatch, ints[at + 1]!);
      if (stream !== undefined) stream._onData(pieceOf(one.chunk!, ints[at + 2]! - one.base, ints[at + 3]!));
      break;
    }
    case Record.EndStream:
      one.at += 2;
      streamOf(session, dispatch, ints[at + 1]!)?._onRemoteEnd();
      break;
    case Record.Close: {
      one.at += 3;
      const stream = streamOf(session, dispatch, ints[at + 1]!);
      if (stream === undefined) break;
      dispatch.closed = true;
      stream._onNativeClose(ints[at + 2]! >>> 0);
      break;
    }
    default:
      dispatch.told = true;
      tellSession(session, one, ints);
  }
}

/** The stream of a record, which is told something. */
function streamOf(session: Http2Session, dispatch: Dispatch, id: number): Http2Stream | undefined {
  const stream = session._streams.get(id);
  if (stream === undefined) return undefined;
  dispatch.told = true;
  stream._toldIn = stretch.current;
  return stream;
}

/** Frames of the connection, and rare ones of streams. */
function tellSession(session: Http2Session, one: Recorded, ints: Int32Array): void {
  const { at, batch: { bytes } } = one;
  switch (ints[at]) {
    case Record.Settings:
      one.at += 2 + REPORTED_SETTINGS + ints[at + 1 + REPORTED_SETTINGS]! * 2;
      onSettings(session, ints, at + 1);
      break;
    case Record.SettingsAck:
      one.at += 1 + REPORTED_SETTINGS;
      onSettingsAck(session, ints, at + 1);
      break;
    case Record.Ping:
      one.at += 3;
      onPing(session, pingPayload(ints, at));
      break;
    case Record.PingAck:
      one.at += 3;
      onPingAck(session, pingPayload(ints, at));
      break;
    case Record.Goaway: {
      one.at += 4;
      const [from, to] = takeBytes(one, ints[at + 3]!);
      onGoaway(session, ints[at + 1]! >>> 0, ints[at + 2]!, to > from ? Buffer.from(bytes.subarray(from, to)) : undefined);
      break;
    }
    case Record.Altsvc: {
      one.at += 4;
      const origin = bytes.latin1Slice(...takeBytes(one, ints[at + 2]!));
      const value = bytes.latin1Slice(...takeBytes(one, ints[at + 3]!));
      onAltsvc(session, ints[at + 1]!, origin, value);
      break;
    }
    case Record.Origin: {
      const count = ints[at + 1]!;
      one.at += 2 + count;
      const origins: string[] = [];
      for (let i = 0; i < count; i++) origins.push(bytes.latin1Slice(...takeBytes(one, ints[at + 2 + i]!)));
      onOrigin(session, origins);
      break;
    }
    case Record.Priority:
      one.at += 5;
      onPriority(session, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!, ints[at + 4] !== 0);
      break;
    default:
      tellTrouble(session, one, ints);
  }
}

/** What received and sent frames have in common: that something is wrong. */
function tellTrouble(session: Http2Session, one: Recorded, ints: Int32Array): void {
  const { at } = one;
  one.at += sizeOfSentRecord(ints[at]!);
  switch (ints[at]) {
    case Record.FrameError:
      onFrameError(session, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!);
      break;
    case Record.SessionError:
      onInternalError(session, ints[at + 1]!);
      break;
    case Record.LimitHit:
      onLimitHit(session, ints, at + 1);
      break;
    default:
      throw new Error(`duetto: unknown record ${ints[at]} at ${at} of ${one.end}`);
  }
}

/** What was sent. That a stream is closed is told when 'finish' and the like have been heard: nobody who waits for them may miss the 'close'. */
export function tellSent(session: Http2Session, dispatch: Dispatch, one: Recorded): void {
  const { at, closing, batch: { ints } } = one;
  const type = ints[at]!;
  if (closing) {
    one.at += sizeOfSentRecord(type);
    if (type !== Record.Close) return;
    const stream = session._streams.get(ints[at + 1]!);
    if (stream === undefined) return;
    dispatch.closed = true;
    stream._onNativeClose(ints[at + 2]! >>> 0);
    return;
  }
  switch (type) {
    case Record.Wrote: {
      one.at += 2;
      dispatch.wrote = true;
      session._streams.get(ints[at + 1]!)?._onWrote();
      break;
    }
    case Record.WantTrailers:
      one.at += 2;
      session._streams.get(ints[at + 1]!)?._onWantTrailers();
      break;
    case Record.Close:
    case Record.Segment:
      one.at += sizeOfSentRecord(type);
      break;
    default:
      tellTrouble(session, one, ints);
  }
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

/** Where the next `length` bytes of the batch lie. */
function takeBytes(one: Recorded, length: number): [from: number, to: number] {
  const from = one.bytesAt;
  one.bytesAt += length;
  return [from, one.bytesAt];
}

function pingPayload(ints: Batch['ints'], record: number): Buffer {
  // Not out of the pool: users look at its ArrayBuffer.
  const payload = Buffer.alloc(8);
  payload.writeInt32BE(ints[record + 1]!, 0);
  payload.writeInt32BE(ints[record + 2]!, 4);
  return payload;
}
