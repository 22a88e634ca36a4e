import { AsyncResource } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { ERR_HTTP2_PING_CANCEL, ERR_HTTP2_SETTINGS_CANCEL } from '../errors/index.js';
import type { Settings } from '../settings/values.js';

export type PingCallback = (err: Error | null, duration: number, payload: Buffer) => void;
export type SettingsCallback = (err: Error | null, settings?: Settings, duration?: number) => void;

interface Sent<T> {
  readonly what: T;
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
}

/** Frames that the peer has to acknowledge, in order: SETTINGS and PING (RFC 9113, sections 6.5.3 and 6.7). */
export class Acknowledged<T> {
  /** Undefined while nothing waits: most sessions have little to wait for. */
  #waiting: Array<Sent<T>> | undefined;

  /** @param limit how many may wait: a peer that never answers must not cost memory without end */
  constructor(readonly limit: number) {}

  get full(): boolean {
    return this.size >= this.limit;
  }

  get size(): number {
    return this.#waiting?.length ?? 0;
  }

  sent(what: T): void {
    (this.#waiting ??= []).push({ what, at: performance.now() });
  }

  /** What is now acknowledged and after how many milliseconds, undefined if nothing was waiting. */
  acknowledge(): { what: T; duration: number } | undefined {
    const first = this.#waiting?.shift();
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    return first && { what: first.what, duration: performance.now() - first.at };
  }

  /** All that will never be acknowledged. */
  cancel(): T[] {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    return waiting.map((sent) => sent.what);
  }
}

export function cancelPing(callback: PingCallback, error: Error = new ERR_HTTP2_PING_CANCEL()): void {
  (callback as (err: Error) => void)(error);
}

/** A callback that runs in the asynchronous context in which the frame was sent. */
export function inContext(type: string, callback: PingCallback): PingCallback {
  const context = new AsyncResource(type, { requireManualDestroy: true });
  return (...args) => {
    try {
      context.runInAsyncScope(callback, undefined, ...args);
    } finally {
      context.emitDestroy();
    }
  };
}

export function cancelSettings(callback: SettingsCallback | undefined): void {
  if (typeof callback === 'function') callback(new ERR_HTTP2_SETTINGS_CANCEL());
}

/** The memory of any view. */
export function bytesOf(view: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Eight bytes: those given, else the time, little-endian. */
export function pingPayload(given: NodeJS.ArrayBufferView | undefined): Uint8Array {
  if (given) return bytesOf(given);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(process.hrtime.bigint());
  return time;
}
