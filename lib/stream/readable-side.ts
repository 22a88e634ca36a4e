import { constants, nameForErrorCode } from '../constants.js';
import { afterCall } from '../deferrals.js';
import { ERR_HTTP2_STREAM_ERROR } from '../errors/index.js';
import { endAtOnce, isAskedFor, piecesIn, readAhead, watchReads } from '../node-internals/readable-state.js';
import { maybeDestroyStream } from './base.js';
import {
  cameWhole, closingAfter, ClosingInput, headersAreSent, isReleased, peerIsDone, Receiving, receivingAfter, ReceivingInput,
} from './stream-state.js';
import type { Http2Stream } from './stream.js';
import { WritableSide } from './writable-side.js';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } = constants;

/**
 * Bytes of memory that a piece of DATA in a reader's buffer takes besides its content: a Buffer, its place in a list, and what the
 * collector lets lie about. The core counts less until it is told.
 */
const PIECE_OVERHEAD = 512;

/** How far the core's count may be off. */
const UNTOLD = 16 * 1024;

/** How what is received gets to the reader, and how a reader that stops closes the window (RFC 9113, section 6.9). */
export abstract class ReadableSide extends WritableSide {
  private followsEnd = false;
  /** Memory of DATA since the core was told what is held. */
  private untold = 0;
  /** @internal Pieces since nothing waited: as many as wait, or more. */
  _pushed = 0;

  /** @internal */
  override _read(): void {
    if (this.destroyed) {
      this.push(null);
      return;
    }
    if (!this._didRead) {
      if (!isAskedFor(this)) return;
      readAhead(this);
      this._didRead = true;
    }
    this._openWindow();
  }

  /** @internal */
  _openWindow(): void {
    if (this._id === undefined) this.once('ready', readOn);
    else this._setReading(true);
  }

  override pause(): this {
    super.pause();
    if (!this.destroyed && this._id !== undefined) this._setReading(false);
    return this;
  }

  /** @internal Whether the stream's window follows what arrives (RFC 9113, section 6.9). */
  _setReading(reading: boolean): void {
    if ((this._reading === reading && !this._held) || this.destroyed) return;
    this._reading = reading;
    // A peer that has ended has no use for a window.
    if (peerIsDone(this._receiving) && !this._held) return;
    const held = reading ? 0 : heldBy(this);
    // Whether the reader takes what there is, is known when it has read.
    if (reading && this._held && this.readableLength > 0) afterCall(tellHeld, this);
    this._held = held > 0;
    this.core?.setReading(this._id!, reading, held);
    if (reading) this._session?._transport?.schedule();
  }

  /** @internal The core learns what the reader has not taken. */
  _tellHeld(): void {
    if (this.destroyed) return;
    const held = heldBy(this);
    if (held === 0 && !this._held) return;
    this._held = held > 0;
    this.core?.setReading(this._id!, this._reading, held);
  }

  /** @internal */
  _onData(chunk: Buffer): void {
    if (this._timer !== null) this._timer.refresh();
    // DATA that arrives after close() would keep the stream open if nobody reads it.
    if (this.destroyed || (this._closed && this.readableFlowing === null && this.listenerCount('readable') === 0)) return;
    if (headersAreSent(this._sending) && !this._gathering && !this._ending) this._session!._transport!.gather(this as unknown as Http2Stream);
    if (!this._reading) this._held = true;
    if (this.readableLength === 0) this._pushed = 0;
    this._pushed++;
    try {
      this.push(chunk);
    } finally {
      // A listener that throws changes nothing of this.
      if (this._reading && this.readableLength >= this.readableHighWaterMark) {
        this._setReading(false);
      } else if ((this.untold += chunk.length + PIECE_OVERHEAD) >= UNTOLD) {
        this.untold = 0;
        this._tellHeld();
      }
    }
  }

  /** @internal END_STREAM has come. */
  _onRemoteEnd(): void {
    this._receiving = receivingAfter(this._receiving, ReceivingInput.End);
    if (this._timer !== null) this._timer.refresh();
    endReadable(this);
  }

  /** @internal */
  _followEnd(): void {
    if (this.followsEnd) return;
    this.followsEnd = true;
    this.on('end', maybeDestroyStream);
  }

  /** @internal The message of the peer has come to its end. */
  get _cameWhole(): boolean {
    return cameWhole(this._receiving);
  }

  /** @internal All has come and gone, and has yet to be read. */
  _isUnread(): boolean {
    return isReleased(this._closing) && this._rstCode === NGHTTP2_NO_ERROR && this._endedBeforeClose && this._cameWhole && this.readable;
  }

  /** @internal All has come and gone, and only waits to be read: the connection is of no use to it any more. */
  _isWhole(): boolean {
    return this._isUnread() && this.writableFinished && this.mayBeRead();
  }

  /** A request that was answered, and that nobody reads, nobody will. */
  private mayBeRead(): boolean {
    if (this._session?._type !== NGHTTP2_SESSION_SERVER) return true;
    // A pipe that waits for its destination listens too.
    return this.readableFlowing === true || this.listenerCount('readable') > 0 || this.listenerCount('data') > 0;
  }

  /** @internal nghttp2 has closed the stream: both ends are done, or one has given up. */
  _onNativeClose(code: number): void {
    const wasOpen = !this._closed;
    this._closing = closingAfter(this._closing, ClosingInput.CoreCloses);
    try {
      closedByCore(this, code, wasOpen);
    } finally {
      if (!this.destroyed) this._dropWrite();
    }
  }
}

watchReads(ReadableSide.prototype, (stream) => {
  if (stream._didRead || stream.destroyed) return;
  stream._didRead = true;
  stream._openWindow();
});

/** The memory of what waits to be read. */
function heldBy(stream: ReadableSide): number {
  const { readableLength } = stream;
  if (readableLength === 0) return 0;
  const pieces = piecesIn(stream) ?? Math.min(readableLength, stream._pushed);
  return readableLength + pieces * PIECE_OVERHEAD;
}

function tellHeld(stream: ReadableSide): void {
  stream._tellHeld();
}

function readOn(this: ReadableSide): void {
  this._setReading(true);
}

function endReadable(stream: ReadableSide): void {
  if (stream.readableEnded) {
    stream._maybeDestroy();
    return;
  }
  stream._followEnd();
  stream.push(null);
  if (!stream._endAfterHeaders) stream.read(0);
}

function closedByCore(stream: ReadableSide, code: number, wasOpen: boolean): void {
  if (stream.destroyed) return;
  // RST_STREAM in the middle of a message: what has come so far must not pass for all (RFC 9113, section 8.1), and
  // nothing at all is no answer. Other codes than these two are errors anyway.
  const quiet = code === NGHTTP2_NO_ERROR || code === NGHTTP2_CANCEL;
  const cutOff = wasOpen && quiet && !peerIsDone(stream._receiving);
  stream._receiving = receivingAfter(stream._receiving, !wasOpen ? ReceivingInput.Abandon : quiet ? ReceivingInput.CutOff : ReceivingInput.Fail);
  try {
    if (wasOpen) stream._closeWithoutReset(code);
    // Without 'end': pipelines and iterators report a premature close.
    if (cutOff) stream._tellAborted();
  } finally {
    if (cutOff) stream.destroy(stream._receiving === Receiving.Unanswered ? new ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] ?? code) : undefined);
  }
  if (cutOff) return;
  // A write after the end leaves an error that is yet to be emitted; 'end' will not come then.
  if (!stream.readable || stream.errored !== null || code !== NGHTTP2_NO_ERROR) {
    stream.destroy();
    return;
  }
  const unread = stream._session?._type === NGHTTP2_SESSION_SERVER && !stream._didRead && stream.readableFlowing === null;
  // Nobody has looked at the request's body, and there was none. Its end comes without the ticks that reading takes.
  if (unread && stream.readableLength === 0 && stream.writableFinished && stream.listenerCount('end') === 0 && endAtOnce(stream)) {
    stream.destroy();
    return;
  }
  // What was received can still be read; the stream lives until then.
  stream._followEnd();
  stream.push(null);
  if (unread) stream.resume();
  else stream.read(0);
}
