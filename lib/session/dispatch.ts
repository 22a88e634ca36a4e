import { type Batch, giveBack } from '../binding/batch.js';
import { Record, REPORTED_SETTINGS } from '../binding/records.js';
import { decodeHeaders, decoded } from '../headers/decode.js';
import { DirectReader } from '../socket/direct-reader.js';
import type { Http2Stream } from '../stream/stream.js';
import {
  onAltsvc, onFrameError, onGoaway, onHeaders, onInternalError, onLimitHit, onOrigin, onPing, onPingAck, onPriority, onSettings,
  onSettingsAck, pieceOf,
} from './incoming.js';
import type { Http2Session } from './session.js';
import { stretch } from './stretch.js';
import { runTicks } from './ticks.js';

/**
 * So many requests of one chunk are answered before their answers are sent: the peer deals with these while we deal with the
 * others, and the first need not wait for the last.
 */
const AT_A_TIME = 48;

/**
 * Tells a session and its streams what the core has recorded on receiving a chunk, in order.
 *
 * A listener may throw, destroy this session, or make another one receive: the record that it was called for is
 * behind us by then, and what follows is looked at again in the light of what it did.
 */
export class Dispatch {
  private at: number;
  private bytesAt = 0;
  private told = false;
  private messages = 0;

  constructor(
    private readonly session: Http2Session, private readonly batch: Batch, start: number, private readonly end: number,
    private chunk: Uint8Array, private readonly length: number, private reader: DirectReader | undefined,
    private readonly settles: boolean,
  ) {
    this.at = start;
  }

  run(): void {
    const { session, end } = this;
    stretch.current++;
    let finished = false;
    try {
      while (this.at < end && !session._destroyed) this.next();
      finished = true;
    } finally {
      if (finished || session._destroyed) {
        giveBack(this.batch);
        session._transport!.received();
      } else {
        // A listener threw. That ends the process, or somebody handles it; then the rest has still happened.
        if (this.reader !== undefined) {
          this.chunk = DirectReader.preserve(this.chunk, this.length);
          this.reader = undefined;
        }
        process.nextTick(runAgain, this);
      }
    }
  }

  private next(): void {
    const { session, batch: { ints, bytes } } = this;
    const record = this.at;
    switch (ints[record]) {
      case Record.Headers: {
        this.at += 6 + ints[record + 5]!;
        decodeHeaders(this.batch, record + 6, ints[record + 4]!, this.bytesAt, session._headerValues);
        this.bytesAt = decoded.bytesAt;
        const { headers, raw } = decoded;
        const stream = this.streamOf(ints[record + 1]!);
        if (session._destroyed) return;
        this.told = true;
        onHeaders(session, stream, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!, headers, raw);
        if (++this.messages % AT_A_TIME === 0) session._transport?.flushBetween();
        break;
      }
      case Record.Data:
        this.at += 4;
        this.streamOf(ints[record + 1]!)?._onData(this.piece(ints[record + 2]!, ints[record + 3]!));
        break;
      case Record.EndStream:
        this.at += 2;
        this.streamOf(ints[record + 1]!)?._onRemoteEnd();
        break;
      case Record.Close:
        this.at += 3;
        this.streamOf(ints[record + 1]!)?._onNativeClose(ints[record + 2]! >>> 0);
        break;
      default:
        this.settle();
        if (!session._destroyed) this.sessionRecord(record, ints, bytes);
    }
  }

  private piece(offset: number, length: number): Buffer {
    return this.reader !== undefined ? this.reader.piece(offset, length) : pieceOf(this.chunk, offset, length);
  }

  /** Frames of the connection, and rare ones of streams: each after all that was told before has sunk in. */
  private sessionRecord(record: number, ints: Int32Array, bytes: Batch['bytes']): void {
    const { session } = this;
    this.told = true;
    switch (ints[record]) {
      case Record.Settings:
        this.at += 2 + REPORTED_SETTINGS + ints[record + 1 + REPORTED_SETTINGS]! * 2;
        onSettings(session, ints, record + 1);
        break;
      case Record.SettingsAck:
        this.at += 1 + REPORTED_SETTINGS;
        onSettingsAck(session, ints, record + 1);
        break;
      case Record.Ping:
        this.at += 3;
        onPing(session, pingPayload(ints, record));
        break;
      case Record.PingAck:
        this.at += 3;
        onPingAck(session, pingPayload(ints, record));
        break;
      case Record.Goaway: {
        this.at += 4;
        const opaque = this.take(ints[record + 3]!);
        onGoaway(session, ints[record + 1]! >>> 0, ints[record + 2]!,
                 opaque.length > 0 ? Buffer.from(bytes.subarray(...opaque.range)) : undefined);
        break;
      }
      case Record.Altsvc: {
        this.at += 4;
        const origin = bytes.latin1Slice(...this.take(ints[record + 2]!).range);
        const value = bytes.latin1Slice(...this.take(ints[record + 3]!).range);
        onAltsvc(session, ints[record + 1]!, origin, value);
        break;
      }
      case Record.Origin: {
        const count = ints[record + 1]!;
        this.at += 2 + count;
        const origins: string[] = [];
        for (let i = 0; i < count; i++) origins.push(bytes.latin1Slice(...this.take(ints[record + 2 + i]!).range));
        onOrigin(session, origins);
        break;
      }
      case Record.Priority:
        this.at += 5;
        onPriority(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!, ints[record + 4] !== 0);
        break;
      case Record.FrameError:
        this.at += 4;
        onFrameError(session, ints[record + 1]!, ints[record + 2]!, ints[record + 3]!);
        break;
      case Record.SessionError:
        this.at += 3;
        onInternalError(session, ints[record + 1]!, this.chunk, this.length);
        break;
      case Record.LimitHit:
        this.at += 7;
        onLimitHit(session, ints, record + 1);
        break;
      default:
        throw new Error(`duetto: unknown record ${ints[record]} at ${record} of ${this.end}`);
    }
  }

  /** The stream of a record, once it has taken in what it was told before. */
  private streamOf(id: number): Http2Stream | undefined {
    const { session } = this;
    let stream = session._streams.get(id);
    if (stream === undefined) return undefined;
    if (stream._toldIn === stretch.current) {
      this.settle();
      if (session._destroyed) return undefined;
      stream = session._streams.get(id);
      if (stream === undefined) return undefined;
    }
    this.told = true;
    stream._toldIn = stretch.current;
    return stream;
  }

  private settle(): void {
    if (!this.told) return;
    this.told = false;
    stretch.current++;
    if (this.settles) runTicks?.();
  }

  /** The next `length` bytes that belong to records. */
  private take(length: number): { length: number; range: [number, number] } {
    const from = this.bytesAt;
    this.bytesAt += length;
    return { length, range: [from, this.bytesAt] };
  }
}

function runAgain(dispatch: Dispatch): void {
  dispatch.run();
}

function pingPayload(ints: Int32Array, record: number): Buffer {
  // Not out of the pool: users look at its ArrayBuffer.
  const payload = Buffer.alloc(8);
  payload.writeInt32BE(ints[record + 1]!, 0);
  payload.writeInt32BE(ints[record + 2]!, 4);
  return payload;
}
