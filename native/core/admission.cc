#include "admission.h"

namespace duetto {

Breach Admission::keeps_out() const {
  if (c_.streams.size() >= allowed()) return {kLimitConcurrentStreams, c_.streams.size() + 1, allowed()};
  return memory_.room_for_stream();
}

Breach Admission::rejected() {
  if (rejected_in_a_row_++ <= c_.options.max_rejected_streams) return {};
  return {kLimitRejectedStreams, rejected_in_a_row_, c_.options.max_rejected_streams};
}

Breach Admission::keeps_out_promise() const {
  if (reserved_ < c_.options.max_reserved_streams) return {};
  return {kLimitReservedStreams, reserved_ + uint64_t{1}, c_.options.max_reserved_streams};
}

Breach Admission::refused_by_nghttp2(const nghttp2_frame& frame, int error) const {
  const bool refused = error == NGHTTP2_ERR_REFUSED_STREAM;
  if (frame.hd.type != NGHTTP2_HEADERS || !c_.is_server() || (!refused && error != NGHTTP2_ERR_PROTO) ||
      c_.streams.size() < announced_ || c_.streams.find(frame.hd.stream_id) != nullptr) {
    return {};
  }
  return {kLimitConcurrentStreams, c_.streams.size() + 1, announced_};
}

void Admission::put_stats(double* out) const {
  const auto put = [out](StatIndex i, auto value) { out[i] = static_cast<double>(value); };
  put(kStatMaxConcurrentStreams, allowed());
  put(kStatMaxSessionMemory, c_.options.max_session_memory);
  put(kStatRejectedInARow, rejected_in_a_row_);
  put(kStatMaxRejectedStreams, c_.options.max_rejected_streams);
  put(kStatReserved, reserved_);
  put(kStatMaxReserved, c_.options.max_reserved_streams);
}

}  // namespace duetto
