// What a stream still has to send, in order. Small writes are copied into a
// buffer of the queue; of a large one only its length is known here: the
// bytes stay with the writer, who puts them between the frame headers when
// the output is written (kSegment records say where).
#ifndef DUETTO_CORE_OUTBOUND_QUEUE_H_
#define DUETTO_CORE_OUTBOUND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "array.h"

namespace duetto {

class OutboundQueue {
 public:
  struct Piece {
    size_t length;
    bool external;
  };

  size_t length() const { return length_; }
  bool empty() const { return length_ == 0; }

  // Memory for n bytes that belong at the end of the queue; nullptr if there is none.
  uint8_t* append_copy(size_t n) {
    if (empty()) compact();
    uint8_t* at = copied_.append(n);
    if (at == nullptr) return nullptr;
    if (extend(n, false)) return at;
    copied_.shorten(n);
    return nullptr;
  }

  // Gives back what append_copy() reserved too much.
  void shorten_copy(size_t surplus) {
    copied_.shorten(surplus);
    pieces_.back().length -= surplus;
    length_ -= surplus;
    if (pieces_.back().length == 0) pieces_.shorten(1);
  }

  // false without memory.
  bool append_external(size_t n) {
    if (empty()) compact();
    return extend(n, true);
  }

  // Bytes of the next n that are copied here: what a frame of n bytes adds to
  // the output besides external segments.
  size_t copied_of_next(size_t n) const {
    size_t copied = 0;
    for (size_t i = head_; i < pieces_.size() && n > 0; ++i) {
      const size_t part = pieces_[i].length < n ? pieces_[i].length : n;
      if (!pieces_[i].external) copied += part;
      n -= part;
    }
    return copied;
  }

  // Takes n bytes from the front: copy(data, length) for what is held here,
  // external(length) for what is not.
  template <typename Copy, typename External>
  void take(size_t n, Copy copy, External external) {
    length_ -= n;
    while (n > 0) {
      Piece& piece = pieces_[head_];
      const size_t part = piece.length < n ? piece.length : n;
      if (piece.external) {
        external(part);
      } else {
        copy(copied_.data() + copied_head_, part);
        copied_head_ += part;
      }
      n -= part;
      piece.length -= part;
      if (piece.length == 0) ++head_;
    }
  }

  void clear() {
    length_ = 0;
    compact();
  }

  // An idle queue keeps a little room, so that a recycled stream need not
  // allocate, but not what one large body needed.
  void trim() {
    clear();
    if (copied_.capacity() > kKeptCapacity) copied_.release();
  }

 private:
  static constexpr size_t kKeptCapacity = 1024;

  void compact() {
    pieces_.clear();
    copied_.clear();
    head_ = copied_head_ = 0;
  }

  bool extend(size_t n, bool external) {
    if (head_ < pieces_.size() && pieces_.back().external == external)
      pieces_.back().length += n;
    else if (!pieces_.push(Piece{n, external}))
      return false;
    length_ += n;
    return true;
  }

  Array<Piece> pieces_;
  Array<uint8_t> copied_;
  size_t head_ = 0;
  size_t copied_head_ = 0;
  size_t length_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_OUTBOUND_QUEUE_H_
