// What a session counts and measures of itself. It decides nothing.
#ifndef DUETTO_CORE_STATISTICS_H_
#define DUETTO_CORE_STATISTICS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "array.h"
#include "counters.h"
#include "ng.h"
#include "stream.h"

namespace duetto {

class Statistics {
 public:
  // `measuring` says whether somebody wants to know how streams go.
  explicit Statistics(const bool* measuring) : measuring_(measuring) {}

  void count(StatIndex what, uint64_t n = 1) { counters_[what] += n; }
  uint64_t bytes_received() const { return counters_[kStatBytesReceived]; }
  uint64_t started() const { return started_; }

  void frame_begins(const nghttp2_frame_hd& hd) {
    ++counters_[kStatFramesReceived + frame_slot(hd.type)];
    if (hd.type == NGHTTP2_HEADERS || hd.type == NGHTTP2_PUSH_PROMISE || hd.type == NGHTTP2_CONTINUATION)
      counters_[kStatFieldsReceivedOnWire] += hd.length;
  }
  void frame_sent(const nghttp2_frame& frame);
  void data_received(Stream* stream, size_t length) {
    counters_[kStatDataReceived] += length;
    stream->bytes_read += length;
    if (stream->started != 0 && stream->first_byte == 0) stream->first_byte = now_ns();
  }
  void data_sent(Stream* stream, size_t length) {
    counters_[kStatDataSent] += length;
    stream->bytes_written += length;
    if (stream->started != 0 && stream->first_byte_sent == 0) stream->first_byte_sent = now_ns();
  }
  void header_block(Stream* stream) {
    largest_pairs_ = std::max(largest_pairs_, stream->header_pairs);
    largest_list_ = std::max(largest_list_, stream->header_length);
    if (stream->started != 0 && stream->first_header == 0) stream->first_header = now_ns();
  }

  // `open` are those that are open now, with this one.
  void stream_opened(Stream* stream, StatIndex by, size_t open) {
    if (*measuring_) stream->started = now_ns();
    ++counters_[by];
    peak_streams_ = std::max(peak_streams_, open);
  }
  void stream_closed(const Stream* stream) {
    ++counters_[kStatClosed];
    if (stream->started != 0) end_measurement(stream);
  }
  void end_measurement(const Stream* stream);
  bool has_measurements() const { return !measurements_.empty(); }
  Array<Measurement> take_measurements() { return std::move(measurements_); }

  // Adds the counters to those of an environment.
  void add_to(Counters& total) const {
    for (size_t i = 0; i < kCounterCount; ++i) total[i] += counters_[i];
  }
  // Puts what is counted here into `out`.
  void put_counters(double* out) const;
  void put_own(double* out) const;

 private:
  const bool* measuring_;
  Counters counters_ = {};
  uint64_t started_ = now_ns();
  size_t peak_streams_ = 0;
  uint32_t largest_pairs_ = 0;
  uint64_t largest_list_ = 0;
  Array<Measurement> measurements_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_STATISTICS_H_
