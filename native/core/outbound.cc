#include "outbound.h"

#include <algorithm>

#include "callbacks.h"

namespace duetto {

namespace {
constexpr size_t kFrameHead = 9;
constexpr size_t kLongestPadding = 256;

// RFC 9113, section 7, for what nghttp2 reports when it cannot send a frame.
uint32_t http2_code(int error) {
  switch (error) {
    case NGHTTP2_ERR_STREAM_CLOSED:
      return NGHTTP2_STREAM_CLOSED;
    case NGHTTP2_ERR_HEADER_COMP:
      return NGHTTP2_COMPRESSION_ERROR;
    case NGHTTP2_ERR_FRAME_SIZE_ERROR:
      return NGHTTP2_FRAME_SIZE_ERROR;
    case NGHTTP2_ERR_FLOW_CONTROL:
      return NGHTTP2_FLOW_CONTROL_ERROR;
    case NGHTTP2_ERR_REFUSED_STREAM:
      return NGHTTP2_REFUSED_STREAM;
    case NGHTTP2_ERR_PROTO:
    case NGHTTP2_ERR_HTTP_HEADER:
    case NGHTTP2_ERR_HTTP_MESSAGING:
      return NGHTTP2_PROTOCOL_ERROR;
    default:
      return NGHTTP2_INTERNAL_ERROR;
  }
}
}  // namespace

// -- an output --------------------------------------------------------------------

void Outbound::pull(uint8_t* out, size_t from, size_t capacity, size_t budget) {
  out_ = out;
  capacity_ = capacity;
  length_ = from;
  external_ = 0;
  segments_ = 0;
  budget_ = budget;
  full_ = false;
  more_may_follow_ = false;

  pull_rest();
  while (!full_ && pull_frame()) {
  }

  if (!full_) {
    floods_.all_sent();
    stalls_.find(queued_bytes_);
  }
  c_.statistics.count(kStatBytesSent, length_ - from + external_);
  int32_t* header = c_.recorder.batch()->ints.data();
  header[kBatchOutLength] = static_cast<int32_t>(length_);
  header[kBatchMore] = full_ ? 1 : shutdown_.unexpected(has_rest() || nghttp2_session_want_write(c_.ng) != 0);
  header[kBatchSegments] = segments_;
  header[kBatchHolds] = more_may_follow_ && segments_ == 0 && !full_ ? 1 : 0;
  out_ = nullptr;
}

void Outbound::pull_rest() {
  if (rest_.empty()) return;
  const size_t n = std::min(capacity_ - length_, rest_.size() - rest_head_);
  if (n > 0) put(rest_.data() + rest_head_, n);
  rest_head_ += n;
  if (rest_head_ < rest_.size()) {
    full_ = true;
    return;
  }
  rest_.clear();
  rest_head_ = 0;
}

// False if nothing more comes.
bool Outbound::pull_frame() {
  const uint8_t* data = nullptr;
  const ng::Ssize n = ng::mem_send(c_.ng, &data);
  if (n == 0) {
    int error = 0;
    if (!shutdown_.submit_waiting(&error)) return false;
    if (error != 0) c_.recorder.error(error, kLimitNone);
    return error == 0;
  }
  if (n < 0) {
    c_.recorder.error(static_cast<int32_t>(n), kLimitNone);
    return false;
  }
  const auto length = static_cast<size_t>(n);
  if (shutdown_.holds_back(data, length, floods_)) return true;
  const size_t fits = std::min(length, capacity_ - length_);
  if (fits > 0) put(data, fits);
  if (fits == length) return true;
  full_ = true;
  // A frame without its end: nothing can follow it.
  if (!rest_.put(data + fits, length - fits)) c_.recorder.error(NGHTTP2_ERR_NOMEM, kLimitNone);
  return false;
}

int Outbound::put_goaway(const nghttp2_goaway& frame) {
  // RFC 9113, section 6.8.
  if (!rest_.reserve(kFrameHead + frame.hd.length)) return NGHTTP2_ERR_NOMEM;
  const auto put_number = [this](uint32_t value, size_t bytes) {
    while (bytes-- > 0) rest_.push(static_cast<uint8_t>(value >> 8 * bytes));
  };
  put_number(static_cast<uint32_t>(frame.hd.length), 3);
  put_number(frame.hd.type, 1);
  put_number(0, 1);
  put_number(0, 4);
  put_number(static_cast<uint32_t>(frame.last_stream_id), 4);
  put_number(frame.error_code, 4);
  rest_.put(frame.opaque_data, frame.opaque_data_len);
  return 0;
}

// -- what streams write -----------------------------------------------------------

uint8_t* Outbound::write_copy(Stream* stream, size_t n) {
  if (stream->detached || stream->broken) return nullptr;
  uint8_t* at = stream->outbound.append_copy(n);
  if (at != nullptr) {
    queued_bytes_ += n;
    return at;
  }
  // nghttp2 asks for the body, and is told that there is none: RST_STREAM.
  stream->broken = true;
  resume(stream);
  return nullptr;
}

void Outbound::shorten_copy(Stream* stream, size_t surplus) {
  if (surplus == 0) return;
  queued_bytes_ -= surplus;
  stream->outbound.shorten_copy(surplus);
}

bool Outbound::write_external(Stream* stream, size_t n) {
  if (stream->detached || stream->broken) return false;
  if (n == 0) return true;
  if (stream->outbound.append_external(n)) {
    queued_bytes_ += n;
    return true;
  }
  stream->broken = true;
  resume(stream);
  return false;
}

int Outbound::finish_write(Stream* stream, bool end, bool trailers_follow) {
  stream->write_pending = !stream->outbound.empty();
  if (stream->write_pending) stalls_.note_unfinished(stream->id);
  if (end) {
    stream->ended = true;
    stream->trailers_follow = trailers_follow;
  }
  return resume(stream);
}

int Outbound::resume(Stream* stream) {
  if (!stream->deferred) return 0;
  stream->deferred = false;
  const int rv = nghttp2_session_resume_data(c_.ng, stream->id);
  // nghttp2 has done with it already: that it is closed is recorded.
  return rv == NGHTTP2_ERR_INVALID_ARGUMENT ? 0 : rv;
}

// -- what nghttp2 asks for ----------------------------------------------------------

ng::DataProvider Outbound::provider(Stream* stream) {
  ng::DataProvider data;
  data.source.ptr = stream;
  data.read_callback = read_body_of;
  return data;
}

ng::Ssize Outbound::read_body(Stream* stream, size_t length, uint32_t* flags) {
  if (stream->broken) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const size_t n = std::min(length, stream->outbound.length());
  if (n == 0 && (!stream->ended || stream->detached)) {
    stream->deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  // Room for the frame header, the longest padding and what is copied here.
  const size_t needs = kFrameHead + kLongestPadding + stream->outbound.copied_of_next(n);
  if (external_ >= budget_ || capacity_ - length_ < needs) {
    full_ = true;
    return NGHTTP2_ERR_PAUSE;
  }
  if (n > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (n == stream->outbound.length() && stream->ended) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream->trailers_follow) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      if (n == 0) want_trailers(stream);
    }
  }
  return static_cast<ng::Ssize>(n);
}

int Outbound::send_body(Stream* stream, const nghttp2_frame& frame, const uint8_t* header, size_t length) {
  if (stream->outbound.length() < length) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  c_.statistics.data_sent(stream, length);
  stalls_.end(stream);
  put(header, kFrameHead);
  const size_t padding = frame.data.padlen;
  if (padding > 0) out_[length_++] = static_cast<uint8_t>(padding - 1);
  stream->outbound.take(
      length,
      [this](const uint8_t* data, size_t n) { put(data, n); },
      [this, stream](size_t n) {
        c_.recorder.record<kSegment>(length_, stream->id, n);
        external_ += n;
        ++segments_;
      });
  queued_bytes_ -= length;
  if (padding > 1) {
    std::memset(out_ + length_, 0, padding - 1);
    length_ += padding - 1;
  }
  const bool more = !stream->outbound.empty();
  if (stream->write_pending && !more) {
    stream->write_pending = false;
    c_.recorder.record<kWrote>(stream->id);
    if (!stream->ended) more_may_follow_ = true;
  }
  if (more) stalls_.note_unfinished(stream->id);
  floods_.data_sent(length, more);
  // After kWrote: the writer has finished when it is asked for trailers.
  if (!more && stream->ended && stream->trailers_follow) want_trailers(stream);
  return 0;
}

void Outbound::frame_not_sent(const nghttp2_frame& frame, int error) {
  if (c_.trace != nullptr) c_.trace->not_sent(&frame, error);
  // The peer or the user was faster; both know already.
  if (error == NGHTTP2_ERR_SESSION_CLOSING || error == NGHTTP2_ERR_STREAM_CLOSED || error == NGHTTP2_ERR_STREAM_CLOSING)
    return;
  const ng::Fields fields = ng::fields_of(frame);
  if (error == NGHTTP2_ERR_FRAME_SIZE_ERROR && fields.count > 0)
    c_.recorder.limit_hit({kLimitSendHeaderBlock, fields.longest_block(), c_.options.max_send_header_block}, frame.hd.stream_id);
  c_.recorder.record<kFrameError>(frame.hd.stream_id, frame.hd.type, http2_code(error));
}

void Outbound::want_trailers(Stream* stream) {
  if (stream->trailers_wanted) return;
  stream->trailers_wanted = true;
  c_.recorder.record<kWantTrailers>(stream->id);
}

}  // namespace duetto
