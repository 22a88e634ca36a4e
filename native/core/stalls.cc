#include "stalls.h"

namespace duetto {

void Stalls::look_at_unfinished() {
  const bool connection = nghttp2_session_get_remote_window_size(c_.ng) <= 0;
  for (const int32_t id : unfinished_) {
    Stream* stream = c_.streams.find(id);
    if (stream == nullptr || stream->stalled != 0 || stream->outbound.empty()) continue;
    // A request that still waits to be sent has no window yet.
    if (nghttp2_session_find_stream(c_.ng, id) == nullptr) continue;
    if (!connection && nghttp2_session_get_stream_remote_window_size(c_.ng, id) > 0) continue;
    stream->stalled = now_ns();
    ++stalled_;
    c_.statistics.count(kStatStalls);
  }
}

void Stalls::end_stall(Stream* stream) {
  c_.statistics.count(kStatStalledNs, now_ns() - stream->stalled);
  stream->stalled = 0;
  --stalled_;
}

void Stalls::put_stats(double* out) const {
  out[kStatStalledStreams] = static_cast<double>(stalled_);
  if (stalled_ == 0) return;
  const uint64_t now = now_ns();
  c_.streams.each([out, now](const Stream* stream) {
    if (stream->stalled != 0) out[kStatStalledNs] += static_cast<double>(now - stream->stalled);
  });
}

}  // namespace duetto
