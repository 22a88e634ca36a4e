import { WriteFlag } from '../binding/contract.js';
import { afterCall } from '../deferrals.js';
import type { PieceSink } from '../socket/gather.js';
import { maybeDestroyStream, StreamBase } from './base.js';
import { bodyIsEnded, headersAreSent, isReleased, peerIsDone, Sending, sendingAfter, SendingInput, trailersFollow } from './stream-state.js';

/**
 * Bytes up to which a write is copied. Copying costs less than the bookkeeping for one more buffer; beyond, the
 * chunk itself is handed to the socket.
 */
const COPIED = 4096;
/**
 * The same for a string, which must be turned into bytes in any case: the core has room for them, a buffer would be one
 * more object.
 */
const COPIED_TEXT = 64 * 1024;
/** A write that is longer than this, by somebody who does not wait for 'drain', is not held twice for its strings. */
const LONG_WRITE = 256 * 1024;
/** Bytes up to which room is made for the most that a string can become; those of a longer one are counted first. */
const ROOM_FOR_MOST = 16 * 1024;
const MOST_PER_UNIT = 3;

/** Bytes up to which one of many writes is put together with the others, and room for that. */
const PUT_TOGETHER = 1024;
const together = Buffer.allocUnsafeSlow(16 * 1024);

type WriteCallback = (error?: Error | null) => void;

/** How what is written gets to the core: small writes copied, large ones kept here, END_STREAM with the last. */
export abstract class WritableSide extends StreamBase {
  protected writeCallback: WriteCallback | undefined;
  /** Length, as the writable side counts it, of the write that is being sent. */
  protected inFlight = 0;
  /** Large chunks, kept until the core says where in the output they belong. */
  protected external: Uint8Array[] | undefined;
  protected externalOffset = 0;

  /** Characters or bytes that are written and not yet sent. */
  get bufferSize(): number {
    return this.inFlight + this.writableLength;
  }

  override end(...args: unknown[]): this {
    this._ending = true;
    (super.end as (...args: unknown[]) => this)(...args);
    // The write before this call turns out to have been the last: END_STREAM can still go with it.
    if (this.writeCallback !== undefined && !bodyIsEnded(this._sending) && !trailersFollow(this._sending) &&
        this.writableEnded && this.writableLength === this.inFlight) {
      this.sendEnd();
    }
    return this;
  }

  /** @internal */
  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: WriteCallback): void {
    if (this._id === undefined) {
      this.park(callback, () => this._write(chunk, encoding, callback));
      return;
    }
    if (!this.beginWrite(callback)) return;
    this.inFlight = chunk.length;
    this.finishWrite(this.queue(chunk, encoding, this.lastFlags()), callback);
    this._publishBodyChunk(false, chunk, encoding);
  }

  /** @internal */
  override _writev(chunks: Array<{ chunk: Uint8Array | string; encoding: BufferEncoding }>, callback: WriteCallback): void {
    if (this._id === undefined) {
      this.park(callback, () => this._writev(chunks, callback));
      return;
    }
    if (!this.beginWrite(callback)) return;
    this.inFlight = 0;
    for (const { chunk } of chunks) this.inFlight += chunk.length;
    this.finishWrite(this.queueAll(chunks, this.lastFlags()), callback);
    if (this._session !== undefined) this._publishBodyChunk(true, chunks, '');
  }

  /** A write waits for the stream to get its id. If it never does, its callback is called all the same. */
  private park(callback: WriteCallback, write: () => void): void {
    this.writeCallback = callback;
    this.once('ready', () => {
      this.writeCallback = undefined;
      write();
    });
  }

  private beginWrite(callback: WriteCallback): boolean {
    // Everybody who has to know has got the error that destroyed it.
    if (this.destroyed) return false;
    this._touch();
    if (!headersAreSent(this._sending)) this._proceed();
    if (this._session === undefined) {
      afterCall(callback);
      return false;
    }
    return true;
  }

  /** END_STREAM goes with this write if `end` was called and nothing else waits. */
  private lastFlags(): number {
    if (!this._ending || this.writableLength !== this.inFlight) return WriteFlag.Finish;
    return this.endBody();
  }

  /** @returns flags of the last write: whether END_STREAM goes with it */
  private endBody(): number {
    const state = this._sending = sendingAfter(this._sending, SendingInput.EndBody);
    return state === Sending.AwaitingTrailers ? WriteFlag.Finish | WriteFlag.End | WriteFlag.TrailersFollow : WriteFlag.Finish | WriteFlag.End;
  }

  /** @returns whether there was anything to queue, and a stream to queue it for */
  private queue(chunk: Uint8Array | string, encoding: BufferEncoding, flags: number): boolean {
    const core = this.core!;
    const id = this._id!;
    if (typeof chunk === 'string') {
      const copied = this.inFlight > LONG_WRITE ? COPIED : COPIED_TEXT;
      if (chunk.length <= copied && chunk.length > 0 && (encoding === 'utf8' || encoding === 'utf-8')) {
        let most = chunk.length * MOST_PER_UNIT;
        if (most > ROOM_FOR_MOST) most = Buffer.byteLength(chunk);
        if (most <= COPIED_TEXT) return core.writeText(id, chunk, most, flags);
      }
      chunk = Buffer.from(chunk, encoding);
    }
    if (chunk.length === 0) {
      if (flags !== 0) core.finishWrite(id, flags);
      return false;
    }
    if (chunk.length <= COPIED) return core.writeCopy(id, chunk, chunk.length, flags);
    if (!core.writeExternal(id, chunk.length, flags)) return false;
    (this.external ??= []).push(chunk);
    return true;
  }

  /** @returns whether there was anything to queue, and a stream to queue it for */
  private queueAll(chunks: Array<{ chunk: Uint8Array | string; encoding: BufferEncoding }>, flags: number): boolean {
    const core = this.core!;
    const id = this._id!;
    let queued = false;
    // Small chunks are put together: one crossing for as many as fit.
    let length = 0;
    const take = (last: number): void => {
      if (length > 0) queued = core.writeCopy(id, together, length, last) || queued;
      length = 0;
    };
    for (let i = 0; i < chunks.length; i++) {
      const { chunk, encoding } = chunks[i]!;
      const small = typeof chunk !== 'string' && chunk.length <= PUT_TOGETHER && chunk.length > 0;
      if (!small || length + chunk.length > together.length) take(0);
      if (small) {
        together.set(chunk, length);
        length += chunk.length;
      } else {
        queued = this.queue(chunk, encoding, i === chunks.length - 1 ? flags : 0) || queued;
      }
    }
    if (length > 0) take(flags);
    return queued;
  }

  private finishWrite(queued: boolean, callback: WriteCallback): void {
    // The core has closed the stream, which is yet to hear of it: a writer who goes on at each 'drain' would go on for
    // ever in the ticks before.
    if (queued || (this.inFlight > 0 && !isReleased(this._closing))) {
      this.writeCallback = callback;
    } else {
      this.inFlight = 0;
      afterCall(callback);
    }
    this._session!._transport!.schedule();
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    if (this._id === undefined) {
      this.once('ready', () => this._final(callback));
      return;
    }
    // A request that is complete ends with its answer: nghttp2 tells that by itself.
    if (!peerIsDone(this._receiving) || this._closed) this.on('finish', maybeDestroyStream);
    this.sendEnd();
    callback();
    this._publishBodySent();
  }

  private sendEnd(): void {
    const session = this._session;
    if (bodyIsEnded(this._sending) || session?._native === undefined) return;
    session._native.finishWrite(this._id!, this.endBody());
    session._transport!.schedule();
  }

  /** The core is told that all of what was written has been, before a reset. */
  protected endWritten(): void {
    if (this._id !== undefined && this.writableLength === this.inFlight) this.sendEnd();
  }

  /** @internal Queues a piece of a body that does not come through the writable side. */
  _writeBody(chunk: Uint8Array | undefined, last: boolean): void {
    const flags = last ? this.endBody() : WriteFlag.Finish;
    if (chunk !== undefined && chunk.length > 0) this.queue(chunk, 'utf8', flags);
    else this.core!.finishWrite(this._id!, flags);
    this._session!._transport!.schedule();
  }

  /** @internal A body without trailers ends with its last byte, although trailers were announced. */
  _skipTrailers(): void {
    if (this.listenerCount('wantTrailers') === 0) this._sending = sendingAfter(this._sending, SendingInput.NoTrailers);
  }

  /** @internal Nothing that was queued will be sent any more. */
  _dropWrite(): void {
    const { writeCallback } = this;
    if (writeCallback === undefined) return;
    this.writeCallback = undefined;
    this.inFlight = 0;
    afterCall(writeCallback);
  }

  /** @internal All that was queued is in frames. */
  _onWrote(): void {
    this._progress++;
    if (this._bodySource !== undefined) {
      this._bodySource.wrote();
      return;
    }
    const { writeCallback } = this;
    if (writeCallback === undefined) return;
    this.writeCallback = undefined;
    this.inFlight = 0;
    if (this._context !== undefined) this._context.runInAsyncScope(writeCallback, undefined);
    else writeCallback();
  }

  /** @internal Gives away the next `length` bytes of the chunks kept here. */
  _takeExternal(sink: PieceSink, length: number): void {
    this._progress++;
    while (length > 0) {
      const chunk = this.external?.[0];
      const from = this.externalOffset;
      const part = chunk === undefined ? 0 : Math.min(length, chunk.length - from);
      if (part <= 0) {
        // Its memory was transferred away after the write. The frame's length is announced already.
        sink.add(Buffer.alloc(length), 0, length);
        afterCall(destroyStream, this, new TypeError('A chunk was detached before it could be sent'));
        return;
      }
      sink.add(chunk!, from, part);
      length -= part;
      if (from + part === chunk!.length) {
        this.external!.shift();
        this.externalOffset = 0;
      } else {
        this.externalOffset = from + part;
      }
    }
  }

  /** @internal */
  _onWantTrailers(): void {
    afterCall(wantTrailers, this);
  }

  /** @internal */
  _isWriting(): boolean {
    return this.writeCallback !== undefined || this._bodySource !== undefined;
  }
}

function wantTrailers(stream: StreamBase): void {
  stream._sending = sendingAfter(stream._sending, SendingInput.WantTrailers);
  if (stream.destroyed || stream._closed) return;
  const heard = stream.emit('wantTrailers');
  // Whoever has asked for it ends the stream, by sendTrailers() or close(), listener or not. A response has not asked.
  if (!heard && stream._response !== null) stream.sendTrailers({});
}

function destroyStream(stream: StreamBase, error: Error): void {
  stream.destroy(error);
}
