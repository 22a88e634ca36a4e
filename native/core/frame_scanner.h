// Finds the frames in what is received, before nghttp2 sees them: it tells
// nothing of those that it passes over.
#ifndef DUETTO_CORE_FRAME_SCANNER_H_
#define DUETTO_CORE_FRAME_SCANNER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace duetto {

// RFC 9113, section 4.1.
struct FrameHead {
  static constexpr size_t kLength = 9;

  uint32_t length;
  uint8_t type;
  uint8_t flags;
  int32_t stream_id;
};

class FrameScanner {
 public:
  // `lead` bytes come before the first frame: a client's preface.
  explicit FrameScanner(size_t lead) : skip_(lead) {}

  // The next frame whose head is complete within data[*at, length). Moves *at
  // behind the head, or to the end, and then returns false.
  bool next(const uint8_t* data, size_t length, size_t* at, FrameHead* head) {
    const size_t skipped = std::min(skip_, length - *at);
    skip_ -= skipped;
    *at += skipped;
    const uint8_t* whole = data + *at;
    if (have_ > 0 || length - *at < FrameHead::kLength) {
      const size_t n = std::min(FrameHead::kLength - have_, length - *at);
      if (n > 0) std::memcpy(part_ + have_, whole, n);
      have_ += n;
      *at += n;
      if (have_ < FrameHead::kLength) return false;
      have_ = 0;
      whole = part_;
    } else {
      *at += FrameHead::kLength;
    }
    head->length = uint32_t{whole[0]} << 16 | uint32_t{whole[1]} << 8 | whole[2];
    head->type = whole[3];
    head->flags = whole[4];
    head->stream_id = static_cast<int32_t>((uint32_t{whole[5]} & 0x7f) << 24 | uint32_t{whole[6]} << 16 |
                                           uint32_t{whole[7]} << 8 | whole[8]);
    skip_ = head->length;
    return true;
  }

  // Whether the next byte belongs to a head that has begun.
  bool within_head() const { return have_ > 0; }

  // Passes over bytes that are known to begin no frame.
  void skip(size_t bytes) { skip_ -= std::min(skip_, bytes); }

 private:
  // Bytes until the next head.
  size_t skip_;
  // A head that goes on in the next chunk.
  uint8_t part_[FrameHead::kLength];
  size_t have_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_FRAME_SCANNER_H_
