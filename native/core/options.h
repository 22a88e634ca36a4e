// What a session is told when it is made. The TypeScript side has checked
// types and ranges; names are those of the public API.
#ifndef DUETTO_CORE_OPTIONS_H_
#define DUETTO_CORE_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "ng.h"
#include "records.h"

namespace duetto {

enum class Role : int32_t { kServer = 0, kClient = 1 };

enum class PaddingStrategy : int32_t { kNone = 0, kAligned = 1, kMax = 2, kCallback = 3 };

// A field for each option that is not nghttp2's alone, so they are many. Constant once it is made.
struct Options {
  // RFC 9113 leaves these to the implementation; the numbers are node:http2's.
  static constexpr uint32_t kDefaultPeerMaxConcurrentStreams = 100;
  static constexpr uint32_t kDefaultMaxHeaderListPairs = 128;
  static constexpr uint64_t kDefaultMaxSessionMemory = 10'000'000;
  static constexpr uint32_t kDefaultMaxInvalidFrames = 1000;
  static constexpr uint32_t kDefaultMaxRejectedStreams = 100;
  // nghttp2's own, followed here so that it can be told which one was met.
  static constexpr uint32_t kDefaultMaxSettings = 32;
  static constexpr uint32_t kDefaultMaxSendHeaderBlock = 65536;
  static constexpr uint32_t kDefaultResetBurst = 1000;
  static constexpr uint32_t kDefaultResetRate = 33;
  static constexpr uint32_t kDefaultMaxContinuations = 8;
  static constexpr uint32_t kDefaultMaxOutboundAcks = 1000;
  // As many as the next nghttp2 lets wait.
  static constexpr uint32_t kDefaultMaxOutboundFrames = 5000;
  static constexpr uint32_t kDefaultMaxReservedStreams = 200;
  static constexpr uint32_t kDefaultGlitchBurst = 10000;
  static constexpr uint32_t kDefaultGlitchRate = 330;
  // A larger SETTINGS_MAX_HEADER_LIST_SIZE is not honoured: 2^24-1 bytes.
  static constexpr uint32_t kMaxHeaderListSize = 16777215;

  // `values` has kOptCount numbers.
  static Options from(Role role, const double* values);

  Role role = Role::kServer;
  PaddingStrategy padding = PaddingStrategy::kNone;
  uint32_t max_header_list_pairs = kDefaultMaxHeaderListPairs;
  uint64_t max_session_memory = kDefaultMaxSessionMemory;
  uint32_t max_invalid_frames = kDefaultMaxInvalidFrames;
  uint32_t max_rejected_streams = kDefaultMaxRejectedStreams;
  uint32_t max_settings = kDefaultMaxSettings;
  uint32_t max_send_header_block = kDefaultMaxSendHeaderBlock;
  uint32_t reset_burst = kDefaultResetBurst;
  uint32_t reset_rate = kDefaultResetRate;
  uint32_t max_continuations = kDefaultMaxContinuations;
  uint32_t max_outbound_acks = kDefaultMaxOutboundAcks;
  uint32_t max_outbound_frames = kDefaultMaxOutboundFrames;
  uint32_t max_reserved_streams = kDefaultMaxReservedStreams;
  uint32_t max_empty_frames = kDefaultMaxInvalidFrames;
  uint32_t glitch_burst = kDefaultGlitchBurst;
  uint32_t glitch_rate = kDefaultGlitchRate;
  // nghttp2's own count of them, at its defaults, is in force instead: for comparing versions.
  bool glitches_of_nghttp2 = false;
  // Frames are written down as text.
  bool trace = false;

  // Applies what nghttp2 itself enforces.
  void apply_to(nghttp2_option* option) const;

 private:
  double given_[kOptCount];
  bool has(OptionIndex i) const { return given_[i] == given_[i]; }
};

}  // namespace duetto

#endif  // DUETTO_CORE_OPTIONS_H_
