import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Note, Stat } from '../binding/records.js';
import { clearInterval, clearTimeout, milliseconds, setInterval, setTimeout } from '../clock.js';
import { constants } from '../constants.js';
import { ERR_HTTP2_SESSION_ERROR, ERR_HTTP2_STREAM_ERROR } from '../errors/index.js';
import type { ConnectionSession, ConnectionStream } from './interfaces.js';
import { limitDetails, OwnLimit, refuseFor } from './limits.js';
import type { SessionOptions } from './session-options.js';

/** As long as node:http gives to an HTTP/1 client. */
const HEADERS_TIMEOUT = 60_000;
/** A peer that reads nothing at all for so long is gone, or means no good. */
const SOCKET_TIMEOUT = 600_000;
/** How often in its time a stall is looked at. */
const LOOKS = 4;

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_SESSION_SERVER } = constants;
const BLOCK = Note.BlockBegins | Note.BlockGoesOn;
const numbers = new Float64Array(Stat.Count);

/** What something that has to move showed when it was last seen to move. */
interface Seen {
  progress: number;
  since: number;
}

interface Use {
  readonly time: number;
  readonly timeout: number;
}

/**
 * What has to arrive, or to leave, in time. Clients that say little and hold much (slow headers, no preface, no reading)
 * cost a server a connection each; here is when it takes that back.
 */
export class Deadlines {
  readonly #session: ConnectionSession;
  readonly #headersTimeout: number;
  readonly #stalledWriteTimeout: number;
  /** Windows that stay shut count too. */
  readonly #windowsToo: boolean;
  #headersTimer: NodeJS.Timeout | undefined;
  #headersSince = 0;
  #awaitsPreface: boolean;
  /** A block began in the chunk that brought the preface. */
  #blockCameAlong = false;
  #stallTimer: NodeJS.Timeout | undefined;
  #stalled: Seen | undefined;
  #streams: Map<ConnectionStream, Seen> | undefined;

  constructor(session: ConnectionSession, options: SessionOptions) {
    this.#session = session;
    const server = session.type === NGHTTP2_SESSION_SERVER;
    this.#headersTimeout = server ? options.headersTimeout ?? HEADERS_TIMEOUT : 0;
    this.#windowsToo = typeof options.stalledWriteTimeout === 'number';
    this.#stalledWriteTimeout = options.stalledWriteTimeout ?? SOCKET_TIMEOUT;
    this.#awaitsPreface = this.#headersTimeout > 0;
    if (this.#awaitsPreface) this.#startHeaders();
    if (this.#windowsToo) this.#watch();
  }

  /** The peer's SETTINGS are here. */
  prefaceCame(): void {
    if (!this.#awaitsPreface) return;
    this.#awaitsPreface = false;
    this.#endHeaders();
    if (this.#blockCameAlong) this.#startHeaders();
  }

  /** A chunk was received. */
  received(notes: number): void {
    if (this.#headersTimer !== undefined && !this.#awaitsPreface && (notes & BLOCK) === 0) this.#endHeaders();
  }

  /** A header block goes on in the next chunk. Time runs from its first bytes. */
  blockIsOpen(begins: boolean): void {
    if (this.#headersTimeout <= 0) return;
    if (this.#awaitsPreface) {
      this.#blockCameAlong = true;
      return;
    }
    if (begins) this.#endHeaders();
    if (this.#headersTimer === undefined) this.#startHeaders();
  }

  /** The socket takes no more for now. */
  writeIsBlocked(): void {
    if (this.#stallTimer === undefined) this.#watch();
  }

  /** Milliseconds for which the preface or a header block has been awaited. Undefined if nothing limits them. */
  headersUse(): Use | undefined {
    const timeout = this.#headersTimeout;
    if (timeout <= 0) return undefined;
    return { time: this.#headersTimer === undefined ? 0 : milliseconds() - this.#headersSince, timeout };
  }

  /** Milliseconds for which nothing has left that waits, as far as was looked: of the session, or of a stream. */
  stallUse(): Use | undefined {
    const timeout = this.#stalledWriteTimeout;
    if (timeout <= 0) return undefined;
    const now = milliseconds();
    const first = Math.min(this.#stalled?.since ?? now, ...[...this.#streams?.values() ?? []].map(({ since }) => since));
    return { time: now - first, timeout };
  }

  /**
   * The session has ended in peace: what is left to write has to leave, and the peer to end its side. One that does
   * neither would keep the connection, and a server that closes, for good.
   */
  watchFarewell(socket: Duplex): void {
    const stalledWriteTimeout = this.#stalledWriteTimeout;
    if (stalledWriteTimeout <= 0) return;
    let last = seen(undefined, written(socket));
    const timer = setInterval(() => {
      last = seen(last, written(socket));
      if (milliseconds() - last.since >= stalledWriteTimeout) socket.destroy();
    }, Math.max(1, stalledWriteTimeout / LOOKS));
    timer.unref();
    socket.once('close', () => clearInterval(timer));
  }

  end(): void {
    this.#endHeaders();
    this.#stalled = undefined;
    clearTimeout(this.#stallTimer);
    this.#streams = undefined;
  }

  #startHeaders(): void {
    this.#headersSince = milliseconds();
    this.#headersTimer = setTimeout(headersAreLate, this.#headersTimeout, this);
    this.#headersTimer.unref();
  }

  #endHeaders(): void {
    clearTimeout(this.#headersTimer);
    this.#headersTimer = undefined;
  }

  /** @internal */
  headersAreLate(): void {
    const headersTimeout = this.#headersTimeout;
    this.#fail(OwnLimit.HeadersTimeout, headersTimeout + 1, headersTimeout);
  }

  #watch(): void {
    if (this.#stalledWriteTimeout <= 0) return;
    this.#stallTimer = setTimeout(lookForStalls, Math.max(1, this.#stalledWriteTimeout / LOOKS), this);
    this.#stallTimer.unref();
  }

  /** @internal */
  lookForStalls(): void {
    this.#stallTimer = undefined;
    const session = this.#session;
    const stalledWriteTimeout = this.#stalledWriteTimeout;
    if (session.destroyed || session._native?.stats(numbers) !== true) return;
    const waits = session._socket?.writableLength ?? 0;
    if (waits > 0 || (this.#windowsToo && numbers[Stat.Queued]! > 0)) {
      this.#stalled = seen(this.#stalled, numbers[Stat.DataSent]! - waits);
      const time = Math.round(milliseconds() - this.#stalled.since);
      if (time >= stalledWriteTimeout) return this.#fail(OwnLimit.StalledWrite, time, stalledWriteTimeout);
    } else {
      this.#stalled = undefined;
    }
    if (this.#windowsToo) this.#lookAtStreams();
    if ((this.#windowsToo || waits > 0) && !session.destroyed) this.#watch();
  }

  /** One stream that stays shut is no reason to end the others. */
  #lookAtStreams(): void {
    const session = this.#session;
    const stalledWriteTimeout = this.#stalledWriteTimeout;
    const before = this.#streams;
    this.#streams = undefined;
    for (const stream of session._streams.values()) {
      if (!stream._isWriting()) continue;
      const now = seen(before?.get(stream), stream._progress);
      const time = Math.round(milliseconds() - now.since);
      if (time < stalledWriteTimeout) {
        (this.#streams ??= new Map()).set(stream, now);
        continue;
      }
      const limit = limitDetails(OwnLimit.StalledWrite, time, stalledWriteTimeout, 'stream', stream.id);
      const error = refuseFor(session, new ERR_HTTP2_STREAM_ERROR('NGHTTP2_ENHANCE_YOUR_CALM'), limit);
      stream._failForPeer(NGHTTP2_ENHANCE_YOUR_CALM, error);
      if (session.destroyed) return;
    }
  }

  #fail(which: OwnLimit, reached: number, value: number): void {
    const session = this.#session;
    if (session.destroyed) return;
    const limit = limitDetails(which, reached, value, 'session');
    session._endsByPeer();
    const error = refuseFor(session, new ERR_HTTP2_SESSION_ERROR(NGHTTP2_ENHANCE_YOUR_CALM), limit);
    session.destroy(error, NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

/** Bytes that have left, as far as the socket counts them. */
function written(socket: Duplex): number {
  return ((socket as Partial<Socket>).bytesWritten ?? 0) - socket.writableLength;
}

function seen(before: Seen | undefined, progress: number): Seen {
  return before?.progress === progress ? before : { progress, since: milliseconds() };
}

function headersAreLate(deadlines: Deadlines): void {
  deadlines.headersAreLate();
}

function lookForStalls(deadlines: Deadlines): void {
  deadlines.lookForStalls();
}
