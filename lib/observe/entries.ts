import { performance, PerformanceEntry } from 'node:perf_hooks';
import { native } from '../binding/load.js';
import { FrameSlot, MeasuredField, Stat } from '../binding/records.js';
import { constants } from '../constants.js';
import type { ObservedSession } from './observed-session.js';
import type { SessionDetail, StreamDetail } from './types.js';

// The class of Node has a constructor that refuses, and a name that users compare with: ours has its prototype only.
const own = Object.create(PerformanceEntry.prototype) as object;

/** An entry of type 'http2'. Its details can be read from the entry itself too, as always. */
export class Http2PerformanceEntry {
  readonly #name: string;
  readonly #startTime: number;
  readonly #duration: number;
  readonly #detail: StreamDetail | SessionDetail;

  constructor(name: 'Http2Stream' | 'Http2Session', startTime: number, duration: number, detail: StreamDetail | SessionDetail) {
    this.#name = name;
    this.#startTime = startTime;
    this.#duration = duration;
    this.#detail = detail;
    Object.assign(this, detail);
  }

  get name(): string {
    return this.#name;
  }

  get entryType(): 'http2' {
    return 'http2';
  }

  /** Milliseconds since `performance.timeOrigin`. */
  get startTime(): number {
    return this.#startTime;
  }

  /** Milliseconds. */
  get duration(): number {
    return this.#duration;
  }

  get detail(): StreamDetail | SessionDetail {
    return this.#detail;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}
Object.setPrototypeOf(Http2PerformanceEntry.prototype, own);

type Sink = (entry: Http2PerformanceEntry) => void;

let sink: Sink | undefined;

/** Entries go to `to` from now on; without it nobody observes, and nothing is measured. */
export function observeEntries(to: Sink | undefined): void {
  const measured = sink !== undefined;
  sink = to;
  if (measured !== (to !== undefined)) native.setMeasuring(!measured);
}

let offset: number | undefined;

/** The core's clock as milliseconds of `performance.now`. */
function toMilliseconds(ns: number): number {
  offset ??= performance.now() - native.now() / 1e6;
  return ns / 1e6 + offset;
}

/** @param measured numbers as `MeasuredField` has them, for each stream */
export function addStreamEntries(measured: Float64Array): void {
  if (sink === undefined) return;
  for (let at = 0; at + MeasuredField.Count <= measured.length; at += MeasuredField.Count) {
    const start = measured[at + MeasuredField.Start]!;
    const since = (field: MeasuredField): number => {
      const time = measured[at + field]!;
      return time === 0 ? 0 : (time - start) / 1e6;
    };
    sink(new Http2PerformanceEntry('Http2Stream', toMilliseconds(start), (measured[at + MeasuredField.End]! - start) / 1e6, {
      bytesRead: measured[at + MeasuredField.BytesRead]!,
      bytesWritten: measured[at + MeasuredField.BytesWritten]!,
      id: measured[at + MeasuredField.Id]!,
      timeToFirstByte: since(MeasuredField.FirstByte),
      timeToFirstByteSent: since(MeasuredField.FirstByteSent),
      timeToFirstHeader: since(MeasuredField.FirstHeader),
    }));
  }
}

/** A session ends. @param stats see Stat */
export function addSessionEntry(session: ObservedSession, stats: Float64Array): void {
  if (sink === undefined) return;
  const frames = (from: Stat): number => stats.subarray(from, from + FrameSlot.Types).reduce((sum, n) => sum + n, 0);
  const start = stats[Stat.StartNs]!;
  const measured = stats[Stat.MeasuredStreams]!;
  const { _pingRTT: pingRTT } = session;
  sink(new Http2PerformanceEntry('Http2Session', toMilliseconds(start), (native.now() - start) / 1e6, {
    bytesWritten: stats[Stat.BytesSent]!,
    bytesRead: stats[Stat.BytesReceived]!,
    framesReceived: frames(Stat.FramesReceived),
    framesSent: frames(Stat.FramesSent),
    maxConcurrentStreams: stats[Stat.PeakStreams]!,
    ...(pingRTT === undefined ? {} : { pingRTT }),
    streamAverageDuration: measured === 0 ? 0 : stats[Stat.MeasuredNs]! / 1e6 / measured,
    streamCount: stats[Stat.OpenedHere]! + stats[Stat.OpenedByPeer]!,
    type: session.type === constants.NGHTTP2_SESSION_SERVER ? 'server' : 'client',
  }));
}
