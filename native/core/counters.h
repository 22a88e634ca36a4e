// What a session counts, always: additions only, no clock unless something
// stalls. Positions are those of StatIndex (records.h).
#ifndef DUETTO_CORE_COUNTERS_H_
#define DUETTO_CORE_COUNTERS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "records.h"

namespace duetto {

using Counters = uint64_t[kCounterCount];

inline size_t frame_slot(uint8_t type) { return type < kFrameOther ? type : size_t{kFrameOther}; }

// Nanoseconds of the monotonic clock.
inline uint64_t now_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

// How a stream went, for performance entries. Times are 0 if it never came to that.
struct Measurement {
  int32_t id = 0;
  uint64_t start = 0;
  uint64_t end = 0;
  uint64_t first_header = 0;
  uint64_t first_byte = 0;
  uint64_t first_byte_sent = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
};

// So many at once, and so many more each second.
struct TokenBucket {
  uint64_t burst = 0;
  uint64_t rate = 0;
  uint64_t spent = 0;
  uint64_t second = 0;

  uint64_t spent_at(uint64_t now) const {
    const uint64_t gain = (second == 0 ? 0 : now - second) * rate;
    return spent > gain ? spent - gain : 0;
  }
  uint64_t now_spent() const { return spent == 0 ? 0 : spent_at(now_ns() / 1'000'000'000); }
  void drain(uint64_t amount = 1) {
    const uint64_t now = now_ns() / 1'000'000'000;
    spent = spent_at(now) + amount;
    second = now;
  }
  bool over() const { return spent > burst; }
  // Of nghttp2's bucket for RST_STREAM frames received, which this one follows
  // along because nghttp2 closes the session without saying why. A second may begin between its look at the clock and ours.
  bool exhausted() const { return spent + rate >= burst; }
};

}  // namespace duetto

#endif  // DUETTO_CORE_COUNTERS_H_
