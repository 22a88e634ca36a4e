import fs = require('node:fs');
import { constants } from '../constants.js';
import type { BodySource } from './base.js';
import type { Http2Stream } from './stream.js';

/** Bytes of one read. */
const CHUNK = 64 * 1024;
/** Read ahead while the socket takes what was read: one chunk is sent, the next ones wait. */
const MAX_QUEUED = 4;

/** Reads a file and queues it on a stream, as fast as that takes it. */
export class FileBody implements BodySource {
  private position: number | null;
  /** Bytes still to read, -1 for as many as there are. */
  private left: number;
  private queued = 0;
  private reading = false;
  private ended = false;
  private stopped = false;

  /**
   * @param offset of the first byte; below 0 for a descriptor that cannot seek
   * @param length in bytes, below 0 for all
   * @param close what to do with the descriptor when it is no longer needed
   */
  constructor(
    private readonly stream: Http2Stream, private readonly fd: number, offset: number, length: number,
    private readonly close: ((fd: number) => void) | undefined,
  ) {
    // By position: where the descriptor stands is for nobody to know who uses it a second time.
    this.position = offset < 0 ? null : offset;
    this.left = length;
    this.read();
  }

  wrote(): void {
    this.queued = 0;
    if (this.ended) this.finish();
    else this.read();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    if (!this.reading) this.close?.(this.fd);
  }

  private read(): void {
    if (this.reading || this.ended || this.stopped || this.queued >= MAX_QUEUED) return;
    if (this.left === 0) {
      this.end(undefined);
      return;
    }
    const size = this.left < 0 ? CHUNK : Math.min(CHUNK, this.left);
    this.reading = true;
    fs.read(this.fd, Buffer.allocUnsafeSlow(size), 0, size, this.position, this.onRead);
  }

  private readonly onRead = (error: NodeJS.ErrnoException | null, count: number, chunk: Buffer): void => {
    this.reading = false;
    if (this.stopped) {
      this.close?.(this.fd);
      return;
    }
    if (error?.code === 'ESPIPE' && this.position === 0) {
      // A pipe, of which nothing has been read.
      this.position = null;
      this.read();
      return;
    }
    if (error) {
      this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      return;
    }
    if (count === 0) {
      this.end(undefined);
      return;
    }
    if (this.position !== null) this.position += count;
    if (this.left > 0) this.left -= count;
    const piece = count === chunk.length ? chunk : chunk.subarray(0, count);
    if (this.left === 0) {
      this.end(piece);
      return;
    }
    this.queued++;
    this.stream._writeBody(piece, false);
    this.read();
  };

  private end(piece: Buffer | undefined): void {
    this.ended = true;
    this.stream._writeBody(piece, true);
    if (piece === undefined && this.queued === 0) this.finish();
  }

  private finish(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.stream._bodySource = undefined;
    this.close?.(this.fd);
  }
}
