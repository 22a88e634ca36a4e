// Which streams of the peer's are let in.
#ifndef DUETTO_CORE_ADMISSION_H_
#define DUETTO_CORE_ADMISSION_H_

#include <cstdint>

#include "connection.h"
#include "memory.h"

namespace duetto {

class Admission {
 public:
  Admission(Connection& connection, const Memory& memory) : c_(connection), memory_(memory) {}

  // What keeps a stream out.
  Breach keeps_out() const;
  // A stream is kept out, after so many others in a row that the session ends.
  Breach rejected();
  Breach keeps_out_promise() const;
  void let_in(Stream* stream, bool promised) {
    rejected_in_a_row_ = 0;
    stream->reserved = promised;
    if (promised) ++reserved_;
  }
  // A promise is kept, or taken back.
  void begun(Stream* stream) {
    if (!stream->reserved) return;
    stream->reserved = false;
    --reserved_;
  }
  // nghttp2 counts streams too, and against a limit that is announced and not acknowledged yet: which
  // limit it has been, if a frame is invalid to it.
  Breach refused_by_nghttp2(const nghttp2_frame& frame, int error) const;
  // SETTINGS_MAX_CONCURRENT_STREAMS as submitted, acknowledged or not.
  void announce(uint32_t max_concurrent_streams) { announced_ = max_concurrent_streams; }
  void put_stats(double* out) const;

 private:
  uint32_t allowed() const { return c_.local_setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS); }

  Connection& c_;
  const Memory& memory_;
  uint32_t rejected_in_a_row_ = 0;
  // Promised, and not responded to yet.
  uint32_t reserved_ = 0;
  uint32_t announced_ = UINT32_MAX;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ADMISSION_H_
