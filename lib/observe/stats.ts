import { native } from '../binding/load.js';
import { FrameSlot, Stat } from '../binding/records.js';
import { constants } from '../constants.js';
import type { ObservedSession } from './observed-session.js';
import type { Compression, FrameCounts, LimitUse, SessionStats, TotalStats, Traffic } from './types.js';

function framesAt(n: Float64Array, at: number): FrameCounts {
  let total = 0;
  for (let i = 0; i < FrameSlot.Types; i++) total += n[at + i]!;
  return {
    total,
    data: n[at + FrameSlot.Data]!,
    headers: n[at + FrameSlot.Headers]!,
    priority: n[at + FrameSlot.Priority]!,
    rstStream: n[at + FrameSlot.RstStream]!,
    settings: n[at + FrameSlot.Settings]!,
    pushPromise: n[at + FrameSlot.PushPromise]!,
    ping: n[at + FrameSlot.Ping]!,
    goaway: n[at + FrameSlot.Goaway]!,
    windowUpdate: n[at + FrameSlot.WindowUpdate]!,
    continuation: n[at + FrameSlot.Continuation]!,
    other: n[at + FrameSlot.Other]!,
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
      total: n[Stat.Memory]!, nghttp2: n[Stat.NgMemory]!, headers: n[Stat.FieldMemory]!, queued: n[Stat.Queued]!, unread: n[Stat.Held]!,
    },
  };
}

function use(reached: number, value: number): LimitUse {
  return { reached, value, ratio: value > 0 ? reached / value : reached > 0 ? Infinity : 0 };
}

function limits(session: ObservedSession, n: Float64Array): SessionStats['limits'] {
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
    maxContinuations: use(n[Stat.LargestContinuations]!, n[Stat.MaxContinuations]!),
    maxEmptyFrames: use(n[Stat.EmptyFrames]!, n[Stat.MaxEmptyFrames]!),
    maxSettings: use(n[Stat.LargestSettings]!, n[Stat.MaxSettings]!),
    maxOutboundAcks: use(n[Stat.AcksWaiting]!, n[Stat.MaxOutboundAcks]!),
    maxOutboundFrames: use(n[Stat.FramesWaiting]!, n[Stat.MaxOutboundFrames]!),
    glitchBurst: use(n[Stat.Glitches]!, n[Stat.GlitchBurst]!),
    ...times(session),
    maxOutstandingPings: use(session._pings.size, session._pings.limit),
    maxOutstandingSettings: use(session._settings.outstanding.size, session._settings.outstanding.limit),
    ...(server ? {} : { maxReservedRemoteStreams: use(n[Stat.Reserved]!, n[Stat.MaxReserved]!) }),
    ...(server ? {} : { maxOriginSetSize: use(session._originSet?.size ?? 0, session._maxOriginSetSize) }),
  };
}

/** Those that are on. */
function times({ _deadlines: deadlines }: ObservedSession): SessionStats['limits'] {
  const headers = deadlines?.headersUse();
  const stalled = deadlines?.stallUse();
  return {
    ...(headers === undefined ? {} : { headersTimeout: use(headers.time, headers.timeout) }),
    ...(stalled === undefined ? {} : { stalledWriteTimeout: use(stalled.time, stalled.timeout) }),
  };
}

const own = new Float64Array(Stat.Count);

/** Numbers of one session; its last ones once it is destroyed. */
export function sessionStats(session: ObservedSession): SessionStats {
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
