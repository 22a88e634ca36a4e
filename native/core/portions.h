// Cuts what is received into portions that end between frames, so that what the
// requests of one portion have brought about is looked at before the next ones
// are parsed. A chunk of 64 KB can hold 5,000 requests; a limit that was only
// looked at once for all of them would bound nothing.
#ifndef DUETTO_CORE_PORTIONS_H_
#define DUETTO_CORE_PORTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ng.h"

namespace duetto {

class Portions {
 public:
  // Header blocks in one portion: few enough to bound what their answers take,
  // and many enough to share a write.
  static constexpr uint32_t kMaxBlocks = 48;

  explicit Portions(size_t preface) : left_(preface) {}

  // Octets of `data` that belong to the next portion. With `hold` it ends before
  // the first frame that opens a stream, one whose id is greater than `newest`;
  // that can be at once. A frame header that is cut off by the end of `data` is
  // part of the portion.
  size_t next(const uint8_t* data, size_t length, bool hold, int32_t newest) {
    size_t at = 0;
    uint32_t blocks = 0;
    while (at < length) {
      if (left_ > 0) {
        const size_t part = std::min(left_, length - at);
        left_ -= part;
        at += part;
        continue;
      }
      const size_t needed = kFrameHeader - header_length_;
      if (length - at < needed) {
        std::copy(data + at, data + length, header_ + header_length_);
        header_length_ += length - at;
        return length;
      }
      uint8_t header[kFrameHeader];
      std::copy(header_, header_ + header_length_, header);
      std::copy(data + at, data + at + needed, header + header_length_);
      const bool whole_here = header_length_ == 0;
      const uint8_t type = header[3];
      if (type == NGHTTP2_HEADERS || type == NGHTTP2_PUSH_PROMISE) {
        // What has begun in the chunk before is in nghttp2 already.
        if (whole_here && hold && type == NGHTTP2_HEADERS && id_of(header) > newest) return at;
        if (whole_here && blocks == kMaxBlocks) return at;
        ++blocks;
      }
      header_length_ = 0;
      at += needed;
      left_ = size_t{header[0]} << 16 | size_t{header[1]} << 8 | size_t{header[2]};
    }
    return length;
  }

 private:
  static constexpr size_t kFrameHeader = 9;

  static int32_t id_of(const uint8_t* header) {
    return static_cast<int32_t>((uint32_t{header[5]} & 0x7f) << 24 | uint32_t{header[6]} << 16 |
                                uint32_t{header[7]} << 8 | uint32_t{header[8]});
  }

  // Octets of the client's preface, or of the current frame, that have yet to come.
  size_t left_;
  // The beginning of a frame header, if a chunk ended within it.
  uint8_t header_[kFrameHeader] = {};
  size_t header_length_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_PORTIONS_H_
