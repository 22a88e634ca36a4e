// Cuts what is received into portions that end between frames, so that what the
// requests of one portion have brought about is looked at before the next ones
// are parsed. A chunk of 64 KB can hold 5,000 requests; a limit that was looked at
// once for all of them would bound nothing.
#ifndef DUETTO_CORE_PORTIONS_H_
#define DUETTO_CORE_PORTIONS_H_

#include <cstddef>
#include <cstdint>

#include "frame_scanner.h"
#include "ng.h"

namespace duetto {

class Portions {
 public:
  // Header blocks in one portion: few enough to bound what their answers take,
  // and many enough to share a write.
  static constexpr uint32_t kMaxBlocks = 48;
  // Frames in one portion, of whatever kind.
  static constexpr uint32_t kMaxFrames = 512;

  explicit Portions(size_t lead) : frames_(lead) {}

  // Bytes of `data` that belong to the next portion. With `hold` it ends before
  // the first frame that opens a stream, one whose id is greater than `newest`;
  // that can be at once. A frame whose head began in the chunk before is in
  // nghttp2 already, and part of the portion.
  size_t next(const uint8_t* data, size_t length, bool hold, int32_t newest) {
    uint32_t blocks = 0;
    uint32_t frames = 0;
    FrameHead head;
    for (size_t at = 0;;) {
      const FrameScanner before = frames_;
      if (!frames_.next(data, length, &at, &head)) return length;
      const bool block = head.type == NGHTTP2_HEADERS || head.type == NGHTTP2_PUSH_PROMISE;
      const bool held = hold && head.type == NGHTTP2_HEADERS && head.stream_id > newest;
      const bool full = frames >= kMaxFrames || (block && blocks == kMaxBlocks);
      // A block that goes on is parsed to its end.
      if (!before.within_head() && head.type != NGHTTP2_CONTINUATION && (held || full)) {
        frames_ = before;
        const size_t end = at - FrameHead::kLength;
        // What the scanner has yet to pass over is passed over by this portion.
        frames_.skip(end);
        return end;
      }
      ++frames;
      if (block) ++blocks;
    }
  }

 private:
  FrameScanner frames_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_PORTIONS_H_
