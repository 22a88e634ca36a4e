// Made by tools/door/generate.mjs of tools/door/definition.mjs: change that, and run "npm run generate:door".
// The half of native/core/records.h that reads; docs/records.md has all in one piece.

/** Of all that follows; the addon has the same one, or is refused. */
export const DOOR_HASH = '7d5ff4ec8cff36e8';

/** The first integers of every batch. */
export const enum BatchHeader {
  /** bytes in the output, with those that were there before */
  OutLength = 0,
  /** 1: `pull` stopped for room or budget, call again; negative: nghttp2 has ended the session by itself, with this error */
  More = 1,
  /** number of Segment records */
  Segments = 2,
  /** bytes of the output that the socket has taken already, or -errno */
  Sent = 3,
  /** 1: a stream whose write is through has not ended, so that more may follow when it is told */
  Holds = 4,
  /** bits of Note: what can be asked for */
  Notes = 5,
  /** where in the chunk the portion ends that was received */
  Received = 6,
  /** 1: there are Data records */
  HasData = 7,
  Start = 8,
}

/** What a session can be asked for after `receive` and `pull`, or has to say besides its records. */
export const enum Note {
  /** lines of text (`takeTrace`) */
  Trace = 1,
  /** GOAWAY frames have left (`takeGoaways`) */
  Goaway = 2,
  /** streams have ended that were measured (`takeMeasurements`) */
  Measurements = 4,
  /** a header block has begun and goes on in the next chunk */
  BlockBegins = 8,
  /** it is still the same one */
  BlockGoesOn = 16,
}

/** Bits of the `flags` of the write methods. */
export const enum WriteFlag {
  /** everything written so far belongs to one write of the user */
  Finish = 1,
  /** nothing follows: END_STREAM goes with the last byte */
  End = 2,
  /** together with End: trailers follow, so no END_STREAM yet */
  TrailersFollow = 4,
}

/** Limits that the core, or nghttp2 inside it, enforces by itself: what was counted, and the option that sets the limit. */
export const enum Limit {
  None = 0,
  /** invalid frames */
  InvalidFrames = 1,
  /** streams refused in a row */
  RejectedStreams = 2,
  /** concurrent streams */
  ConcurrentStreams = 3,
  /** bytes of memory */
  SessionMemory = 4,
  /** header fields in a block */
  HeaderListPairs = 5,
  /** bytes of a header list */
  HeaderListSize = 6,
  /** bytes of a header block to send */
  SendHeaderBlock = 7,
  /** RST_STREAM frames received */
  StreamResets = 8,
  /** CONTINUATION frames of a block */
  Continuations = 9,
  /** entries of a SETTINGS frame */
  Settings = 10,
  /** acknowledgements waiting to be sent */
  OutboundAcks = 11,
  /** bytes of a frame */
  FrameSize = 12,
  /** suspicious frames */
  Glitches = 13,
  /** empty frames in a row */
  EmptyFrames = 14,
  /** frames waiting to be sent */
  OutboundFrames = 15,
  /** promised streams */
  ReservedStreams = 16,
  /** bytes of memory of all sessions */
  AllMemory = 17,
}

/** Positions in the array of numbers that carries a session's options; NaN is "not given". */
export const enum OptionIndex {
  /** bytes */
  MaxDeflateDynamicTableSize = 0,
  /** streams */
  MaxReservedRemoteStreams = 1,
  /** bytes */
  MaxSendHeaderBlockLength = 2,
  /** streams */
  PeerMaxConcurrentStreams = 3,
  /** one of `constants.PADDING_STRATEGY_*` */
  PaddingStrategy = 4,
  /** fields */
  MaxHeaderListPairs = 5,
  /** entries */
  MaxSettings = 6,
  /** megabytes of 10^6 bytes */
  MaxSessionMemory = 7,
  /** frames a second; only with the burst */
  StreamResetRate = 8,
  /** frames; only with the rate */
  StreamResetBurst = 9,
  /** other than 0: white space around a value is no error */
  LenientWhitespace = 10,
  /** frames */
  MaxInvalidFrames = 11,
  /** streams */
  MaxRejectedStreams = 12,
  /** given: frames are written down as text */
  Trace = 13,
  /** frames */
  MaxContinuations = 14,
  /** frames */
  MaxOutboundAcks = 15,
  /** frames */
  MaxEmptyFrames = 16,
  /** suspicious frames */
  GlitchBurst = 17,
  /** suspicious frames a second */
  GlitchRate = 18,
  /** given: nghttp2's own count of suspicious frames is in force instead */
  GlitchesOfNghttp2 = 19,
  /** frames */
  MaxOutboundFrames = 20,
  Count = 21,
}

/** Types of frames as they are counted: 0 to 9 of RFC 9113, section 6, and one for all others. */
export const enum FrameSlot {
  Data = 0,
  Headers = 1,
  Priority = 2,
  RstStream = 3,
  Settings = 4,
  PushPromise = 5,
  Ping = 6,
  Goaway = 7,
  WindowUpdate = 8,
  Continuation = 9,
  /** all types that RFC 9113 does not know */
  Other = 10,
  Types = 11,
}

/** Numbers of one stream in what `takeMeasurements` gives. Times are nanoseconds of `now`, 0 for never. */
export const enum MeasuredField {
  Id = 0,
  Start = 1,
  End = 2,
  FirstHeader = 3,
  /** the first of DATA received */
  FirstByte = 4,
  /** the first of DATA sent */
  FirstByteSent = 5,
  /** of DATA, without padding */
  BytesRead = 6,
  /** likewise */
  BytesWritten = 7,
  Count = 8,
}

/** Values of one GOAWAY frame that has left, in what `takeGoaways` gives. */
export const enum GoawayField {
  /** -1 of one that was held back, since another leaves in its place */
  Code = 0,
  LastStreamId = 1,
  /** for which nghttp2 has ended the session by itself */
  Limit = 2,
  Reached = 3,
  Allowed = 4,
  /** a Buffer */
  OpaqueData = 5,
  Count = 6,
}

/** Numbers that `state` gives of a session (`session.state`). */
export const enum StateField {
  EffectiveLocalWindowSize = 0,
  EffectiveRecvDataLength = 1,
  NextStreamId = 2,
  LocalWindowSize = 3,
  LastProcStreamId = 4,
  RemoteWindowSize = 5,
  OutboundQueueSize = 6,
  DeflateDynamicTableSize = 7,
  InflateDynamicTableSize = 8,
  Count = 9,
}

/** Numbers that `streamState` gives of a stream (`stream.state`). */
export const enum StreamStateField {
  State = 0,
  Weight = 1,
  SumDependencyWeight = 2,
  LocalClose = 3,
  RemoteClose = 4,
  LocalWindowSize = 5,
  Count = 6,
}

/** What each limit counts, and the option that sets it. */
export const limitNames: { readonly [limit: number]: readonly [name: string, option: string] } = {
  [Limit.InvalidFrames]: ['invalid frames', 'maxSessionInvalidFrames'],
  [Limit.RejectedStreams]: ['streams refused in a row', 'maxSessionRejectedStreams'],
  [Limit.ConcurrentStreams]: ['concurrent streams', 'settings.maxConcurrentStreams'],
  [Limit.SessionMemory]: ['bytes of memory', 'maxSessionMemory'],
  [Limit.HeaderListPairs]: ['header fields in a block', 'maxHeaderListPairs'],
  [Limit.HeaderListSize]: ['bytes of a header list', 'settings.maxHeaderListSize'],
  [Limit.SendHeaderBlock]: ['bytes of a header block to send', 'maxSendHeaderBlockLength'],
  [Limit.StreamResets]: ['RST_STREAM frames received', 'streamResetBurst'],
  [Limit.Continuations]: ['CONTINUATION frames of a block', 'maxContinuations'],
  [Limit.Settings]: ['entries of a SETTINGS frame', 'maxSettings'],
  [Limit.OutboundAcks]: ['acknowledgements waiting to be sent', 'maxOutboundAcks'],
  [Limit.FrameSize]: ['bytes of a frame', 'settings.maxFrameSize'],
  [Limit.Glitches]: ['suspicious frames', 'glitchBurst'],
  [Limit.EmptyFrames]: ['empty frames in a row', 'maxEmptyFrames'],
  [Limit.OutboundFrames]: ['frames waiting to be sent', 'maxOutboundFrames'],
  [Limit.ReservedStreams]: ['promised streams', 'maxReservedRemoteStreams'],
  [Limit.AllMemory]: ['bytes of memory of all sessions', 'setMemoryLimit'],
};

/** What happened, and the fields that follow. */
export const enum Record {
  /**
   * A header block has been received. id, category, flags, fieldCount, pairInts; then for each field a name and a value, see
   * below
   */
  Headers = 1,
  /** DATA was received: where in the chunk. id, offset, length */
  Data = 2,
  /** DATA with END_STREAM was received. id */
  EndStream = 3,
  /** nghttp2 has closed the stream, with an HTTP/2 error code. id, code */
  Close = 4,
  /**
   * SETTINGS were received: those of the peer that are now in force. reported, customCount; then identifier and value of each
   * custom setting that is watched
   */
  Settings = 5,
  /** Our SETTINGS were acknowledged: those of ours that are now in force. reported */
  SettingsAck = 6,
  /** Both halves of the payload, each big-endian as on the wire. first, second */
  Ping = 7,
  /** Likewise. first, second */
  PingAck = 8,
  /** GOAWAY was received. code, lastStreamId, length; bytes: length */
  Goaway = 9,
  /** ALTSVC was received (RFC 7838). id, originLength, valueLength; bytes: originLength, valueLength */
  Altsvc = 10,
  /** ORIGIN was received (RFC 8336). count; then the length of each origin; bytes: each of these */
  Origin = 11,
  /** PRIORITY was received. id, parent, weight, exclusive */
  Priority = 12,
  /** A frame could not be sent. id, frameType, code */
  FrameError = 13,
  /** All that was queued for the stream has been put into frames. id */
  Wrote = 14,
  /** The body is sent, and trailers are awaited. id */
  WantTrailers = 15,
  /** The session cannot go on: an error of nghttp2, and a Limit. error, limit */
  SessionError = 16,
  /** Bytes that the writer has kept belong here in the output. offset, id, length */
  Segment = 17,
  /**
   * A limit is met: a stream is refused, or the session ends (id 0), and SessionError follows. Halves of what was reached and
   * of what is allowed. limit, id, reachedLow, reachedHigh, allowedLow, allowedHigh
   */
  LimitHit = 18,
}

const recordNames = ['Headers', 'Data', 'EndStream', 'Close', 'Settings', 'SettingsAck', 'Ping', 'PingAck',
  'Goaway', 'Altsvc', 'Origin', 'Priority', 'FrameError', 'Wrote', 'WantTrailers', 'SessionError', 'Segment',
  'LimitHit'];

/** How many settings have their values in a record. */
export const REPORTED_SETTINGS = 7;

/** Their identifiers, in the order of the values. */
export const reportedSettings: readonly number[] = [1, 2, 3, 4, 5, 6, 8];

/** Positions in the array of numbers that tells how a session, or all of them, are. */
export const enum Stat {
  // -- counters: They only rise, and those of several sessions can be added.
  BytesReceived = 0,
  BytesSent = 1,
  /** bytes of DATA, without padding */
  DataReceived = 2,
  /** likewise */
  DataSent = 3,
  /** one for each FrameSlot */
  FramesReceived = 4,
  /** likewise */
  FramesSent = 15,
  /** streams */
  OpenedHere = 26,
  /** streams */
  OpenedByPeer = 27,
  /** streams */
  Refused = 28,
  /** streams */
  Closed = 29,
  /** bytes of names and values */
  FieldsReceived = 30,
  /** bytes of the frames that carried them */
  FieldsReceivedOnWire = 31,
  FieldsSent = 32,
  FieldsSentOnWire = 33,
  /** values of fields that were known */
  CacheHits = 34,
  CacheMisses = 35,
  /** streams that had something to send and no window */
  Stalls = 36,
  /** for how long */
  StalledNs = 37,
  MeasuredStreams = 38,
  MeasuredNs = 39,
  // -- gauges: How things are now.
  OpenStreams = 40,
  StalledStreams = 41,
  CacheEntries = 42,
  CacheBytes = 43,
  /** bytes, as `maxSessionMemory` counts them */
  Memory = 44,
  /** of these, what nghttp2 has allocated */
  NgMemory = 45,
  /** header blocks of open streams */
  FieldMemory = 46,
  /** written and not sent */
  Queued = 47,
  /** received and not read */
  Held = 48,
  // -- session: Of one session only.
  PeakStreams = 49,
  StartNs = 50,
  InvalidFrames = 51,
  RejectedInARow = 52,
  Resets = 53,
  LargestPairs = 54,
  LargestList = 55,
  MaxConcurrentStreams = 56,
  MaxSessionMemory = 57,
  MaxInvalidFrames = 58,
  MaxRejectedStreams = 59,
  MaxHeaderListPairs = 60,
  MaxHeaderListSize = 61,
  ResetBurst = 62,
  LargestContinuations = 63,
  MaxContinuations = 64,
  EmptyFrames = 65,
  MaxEmptyFrames = 66,
  Glitches = 67,
  GlitchBurst = 68,
  LargestSettings = 69,
  MaxSettings = 70,
  AcksWaiting = 71,
  MaxOutboundAcks = 72,
  FramesWaiting = 73,
  MaxOutboundFrames = 74,
  Reserved = 75,
  MaxReserved = 76,
  // -- environment: Of all sessions of an environment, in place of those of one session.
  SessionsOpen = 49,
  SessionsOpened = 50,
  Count = 77,
  TotalCount = 51,
}

/**
 * Integers of a record, its type included.
 *
 * @throws for a record of a type that this code does not know
 */
export function sizeOfRecord(ints: Int32Array, at: number): number {
  switch (ints[at]) {
    case Record.Headers:
      return 6 + ints[at + 5]!;
    case Record.Data:
    case Record.Goaway:
    case Record.Altsvc:
    case Record.FrameError:
    case Record.Segment:
      return 4;
    case Record.EndStream:
    case Record.Wrote:
    case Record.WantTrailers:
      return 2;
    case Record.Close:
    case Record.Ping:
    case Record.PingAck:
    case Record.SessionError:
      return 3;
    case Record.Settings:
      return 9 + 2 * ints[at + 8]!;
    case Record.SettingsAck:
      return 8;
    case Record.Origin:
      return 2 + ints[at + 1]!;
    case Record.Priority:
      return 5;
    case Record.LimitHit:
      return 7;
    default:
      throw unknownRecord(ints, at);
  }
}

/** The error for a record that nobody here reads. */
export function unknownRecord(ints: Int32Array, at: number): Error {
  const type = ints[at]!;
  const name = recordNames[type - 1];
  return new Error(`duetto: a record of type ${type} (${name ?? 'unknown'}) at ${at} of a batch is none that can be read here`);
}
