// What the core tells the layer above it, as fixed-shape runs of 32-bit
// integers. lib/binding/records.ts is the reader's half; a test compares the
// numbers of both.
#ifndef DUETTO_CORE_RECORDS_H_
#define DUETTO_CORE_RECORDS_H_

#include <cstdint>

namespace duetto {

// The first integers of every batch.
enum BatchHeader : int32_t {
  kBatchOutLength = 0,  // bytes in the output, with those that were there before
  kBatchMore = 1,       // 1: pull() stopped for room or budget, call again;
                        // negative: nghttp2 has ended the session by itself, with
                        // this error
  kBatchSegments = 2,  // number of kSegment records
  kBatchSent = 3,      // bytes of the output that the socket has taken already, or -errno
  kBatchHolds = 4,     // 1: a stream whose write is through has not ended, so that
                       // more may follow when it is told
  kBatchNotes = 5,     // bits of Note: what waits to be asked for
  kBatchReceived = 6,  // where in the chunk the portion ends that was received
  kBatchHasData = 7,   // 1: there are kData records
  kBatchStart = 8,
};

// What happened that is worth asking for, after receive() and pull().
enum Note : int32_t {
  kNoteTrace = 1,         // lines of text
  kNoteGoaway = 2,        // GOAWAY frames were sent
  kNoteMeasurements = 4,  // streams ended that were measured
  kNoteBlockBegins = 8,   // a header block has begun and goes on in the next chunk
  kNoteBlockGoesOn = 16,  // it is still the same one
};

enum Record : int32_t {
  // id, category, flags, header count, integers of the pairs; then the pairs
  kHeaders = 1,
  // id, offset in the received chunk, length
  kData = 2,
  // id: DATA with END_STREAM was received
  kEndStream = 3,
  // id, HTTP/2 error code: nghttp2 has closed the stream
  kClose = 4,
  // values of kReportedSettings, custom entries; then pairs of (identifier, value)
  kSettings = 5,
  // values of kReportedSettings
  kSettingsAck = 6,
  // first and second half of the payload, each big-endian as on the wire
  kPing = 7,
  kPingAck = 8,
  // code, last stream id, length of the opaque data in the byte region
  kGoaway = 9,
  // id, length of the origin, length of the value, both in the byte region
  kAltsvc = 10,
  // number of origins; then the length of each in the byte region
  kOrigin = 11,
  // id, parent, weight, exclusive
  kPriority = 12,
  // id, frame type, HTTP/2 error code: a frame could not be sent
  kFrameError = 13,
  // id: all that was queued for the stream has been put into frames
  kWrote = 14,
  // id: the body is sent, trailers are awaited
  kWantTrailers = 15,
  // nghttp2 error code, limit (see Limit): the session cannot go on
  kSessionError = 16,
  // offset in the output at which external bytes belong, id, length
  kSegment = 17,
  // limit, id or 0, what was reached (low, high half), what is allowed (likewise):
  // a stream is refused; or the session ends, and kSessionError follows
  kLimitHit = 18,
};

// Identifiers of the settings whose values come with kSettings and kSettingsAck
// (RFC 9113, section 6.5.2; RFC 8441, section 3).
inline constexpr int32_t kReportedSettings[] = {1, 2, 3, 4, 5, 6, 8};

// Limits that the core, or nghttp2 inside it, enforces by itself.
enum Limit : int32_t {
  kLimitNone = 0,
  kLimitInvalidFrames = 1,
  kLimitRejectedStreams = 2,
  kLimitConcurrentStreams = 3,
  kLimitSessionMemory = 4,
  kLimitHeaderListPairs = 5,
  kLimitHeaderListSize = 6,
  kLimitSendHeaderBlock = 7,
  kLimitStreamResets = 8,
  kLimitContinuations = 9,
  kLimitSettings = 10,
  kLimitOutboundAcks = 11,
  kLimitFrameSize = 12,
  kLimitGlitches = 13,
  kLimitEmptyFrames = 14,
  kLimitOutboundFrames = 15,
  kLimitReservedStreams = 16,
  kLimitAllMemory = 17,
};

// How a header value is given in a kHeaders record. A name is (id << 1) |
// sensitive with id an index into the environment's name table, or
// ((-1) << 1) | sensitive followed by a length. A value is
//   (id << 1)        an entry of the environment's static values
//   (id << 1) | 1    an entry of this session's values
//   -1               followed by a length: literal bytes
//   -(id + 2)        followed by a length: literal bytes, to be kept as entry id
inline constexpr int32_t kLiteral = -1;

}  // namespace duetto

#endif  // DUETTO_CORE_RECORDS_H_
