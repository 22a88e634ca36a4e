// The reader's half of native/core/records.h; a test compares the numbers.

/** The first integers of every batch. */
export const enum BatchHeader {
  OutLength = 0,
  More = 1,
  Segments = 2,
  Sent = 3,
  Holds = 4,
  Notes = 5,
  Received = 6,
  HasData = 7,
  Start = 8,
}

/** Bits of the notes: what the session can be asked for after a call. */
export const enum Note {
  Trace = 1,
  Goaway = 2,
  Measurements = 4,
  /** A header block has begun and goes on in the next chunk. */
  BlockBegins = 8,
  BlockGoesOn = 16,
}

/** What happened, and the fields that follow. */
export const enum Record {
  /** id, category, flags, header count, integers of the pairs; then the pairs */
  Headers = 1,
  /** id, offset in the received chunk, length */
  Data = 2,
  /** id */
  EndStream = 3,
  /** id, HTTP/2 error code */
  Close = 4,
  /** values of the reported settings, number of custom entries; then pairs of (identifier, value) */
  Settings = 5,
  /** values of the reported settings */
  SettingsAck = 6,
  /** both halves of the payload */
  Ping = 7,
  PingAck = 8,
  /** code, last stream id, length of the opaque data */
  Goaway = 9,
  /** id, length of the origin, length of the value */
  Altsvc = 10,
  /** number of origins; then the length of each */
  Origin = 11,
  /** id, parent, weight, exclusive */
  Priority = 12,
  /** id, frame type, HTTP/2 error code */
  FrameError = 13,
  /** id */
  Wrote = 14,
  /** id */
  WantTrailers = 15,
  /** nghttp2 error code, limit */
  SessionError = 16,
  /** offset in the output, id, length */
  Segment = 17,
  /** limit, id or 0, what was reached (low, high half), what is allowed (likewise) */
  LimitHit = 18,
}

/** How many settings have their values in a record: identifiers 1 to 6, and 8. */
export const REPORTED_SETTINGS = 7;

/** Limits that the core, or nghttp2 in it, enforces by itself. */
export const enum Limit {
  None = 0,
  InvalidFrames = 1,
  RejectedStreams = 2,
  ConcurrentStreams = 3,
  SessionMemory = 4,
  HeaderListPairs = 5,
  HeaderListSize = 6,
  SendHeaderBlock = 7,
  StreamResets = 8,
  Continuations = 9,
  Settings = 10,
  OutboundAcks = 11,
  FrameSize = 12,
  Glitches = 13,
  EmptyFrames = 14,
  OutboundFrames = 15,
  ReservedStreams = 16,
  AllMemory = 17,
}

/** Types 0 to 9 of RFC 9113, section 6, and one for all others. */
export const FRAME_TYPES = 11;

/** Positions in the array of numbers that tells how a session, or all of them, are. See native/core/counters.h. */
export const enum Stat {
  BytesReceived,
  BytesSent,
  DataReceived,
  DataSent,
  FramesReceived,
  FramesSent = FramesReceived + 11,
  OpenedHere = FramesSent + 11,
  OpenedByPeer,
  Refused,
  Closed,
  FieldsReceived,
  FieldsReceivedOnWire,
  FieldsSent,
  FieldsSentOnWire,
  CacheHits,
  CacheMisses,
  Stalls,
  StalledNs,
  MeasuredStreams,
  MeasuredNs,

  OpenStreams,
  StalledStreams,
  CacheEntries,
  CacheBytes,
  Memory,
  NgMemory,
  FieldMemory,
  Queued,
  Held,

  PeakStreams,
  StartNs,
  InvalidFrames,
  RejectedInARow,
  Resets,
  LargestPairs,
  LargestList,
  MaxConcurrentStreams,
  MaxSessionMemory,
  MaxInvalidFrames,
  MaxRejectedStreams,
  MaxHeaderListPairs,
  MaxHeaderListSize,
  ResetBurst,
  LargestContinuations,
  MaxContinuations,
  EmptyFrames,
  MaxEmptyFrames,
  Glitches,
  GlitchBurst,
  LargestSettings,
  MaxSettings,
  AcksWaiting,
  MaxOutboundAcks,
  FramesWaiting,
  MaxOutboundFrames,
  Reserved,
  MaxReserved,
  Count,

  SessionsOpen = PeakStreams,
  SessionsOpened,
  TotalCount,
}

/** Positions in the array of numbers that carries a session's options; NaN is "not given". */
export const enum OptionIndex {
  MaxDeflateDynamicTableSize,
  MaxReservedRemoteStreams,
  MaxSendHeaderBlockLength,
  PeerMaxConcurrentStreams,
  PaddingStrategy,
  MaxHeaderListPairs,
  MaxSettings,
  MaxSessionMemory,
  StreamResetRate,
  StreamResetBurst,
  LenientWhitespace,
  MaxInvalidFrames,
  MaxRejectedStreams,
  Trace,
  MaxContinuations,
  MaxOutboundAcks,
  MaxEmptyFrames,
  GlitchBurst,
  GlitchRate,
  GlitchesOfNghttp2,
  MaxOutboundFrames,
  Count,
}
