#include "shutdown.h"

namespace duetto {

int Shutdown::goaway(uint32_t code, int32_t last_stream_id, const uint8_t* opaque, size_t length) {
  going_away_ = true;
  // nghttp2 sends it before HEADERS that wait.
  if (!c_.is_server() && code == NGHTTP2_NO_ERROR && last_stream_id <= 0 && length == 0 &&
      c_.outbound_queue_size() > 0) {
    waits_ = true;
    return 0;
  }
  // 0 or less: the last stream that was processed.
  const int32_t last = last_stream_id > 0 ? last_stream_id : nghttp2_session_get_last_proc_stream_id(c_.ng);
  return nghttp2_submit_goaway(c_.ng, NGHTTP2_FLAG_NONE, last, code, opaque, length);
}

int Shutdown::terminate(uint32_t code, int32_t last_stream_id) {
  terminated_ = true;
  if (last_stream_id < 0) return nghttp2_session_terminate_session(c_.ng, code);
  return nghttp2_session_terminate_session2(c_.ng, last_stream_id, code);
}

void Shutdown::explain(const uint8_t* opaque, size_t length, nghttp2_frame* frame) {
  terminated_ = true;
  *frame = {};
  frame->goaway.hd.length = 8 + length;
  frame->goaway.hd.type = NGHTTP2_GOAWAY;
  frame->goaway.last_stream_id = nghttp2_session_get_last_proc_stream_id(c_.ng);
  frame->goaway.error_code = static_cast<uint32_t>(sent_code_);
  frame->goaway.opaque_data = const_cast<uint8_t*>(opaque);
  frame->goaway.opaque_data_len = length;
}

bool Shutdown::submit_waiting(int* error) {
  if (!waits_ || c_.outbound_queue_size() > 0) return false;
  waits_ = false;
  *error = nghttp2_submit_goaway(c_.ng, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(c_.ng),
                                 NGHTTP2_NO_ERROR, nullptr, 0);
  return true;
}

int Shutdown::violation(uint32_t code, int error) {
  // Where there is no memory for a GOAWAY the peer gets none.
  nghttp2_session_terminate_session(c_.ng, code);
  c_.recorder.error(error, kLimitNone);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

bool Shutdown::goaway_sent(const nghttp2_goaway& frame, const Breach& breach) {
  SentGoaway sent{frame.error_code, frame.last_stream_id, breach, {}, is_held()};
  if (frame.opaque_data_len > 0) sent.opaque.assign(frame.opaque_data, frame.opaque_data + frame.opaque_data_len);
  sent_code_ = frame.error_code;
  goaways_.push_back(std::move(sent));
  return !is_held();
}

bool Shutdown::holds_back(const uint8_t* frame, size_t length, const FloodGuard& floods) {
  constexpr size_t kHead = 9;
  constexpr size_t kFixed = 8;
  if (length < kHead + kFixed || frame[3] != NGHTTP2_GOAWAY || is_known()) return false;
  nghttp2_goaway goaway{};
  const uint8_t* code = frame + kHead + 4;
  goaway.error_code = uint32_t{code[0]} << 24 | uint32_t{code[1]} << 16 | uint32_t{code[2]} << 8 | code[3];
  goaway.opaque_data = const_cast<uint8_t*>(frame + kHead + kFixed);
  goaway.opaque_data_len = length - kHead - kFixed;
  const Limit limit = floods.limit_of_goaway(goaway).limit;
  return held_ = limit == kLimitSettings || limit == kLimitFrameSize || too_many_streams_;
}

// Some protocol errors make nghttp2 send its own GOAWAY without telling anybody.
// It then has done with streams that are open, too.
int32_t Shutdown::unexpected(bool wants_write) const {
  if (terminated_ || (going_away_ && c_.streams.size() == 0)) return 0;
  return nghttp2_session_want_read(c_.ng) == 0 && !wants_write ? invalid_error_ : 0;
}

}  // namespace duetto
