// What is remembered of the streams that a peer has opened, after they are gone:
// which ids it used, and on which it has said its last word. nghttp2 forgets a
// stream that is closed, with some versions at once, and then passes over what
// comes for it; RFC 9113, sections 5.1 and 5.1.1, wants an error.
#ifndef DUETTO_CORE_PEER_STREAMS_H_
#define DUETTO_CORE_PEER_STREAMS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace duetto {

class PeerStreams {
 public:
  // So many streams, the latest. What comes for an older one is passed over.
  static constexpr uint32_t kRemembered = 1024;

  // The highest id so far; 0 if there is none.
  int32_t newest() const { return newest_; }

  // A stream begins; its id is higher than all before. True if ids were left out,
  // other than before the first.
  bool begin(int32_t id) {
    const uint32_t from = place(newest_);
    const uint32_t to = place(id);
    const bool first = newest_ == 0;
    if (to - from >= kRemembered) {
      std::fill(std::begin(used_), std::end(used_), 0);
      std::fill(std::begin(over_), std::end(over_), 0);
    } else {
      for (uint32_t i = from + 1; i != to + 1; ++i) {
        clear(used_, i);
        clear(over_, i);
      }
    }
    set(used_, to);
    newest_ = id;
    return !first && to - from > 1;
  }

  // The peer has ended or reset the stream: what may follow are PRIORITY,
  // WINDOW_UPDATE and RST_STREAM.
  void end(int32_t id) {
    if (remembers(id)) set(over_, place(id));
  }

  bool is_over(int32_t id) const { return remembers(id) && has(over_, place(id)); }

  // Passed by: such a stream is closed, and was never open.
  bool was_left_out(int32_t id) const { return remembers(id) && !has(used_, place(id)); }

 private:
  static constexpr size_t kWords = kRemembered / 64;

  // Ids of one peer are two apart.
  static uint32_t place(int32_t id) { return static_cast<uint32_t>(id) >> 1; }
  bool remembers(int32_t id) const {
    return id > 0 && id <= newest_ && ((id ^ newest_) & 1) == 0 && place(newest_) - place(id) < kRemembered;
  }

  static uint64_t bit(uint32_t i) { return uint64_t{1} << (i % 64); }
  static size_t word(uint32_t i) { return i / 64 % kWords; }
  static bool has(const uint64_t* bits, uint32_t i) { return (bits[word(i)] & bit(i)) != 0; }
  static void set(uint64_t* bits, uint32_t i) { bits[word(i)] |= bit(i); }
  static void clear(uint64_t* bits, uint32_t i) { bits[word(i)] &= ~bit(i); }

  int32_t newest_ = 0;
  uint64_t used_[kWords] = {};
  uint64_t over_[kWords] = {};
};

}  // namespace duetto

#endif  // DUETTO_CORE_PEER_STREAMS_H_
