// Frames that are allowed, each of them, and in their number cost more than they say (RFC 9113,
// section 10.5). It counts, and says when a limit is met; others act on it.
#ifndef DUETTO_CORE_FLOOD_GUARD_H_
#define DUETTO_CORE_FLOOD_GUARD_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "connection.h"

namespace duetto {

class FloodGuard {
 public:
  // DATA, with more to come, of fewer bytes is suspicious.
  static constexpr size_t kDribble = 16;

  explicit FloodGuard(Connection& connection);
  FloodGuard(const FloodGuard&) = delete;
  FloodGuard& operator=(const FloodGuard&) = delete;

  // -- received ------------------------------------------------------------------

  // `crumb`: DATA of few bytes, of which there were too many.
  Breach frame_begins(const nghttp2_frame_hd& hd, bool crumb);
  void frame_received(const nghttp2_frame& frame);
  Breach invalid_frame();
  // nghttp2 will tell nothing more of this frame: its bytes are ignored ones.
  void passes_over(const nghttp2_frame_hd& hd) { accounted_ -= kFrameHead + hd.length; }
  // After a chunk. nghttp2 passes over what is for streams that are gone, and frames that it does not
  // know, without a word: it is what is received beyond all it told of.
  Breach ignored(bool going_away);
  // Answers, resets and WINDOW_UPDATE that nghttp2 has queued by itself, when there were `before` frames
  // in its queue. What the program has queued is its own.
  Breach answers(size_t before, bool going_away);

  // -- what is suspicious, and what gives reason ------------------------------------

  void suspicious() { glitches_.drain(); }
  // A stream that the peer makes this side reset costs work, as one that it resets itself
  // (CVE-2023-44487, 1000 at once): this is its share of the burst.
  void costly() { glitches_.drain(kGlitchOfReset); }
  void stream_opened() { add_free(kFreeForStream); }
  // A stream is closed or refused: what the peer sends until it hears of it, a window at most.
  void expect_late(int32_t window);

  // -- sent ------------------------------------------------------------------------

  void data_sent(size_t length, bool more) {
    // A window that lets out a few bytes at a time makes frames of headers (CVE-2019-9511).
    if (length < kDribble && more)
      suspicious();
    else
      add_free(kFreeForData);
  }
  // `stream` is that of the frame, if it is open.
  void frame_sent(const nghttp2_frame& frame, const Stream* stream);
  void all_sent() { frames_waiting_ = 0; }

  // For which limit of its own nghttp2 has sent a GOAWAY by itself.
  Breach limit_of_goaway(const nghttp2_goaway& frame) const;
  void put_stats(double* out) const;

 private:
  static constexpr size_t kFrameHead = 9;
  static constexpr uint32_t kGlitchOfReset = 10;
  // What each stream and each DATA frame sent lets the peer send in PING,
  // SETTINGS, PRIORITY and WINDOW_UPDATE frames. Never more than a burst of them.
  static constexpr uint32_t kFreeForStream = 16;
  static constexpr uint32_t kFreeForData = 4;
  static constexpr uint32_t kMostFree = 4096;
  static constexpr uint64_t kMostLate = 64 * 1024 * 1024;
  // Bytes of a frame that may be here before nghttp2 tells of it.
  static constexpr uint64_t kHeadAhead = 64;
  // Ignored bytes that count as one suspicious frame.
  static constexpr uint64_t kIgnoredPerGlitch = 32;

  void add_free(uint32_t n) { free_frames_ = std::min(free_frames_ + n, kMostFree); }
  Breach empty_frame();
  Breach glitches_over() const {
    return glitches_.over() ? Breach{kLimitGlitches, glitches_.spent, glitches_.burst} : Breach{};
  }

  Connection& c_;
  TokenBucket glitches_;
  // RST_STREAM frames received, as nghttp2 counts them.
  TokenBucket resets_;
  // Frames that may come without being suspicious: what streams and DATA that was sent
  // give reason for, and what is on its way to streams reset here.
  uint32_t free_frames_ = kFreeForStream;
  uint64_t late_bytes_ = 0;
  // Bytes of the frames that nghttp2 has told of; the preface is one.
  uint64_t accounted_ = NGHTTP2_CLIENT_MAGIC_LEN;
  uint32_t invalid_frames_ = 0;
  // Empty frames since one with content.
  uint32_t empty_frames_ = 0;
  uint32_t continuations_ = 0;
  uint32_t largest_continuations_ = 0;
  size_t largest_settings_ = 0;
  // Of PING and SETTINGS.
  uint32_t acks_waiting_ = 0;
  // Frames that nghttp2 has queued on receiving, since the last complete pull.
  uint64_t frames_waiting_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_FLOOD_GUARD_H_
