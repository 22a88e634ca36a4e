#include "statistics.h"

namespace duetto {

void Statistics::frame_sent(const nghttp2_frame& frame) {
  ++counters_[kStatFramesSent + frame_slot(frame.hd.type)];
  const ng::Fields fields = ng::fields_of(frame);
  if (fields.begin == nullptr) return;
  counters_[kStatFieldsSent] += fields.length();
  counters_[kStatFieldsSentOnWire] += frame.hd.length;
}

void Statistics::end_measurement(const Stream* stream) {
  const uint64_t now = now_ns();
  ++counters_[kStatMeasuredStreams];
  counters_[kStatMeasuredNs] += now - stream->started;
  // One that finds no memory is missing among the entries, and counted.
  if (*measuring_) {
    measurements_.push(Measurement{stream->id, stream->started, now, stream->first_header, stream->first_byte,
                                   stream->first_byte_sent, stream->bytes_read, stream->bytes_written});
  }
}

void Statistics::put_counters(double* out) const {
  for (size_t i = 0; i < kCounterCount; ++i) out[i] = static_cast<double>(counters_[i]);
}

void Statistics::put_own(double* out) const {
  out[kStatPeakStreams] = static_cast<double>(peak_streams_);
  out[kStatStartNs] = static_cast<double>(started_);
  out[kStatLargestPairs] = static_cast<double>(largest_pairs_);
  out[kStatLargestList] = static_cast<double>(largest_list_);
}

}  // namespace duetto
