// Streams that have something to send which the peer's windows do not let out.
#ifndef DUETTO_CORE_STALLS_H_
#define DUETTO_CORE_STALLS_H_

#include <cstddef>
#include <cstdint>

#include "connection.h"

namespace duetto {

class Stalls {
 public:
  explicit Stalls(Connection& connection) : c_(connection) {}

  // A stream got something to send, or could not send all. What could not be noted
  // is not found, and nothing else.
  void note_unfinished(int32_t id) {
    if (!unfinished_.empty() && unfinished_.back() == id) return;
    if (unfinished_.size() < kMaxUnfinished) unfinished_.push(id);
  }
  // After a complete pull: what is left to send waits for a window.
  void find(size_t queued_bytes) {
    if (unfinished_.empty()) return;
    if (queued_bytes > 0) look_at_unfinished();
    unfinished_.clear();
  }
  void end(Stream* stream) {
    if (stream->stalled != 0) end_stall(stream);
  }
  void put_stats(double* out) const;

 private:
  // Streams that are looked at after one pull.
  static constexpr size_t kMaxUnfinished = 4096;

  void look_at_unfinished();
  void end_stall(Stream* stream);

  Connection& c_;
  size_t stalled_ = 0;
  // Since the last complete pull.
  Array<int32_t> unfinished_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_STALLS_H_
