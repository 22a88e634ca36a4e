// Made by tools/door/generate.mjs of tools/door/definition.mjs: change that, and run "npm run generate:door".
// What the two halves of duetto tell each other, in docs/records.md in one piece.
#ifndef DUETTO_CORE_RECORDS_H_
#define DUETTO_CORE_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace duetto {

// Of all that follows; lib/binding/records.ts has the same one, or the addon is refused.
inline constexpr char kDoorHash[] = "7d5ff4ec8cff36e8";

// The first integers of every batch.
enum BatchHeader : int32_t {
  // bytes in the output, with those that were there before
  kBatchOutLength = 0,
  // 1: `pull` stopped for room or budget, call again; negative: nghttp2 has ended the session by
  // itself, with this error
  kBatchMore = 1,
  // number of Segment records
  kBatchSegments = 2,
  // bytes of the output that the socket has taken already, or -errno
  kBatchSent = 3,
  // 1: a stream whose write is through has not ended, so that more may follow when it is told
  kBatchHolds = 4,
  // bits of Note: what can be asked for
  kBatchNotes = 5,
  // where in the chunk the portion ends that was received
  kBatchReceived = 6,
  // 1: there are Data records
  kBatchHasData = 7,
  kBatchStart = 8,
};

// What a session can be asked for after `receive` and `pull`, or has to say besides its records.
enum Note : int32_t {
  // lines of text (`takeTrace`)
  kNoteTrace = 1,
  // GOAWAY frames have left (`takeGoaways`)
  kNoteGoaway = 2,
  // streams have ended that were measured (`takeMeasurements`)
  kNoteMeasurements = 4,
  // a header block has begun and goes on in the next chunk
  kNoteBlockBegins = 8,
  // it is still the same one
  kNoteBlockGoesOn = 16,
};

// Bits of the `flags` of the write methods.
enum WriteFlag : int32_t {
  // everything written so far belongs to one write of the user
  kWriteFinish = 1,
  // nothing follows: END_STREAM goes with the last byte
  kWriteEnd = 2,
  // together with End: trailers follow, so no END_STREAM yet
  kWriteTrailersFollow = 4,
};

// Limits that the core, or nghttp2 inside it, enforces by itself: what was counted, and the option
// that sets the limit.
enum Limit : int32_t {
  kLimitNone = 0,
  // invalid frames
  kLimitInvalidFrames = 1,
  // streams refused in a row
  kLimitRejectedStreams = 2,
  // concurrent streams
  kLimitConcurrentStreams = 3,
  // bytes of memory
  kLimitSessionMemory = 4,
  // header fields in a block
  kLimitHeaderListPairs = 5,
  // bytes of a header list
  kLimitHeaderListSize = 6,
  // bytes of a header block to send
  kLimitSendHeaderBlock = 7,
  // RST_STREAM frames received
  kLimitStreamResets = 8,
  // CONTINUATION frames of a block
  kLimitContinuations = 9,
  // entries of a SETTINGS frame
  kLimitSettings = 10,
  // acknowledgements waiting to be sent
  kLimitOutboundAcks = 11,
  // bytes of a frame
  kLimitFrameSize = 12,
  // suspicious frames
  kLimitGlitches = 13,
  // empty frames in a row
  kLimitEmptyFrames = 14,
  // frames waiting to be sent
  kLimitOutboundFrames = 15,
  // promised streams
  kLimitReservedStreams = 16,
  // bytes of memory of all sessions
  kLimitAllMemory = 17,
};

// Positions in the array of numbers that carries a session's options; NaN is "not given".
enum OptionIndex : int32_t {
  // bytes
  kOptMaxDeflateDynamicTableSize = 0,
  // streams
  kOptMaxReservedRemoteStreams = 1,
  // bytes
  kOptMaxSendHeaderBlockLength = 2,
  // streams
  kOptPeerMaxConcurrentStreams = 3,
  // one of `constants.PADDING_STRATEGY_*`
  kOptPaddingStrategy = 4,
  // fields
  kOptMaxHeaderListPairs = 5,
  // entries
  kOptMaxSettings = 6,
  // megabytes of 10^6 bytes
  kOptMaxSessionMemory = 7,
  // frames a second; only with the burst
  kOptStreamResetRate = 8,
  // frames; only with the rate
  kOptStreamResetBurst = 9,
  // other than 0: white space around a value is no error
  kOptLenientWhitespace = 10,
  // frames
  kOptMaxInvalidFrames = 11,
  // streams
  kOptMaxRejectedStreams = 12,
  // given: frames are written down as text
  kOptTrace = 13,
  // frames
  kOptMaxContinuations = 14,
  // frames
  kOptMaxOutboundAcks = 15,
  // frames
  kOptMaxEmptyFrames = 16,
  // suspicious frames
  kOptGlitchBurst = 17,
  // suspicious frames a second
  kOptGlitchRate = 18,
  // given: nghttp2's own count of suspicious frames is in force instead
  kOptGlitchesOfNghttp2 = 19,
  // frames
  kOptMaxOutboundFrames = 20,
  kOptCount = 21,
};

// Types of frames as they are counted: 0 to 9 of RFC 9113, section 6, and one for all others.
enum FrameSlot : int32_t {
  kFrameData = 0,
  kFrameHeaders = 1,
  kFramePriority = 2,
  kFrameRstStream = 3,
  kFrameSettings = 4,
  kFramePushPromise = 5,
  kFramePing = 6,
  kFrameGoaway = 7,
  kFrameWindowUpdate = 8,
  kFrameContinuation = 9,
  // all types that RFC 9113 does not know
  kFrameOther = 10,
  kFrameTypes = 11,
};

// Numbers of one stream in what `takeMeasurements` gives. Times are nanoseconds of `now`, 0 for
// never.
enum MeasuredField : int32_t {
  kMeasuredId = 0,
  kMeasuredStart = 1,
  kMeasuredEnd = 2,
  kMeasuredFirstHeader = 3,
  // the first of DATA received
  kMeasuredFirstByte = 4,
  // the first of DATA sent
  kMeasuredFirstByteSent = 5,
  // of DATA, without padding
  kMeasuredBytesRead = 6,
  // likewise
  kMeasuredBytesWritten = 7,
  kMeasuredCount = 8,
};

// Values of one GOAWAY frame that has left, in what `takeGoaways` gives.
enum GoawayField : int32_t {
  // -1 of one that was held back, since another leaves in its place
  kGoawayCode = 0,
  kGoawayLastStreamId = 1,
  // for which nghttp2 has ended the session by itself
  kGoawayLimit = 2,
  kGoawayReached = 3,
  kGoawayAllowed = 4,
  // a Buffer
  kGoawayOpaqueData = 5,
  kGoawayCount = 6,
};

// Numbers that `state` gives of a session (`session.state`).
enum StateField : int32_t {
  kStateEffectiveLocalWindowSize = 0,
  kStateEffectiveRecvDataLength = 1,
  kStateNextStreamId = 2,
  kStateLocalWindowSize = 3,
  kStateLastProcStreamId = 4,
  kStateRemoteWindowSize = 5,
  kStateOutboundQueueSize = 6,
  kStateDeflateDynamicTableSize = 7,
  kStateInflateDynamicTableSize = 8,
  kStateCount = 9,
};

// Numbers that `streamState` gives of a stream (`stream.state`).
enum StreamStateField : int32_t {
  kStreamStateState = 0,
  kStreamStateWeight = 1,
  kStreamStateSumDependencyWeight = 2,
  kStreamStateLocalClose = 3,
  kStreamStateRemoteClose = 4,
  kStreamStateLocalWindowSize = 5,
  kStreamStateCount = 6,
};

// What happened; the fields are integers.
enum Record : int32_t {
  // A header block has been received. id, category, flags, fieldCount, pairInts; then for each
  // field a name and a value, see below
  kHeaders = 1,
  // DATA was received: where in the chunk. id, offset, length
  kData = 2,
  // DATA with END_STREAM was received. id
  kEndStream = 3,
  // nghttp2 has closed the stream, with an HTTP/2 error code. id, code
  kClose = 4,
  // SETTINGS were received: those of the peer that are now in force. reported, customCount; then
  // identifier and value of each custom setting that is watched
  kSettings = 5,
  // Our SETTINGS were acknowledged: those of ours that are now in force. reported
  kSettingsAck = 6,
  // Both halves of the payload, each big-endian as on the wire. first, second
  kPing = 7,
  // Likewise. first, second
  kPingAck = 8,
  // GOAWAY was received. code, lastStreamId, length; bytes: length
  kGoaway = 9,
  // ALTSVC was received (RFC 7838). id, originLength, valueLength; bytes: originLength, valueLength
  kAltsvc = 10,
  // ORIGIN was received (RFC 8336). count; then the length of each origin; bytes: each of these
  kOrigin = 11,
  // PRIORITY was received. id, parent, weight, exclusive
  kPriority = 12,
  // A frame could not be sent. id, frameType, code
  kFrameError = 13,
  // All that was queued for the stream has been put into frames. id
  kWrote = 14,
  // The body is sent, and trailers are awaited. id
  kWantTrailers = 15,
  // The session cannot go on: an error of nghttp2, and a Limit. error, limit
  kSessionError = 16,
  // Bytes that the writer has kept belong here in the output. offset, id, length
  kSegment = 17,
  // A limit is met: a stream is refused, or the session ends (id 0), and SessionError follows.
  // Halves of what was reached and of what is allowed. limit, id, reachedLow, reachedHigh,
  // allowedLow, allowedHigh
  kLimitHit = 18,
};

// Integers that the fields of a record take, without what follows them.
template <Record>
inline constexpr size_t kFieldInts = 0;
template <>
inline constexpr size_t kFieldInts<kHeaders> = 5;
template <>
inline constexpr size_t kFieldInts<kData> = 3;
template <>
inline constexpr size_t kFieldInts<kEndStream> = 1;
template <>
inline constexpr size_t kFieldInts<kClose> = 2;
template <>
inline constexpr size_t kFieldInts<kSettings> = 8;
template <>
inline constexpr size_t kFieldInts<kSettingsAck> = 7;
template <>
inline constexpr size_t kFieldInts<kPing> = 2;
template <>
inline constexpr size_t kFieldInts<kPingAck> = 2;
template <>
inline constexpr size_t kFieldInts<kGoaway> = 3;
template <>
inline constexpr size_t kFieldInts<kAltsvc> = 3;
template <>
inline constexpr size_t kFieldInts<kOrigin> = 1;
template <>
inline constexpr size_t kFieldInts<kPriority> = 4;
template <>
inline constexpr size_t kFieldInts<kFrameError> = 3;
template <>
inline constexpr size_t kFieldInts<kWrote> = 1;
template <>
inline constexpr size_t kFieldInts<kWantTrailers> = 1;
template <>
inline constexpr size_t kFieldInts<kSessionError> = 2;
template <>
inline constexpr size_t kFieldInts<kSegment> = 3;
template <>
inline constexpr size_t kFieldInts<kLimitHit> = 6;

// Integers of a whole record, its type included; 0 if its type is unknown.
inline size_t ints_of_record(const int32_t* record) {
  switch (record[0]) {
    case kHeaders:
      return 6 + static_cast<size_t>(record[5]);
    case kData:
    case kGoaway:
    case kAltsvc:
    case kFrameError:
    case kSegment:
      return 4;
    case kEndStream:
    case kWrote:
    case kWantTrailers:
      return 2;
    case kClose:
    case kPing:
    case kPingAck:
    case kSessionError:
      return 3;
    case kSettings:
      return 9 + 2 * static_cast<size_t>(record[8]);
    case kSettingsAck:
      return 8;
    case kOrigin:
      return 2 + static_cast<size_t>(record[1]);
    case kPriority:
      return 5;
    case kLimitHit:
      return 7;
    default:
      return 0;
  }
}

// Identifiers of the settings whose values come with kSettings and kSettingsAck (RFC 9113,
// section 6.5.2; RFC 8441, section 3).
inline constexpr int32_t kReportedSettings[] = {1, 2, 3, 4, 5, 6, 8};

// In place of the number of a name or a value: its bytes follow.
inline constexpr int32_t kLiteral = -1;

// Positions in the array of numbers that tells how a session, or all of them, are.
enum StatIndex : size_t {
  // -- counters: They only rise, and those of several sessions can be added.
  kStatBytesReceived = 0,
  kStatBytesSent = 1,
  // bytes of DATA, without padding
  kStatDataReceived = 2,
  // likewise
  kStatDataSent = 3,
  // one for each FrameSlot
  kStatFramesReceived = 4,
  // likewise
  kStatFramesSent = 15,
  // streams
  kStatOpenedHere = 26,
  // streams
  kStatOpenedByPeer = 27,
  // streams
  kStatRefused = 28,
  // streams
  kStatClosed = 29,
  // bytes of names and values
  kStatFieldsReceived = 30,
  // bytes of the frames that carried them
  kStatFieldsReceivedOnWire = 31,
  kStatFieldsSent = 32,
  kStatFieldsSentOnWire = 33,
  // values of fields that were known
  kStatCacheHits = 34,
  kStatCacheMisses = 35,
  // streams that had something to send and no window
  kStatStalls = 36,
  // for how long
  kStatStalledNs = 37,
  kStatMeasuredStreams = 38,
  kStatMeasuredNs = 39,
  // -- gauges: How things are now.
  kStatOpenStreams = 40,
  kStatStalledStreams = 41,
  kStatCacheEntries = 42,
  kStatCacheBytes = 43,
  // bytes, as `maxSessionMemory` counts them
  kStatMemory = 44,
  // of these, what nghttp2 has allocated
  kStatNgMemory = 45,
  // header blocks of open streams
  kStatFieldMemory = 46,
  // written and not sent
  kStatQueued = 47,
  // received and not read
  kStatHeld = 48,
  // -- session: Of one session only.
  kStatPeakStreams = 49,
  kStatStartNs = 50,
  kStatInvalidFrames = 51,
  kStatRejectedInARow = 52,
  kStatResets = 53,
  kStatLargestPairs = 54,
  kStatLargestList = 55,
  kStatMaxConcurrentStreams = 56,
  kStatMaxSessionMemory = 57,
  kStatMaxInvalidFrames = 58,
  kStatMaxRejectedStreams = 59,
  kStatMaxHeaderListPairs = 60,
  kStatMaxHeaderListSize = 61,
  kStatResetBurst = 62,
  kStatLargestContinuations = 63,
  kStatMaxContinuations = 64,
  kStatEmptyFrames = 65,
  kStatMaxEmptyFrames = 66,
  kStatGlitches = 67,
  kStatGlitchBurst = 68,
  kStatLargestSettings = 69,
  kStatMaxSettings = 70,
  kStatAcksWaiting = 71,
  kStatMaxOutboundAcks = 72,
  kStatFramesWaiting = 73,
  kStatMaxOutboundFrames = 74,
  kStatReserved = 75,
  kStatMaxReserved = 76,
  // -- environment: Of all sessions of an environment, in place of those of one session.
  kStatSessionsOpen = 49,
  kStatSessionsOpened = 50,
  kCounterCount = 40,
  kStatGaugeEnd = 49,
  kStatCount = 77,
  kStatTotalCount = 51,
};

}  // namespace duetto

#endif  // DUETTO_CORE_RECORDS_H_
