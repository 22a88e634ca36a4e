import { native } from '../binding/load.js';
import { Stat } from '../binding/records.js';
import { constants } from '../constants.js';
import type { Http2Session } from '../session/session.js';

/** Frames by their type (RFC 9113, section 6); ALTSVC, ORIGIN and unknown ones are `other`. */
export interface FrameCounts {
  readonly total: number;
  readonly data: number;
  readonly headers: number;
  readonly priority: number;
  readonly rstStream: number;
  readonly settings: number;
  readonly pushPromise: number;
  readonly ping: number;
  readonly goaway: number;
  readonly windowUpdate: number;
  /** Received only: blocks that are sent count as one frame. */
  readonly continuation: number;
  readonly other: number;
}

/** How well HPACK (RFC 7541) did in one direction. */
export interface Compression {
  /** Octets of names and values. */
  readonly fields: number;
  /** Octets of the frames that carried them. */
  readonly frames: number;
  /** `frames` divided by `fields`; 0 before the first block. Small is good. */
  readonly ratio: number;
}

/** What one session, or all of them, have counted. */
export interface Traffic {
  /** Octets on the connection, those of TLS not counted. */
  readonly bytes: { readonly received: number; readonly sent: number };
  /** Octets of DATA, padding not counted. */
  readonly data: { readonly received: number; readonly sent: number };
  readonly frames: { readonly received: FrameCounts; readonly sent: FrameCounts };
  readonly streams: {
    readonly open: number;
    /** Requests made and pushes promised here. */
    readonly openedHere: number;
    readonly openedByPeer: number;
    readonly closed: number;
    /** By a limit of this side, also those that were let in and then passed one. */
    readonly refused: number;
    /** RST_STREAM frames. */
    readonly resetReceived: number;
    readonly resetSent: number;
  };
  /** Header values of the peer that did not have to be decoded again, and those that had. */
  readonly headerCache: { readonly hits: number; readonly misses: number; readonly entries: number; readonly bytes: number };
  readonly compression: { readonly received: Compression; readonly sent: Compression };
  readonly flowControl: {
    /** How often a stream had something to send and the peer's window (its own or the connection's) let nothing out. */
    readonly stalls: number;
    /** Milliseconds of it, of all streams together, those that wait now included. */
    readonly stalledTime: number;
    /** Streams that wait now. */
    readonly stalledStreams: number;
  };
  /** Octets outside of JavaScript's heap. */
  readonly memory: {
    /** What `maxSessionMemory` counts: all of the following, and the streams. */
    readonly total: number;
    readonly nghttp2: number;
    /** Header blocks of open streams. */
    readonly headers: number;
    /** Written and not sent yet; large chunks are in JavaScript's memory. */
    readonly queued: number;
  };
}

/** How near a limit is. */
export interface LimitUse {
  readonly reached: number;
  /** What is allowed. */
  readonly value: number;
  /** `reached` divided by `value`. */
  readonly ratio: number;
}

/** What `session.stats()` gives. */
export interface SessionStats extends Traffic {
  readonly type: 'server' | 'client';
  /** Milliseconds since the connection stood. */
  readonly age: number;
  /** Streams open at once, at most. */
  readonly peakStreams: number;
  /** Milliseconds until the last PING was answered, undefined without one. */
  readonly pingRTT: number | undefined;
  /** By the option that sets each (docs/limits.md); empty before the session is connected. */
  readonly limits: { readonly [option: string]: LimitUse };
}

/** What `duetto.stats()` gives: all sessions of this thread, those that are gone too. */
export interface TotalStats extends Traffic {
  readonly sessions: { readonly open: number; readonly opened: number };
}

function framesAt(n: Float64Array, at: number): FrameCounts {
  let total = 0;
  for (let i = 0; i < 11; i++) total += n[at + i]!;
  return {
    total,
    data: n[at]!,
    headers: n[at + 1]!,
    priority: n[at + 2]!,
    rstStream: n[at + 3]!,
    settings: n[at + 4]!,
    pushPromise: n[at + 5]!,
    ping: n[at + 6]!,
    goaway: n[at + 7]!,
    windowUpdate: n[at + 8]!,
    continuation: n[at + 9]!,
    other: n[at + 10]!,
  };
}

function compression(fields: number, frames: number): Compression {
  return { fields, frames, ratio: fields === 0 ? 0 : frames / fields };
}

function traffic(n: Float64Array): Traffic {
  const received = framesAt(n, Stat.FramesReceived);
  const sent = framesAt(n, Stat.FramesSent);
  return {
    bytes: { received: n[Stat.BytesReceived]!, sent: n[Stat.BytesSent]! },
    data: { received: n[Stat.DataReceived]!, sent: n[Stat.DataSent]! },
    frames: { received, sent },
    streams: {
      open: n[Stat.OpenStreams]!,
      openedHere: n[Stat.OpenedHere]!,
      openedByPeer: n[Stat.OpenedByPeer]!,
      closed: n[Stat.Closed]!,
      refused: n[Stat.Refused]!,
      resetReceived: received.rstStream,
      resetSent: sent.rstStream,
    },
    headerCache: {
      hits: n[Stat.CacheHits]!, misses: n[Stat.CacheMisses]!, entries: n[Stat.CacheEntries]!, bytes: n[Stat.CacheBytes]!,
    },
    compression: {
      received: compression(n[Stat.FieldsReceived]!, n[Stat.FieldsReceivedOnWire]!),
      sent: compression(n[Stat.FieldsSent]!, n[Stat.FieldsSentOnWire]!),
    },
    flowControl: {
      stalls: n[Stat.Stalls]!, stalledTime: n[Stat.StalledNs]! / 1e6, stalledStreams: n[Stat.StalledStreams]!,
    },
    memory: {
      total: n[Stat.Memory]!, nghttp2: n[Stat.NgMemory]!, headers: n[Stat.FieldMemory]!, queued: n[Stat.Queued]!,
    },
  };
}

function use(reached: number, value: number): LimitUse {
  return { reached, value, ratio: value > 0 ? reached / value : reached > 0 ? Infinity : 0 };
}

function limits(session: Http2Session, n: Float64Array): SessionStats['limits'] {
  const server = session.type === constants.NGHTTP2_SESSION_SERVER;
  return {
    'settings.maxConcurrentStreams': use(
      server ? n[Stat.OpenStreams]! : n[Stat.OpenedByPeer]! === 0 ? 0 : n[Stat.OpenStreams]!, n[Stat.MaxConcurrentStreams]!),
    maxSessionMemory: use(n[Stat.Memory]!, n[Stat.MaxSessionMemory]!),
    maxSessionInvalidFrames: use(n[Stat.InvalidFrames]!, n[Stat.MaxInvalidFrames]!),
    maxSessionRejectedStreams: use(n[Stat.RejectedInARow]!, n[Stat.MaxRejectedStreams]!),
    maxHeaderListPairs: use(n[Stat.LargestPairs]!, n[Stat.MaxHeaderListPairs]!),
    'settings.maxHeaderListSize': use(n[Stat.LargestList]!, n[Stat.MaxHeaderListSize]!),
    ...(server ? { streamResetBurst: use(n[Stat.Resets]!, n[Stat.ResetBurst]!) } : {}),
    maxOutstandingPings: use(session._pings.size, session._pings.limit),
    maxOutstandingSettings: use(session._settings.size, session._settings.limit),
    ...(server ? {} : { maxOriginSetSize: use(session._originSet?.size ?? 0, session._maxOriginSetSize) }),
  };
}

const own = new Float64Array(Stat.Count);

/** Numbers of one session; its last ones once it is destroyed. */
export function sessionStats(session: Http2Session): SessionStats {
  const n = session._finalStats ?? own;
  const known = session._finalStats !== undefined || session._native?.stats(own) === true;
  if (!known) own.fill(0);
  return {
    type: session.type === constants.NGHTTP2_SESSION_SERVER ? 'server' : 'client',
    age: known ? (native.now() - n[Stat.StartNs]!) / 1e6 : 0,
    ...traffic(n),
    peakStreams: n[Stat.PeakStreams]!,
    pingRTT: session._pingRTT,
    limits: known ? limits(session, n) : {},
  };
}

const all = new Float64Array(Stat.TotalCount);

/**
 * What all sessions of this thread have counted since the start, and how they are now. Sessions of other worker threads
 * are not among them.
 */
export function stats(): TotalStats {
  native.stats(all);
  return { sessions: { open: all[Stat.SessionsOpen]!, opened: all[Stat.SessionsOpened]! }, ...traffic(all) };
}
