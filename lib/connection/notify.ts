import type { Batch } from '../binding/batch.js';
import { BatchHeader, Record, sizeOfRecord, unknownRecord } from '../binding/records.js';
import { decodeHeaders, decoded } from '../headers/decode.js';
import { copyOf } from '../socket/direct-reader.js';
import type { Dispatch, Recorded } from './dispatch.js';
import {
  onAltsvc, onFrameError, onGoaway, onHeaders, onInternalError, onLimitHit, onOrigin, onPing, onPingAck, onPriority, onSettings,
  onSettingsAck,
} from './frame-handlers.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';
import { stretch } from './tick-count.js';

// One record at a time. Each is put behind before anybody is called, and is judged by what its stream is now: what came
// for a stream that is gone is for nobody.

/** What was received. */
export function tellReceived(session: ConnectionSession, dispatch: Dispatch, one: Recorded): void {
  const { batch, at } = one;
  const { ints } = batch;
  one.at += sizeOfRecord(ints, at);
  switch (ints[at]) {
    case Record.Headers: {
      decodeHeaders(batch, at + 6, ints[at + 4]!, one.bytesAt, session._headerValues);
      one.bytesAt = decoded.bytesAt;
      const { headers, raw } = decoded;
      const stream = streamOf(session, dispatch, ints[at + 1]!);
      dispatch.told = true;
      onHeaders(session, stream, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!, headers, raw);
      break;
    }
    case Record.Data: {
      const piece = one.pieces![one.piecesAt++]!;
      streamOf(session, dispatch, ints[at + 1]!)?._onData(piece);
      break;
    }
    case Record.EndStream:
      streamOf(session, dispatch, ints[at + 1]!)?._onRemoteEnd();
      break;
    case Record.Close: {
      const stream = streamOf(session, dispatch, ints[at + 1]!);
      if (stream === undefined) break;
      dispatch.closed = true;
      stream._onNativeClose(ints[at + 2]! >>> 0);
      break;
    }
    default:
      dispatch.told = true;
      tellSession(session, one, ints, at);
  }
}

/** The stream of a record, which is told something. */
function streamOf(session: ConnectionSession, dispatch: Dispatch, id: number): ConnectionStream | undefined {
  const stream = session._streams.get(id);
  if (stream === undefined) return undefined;
  dispatch.told = true;
  stream._toldIn = stretch.current;
  return stream;
}

/** Frames of the connection, and rare ones of streams. */
function tellSession(session: ConnectionSession, one: Recorded, ints: Int32Array, at: number): void {
  const { bytes } = one.batch;
  switch (ints[at]) {
    case Record.Settings:
      onSettings(session, ints, at + 1);
      break;
    case Record.SettingsAck:
      onSettingsAck(session, ints, at + 1);
      break;
    case Record.Ping:
      onPing(session, pingPayload(ints, at));
      break;
    case Record.PingAck:
      onPingAck(session, pingPayload(ints, at));
      break;
    case Record.Goaway: {
      const [from, to] = takeBytes(one, ints[at + 3]!);
      onGoaway(session, ints[at + 1]! >>> 0, ints[at + 2]!, to > from ? Buffer.from(bytes.subarray(from, to)) : undefined);
      break;
    }
    case Record.Altsvc: {
      const origin = bytes.latin1Slice(...takeBytes(one, ints[at + 2]!));
      const value = bytes.latin1Slice(...takeBytes(one, ints[at + 3]!));
      onAltsvc(session, ints[at + 1]!, origin, value);
      break;
    }
    case Record.Origin: {
      const count = ints[at + 1]!;
      const origins: string[] = [];
      for (let i = 0; i < count; i++) origins.push(bytes.latin1Slice(...takeBytes(one, ints[at + 2 + i]!)));
      onOrigin(session, origins);
      break;
    }
    case Record.Priority:
      onPriority(session, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!, ints[at + 4] !== 0);
      break;
    default:
      tellTrouble(session, ints, at);
  }
}

/** What received and sent frames have in common: that something is wrong. */
function tellTrouble(session: ConnectionSession, ints: Int32Array, at: number): void {
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
      throw unknownRecord(ints, at);
  }
}

/** What was sent. That a stream is closed is told when 'finish' and the like have been heard: nobody who waits for them may miss the 'close'. */
export function tellSent(session: ConnectionSession, dispatch: Dispatch, one: Recorded): void {
  const { at, closing, batch: { ints } } = one;
  const type = ints[at]!;
  one.at += sizeOfRecord(ints, at);
  if (closing) {
    if (type !== Record.Close) return;
    const stream = session._streams.get(ints[at + 1]!);
    if (stream === undefined) return;
    dispatch.closed = true;
    stream._onNativeClose(ints[at + 2]! >>> 0);
    return;
  }
  switch (type) {
    case Record.Wrote:
      dispatch.wrote = true;
      session._streams.get(ints[at + 1]!)?._onWrote();
      break;
    case Record.WantTrailers:
      session._streams.get(ints[at + 1]!)?._onWantTrailers();
      break;
    case Record.Close:
      one.closes = true;
      break;
    case Record.Segment:
      break;
    default:
      tellTrouble(session, ints, at);
  }
}

/**
 * Takes DATA out of the chunk in which it came, each piece into memory of its own: the chunk's is going to be read into
 * again, and what one stream's user does with a piece (keeps it, transfers it) is no business of the others.
 */
export function takeData({ ints }: Batch, end: number, chunk: Uint8Array): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at: number = BatchHeader.Start; at < end; at += sizeOfRecord(ints, at)) {
    if (ints[at] === Record.Data) pieces.push(copyOf(chunk, ints[at + 2]!, ints[at + 2]! + ints[at + 3]!));
  }
  return pieces;
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
