// Commands of a session. They only queue; pull() turns them into bytes.
#include <algorithm>

#include "callbacks.h"
#include "session.h"

namespace duetto {

ng::DataProvider Session::provider(Stream* stream) {
  ng::DataProvider data;
  data.source.ptr = stream;
  data.read_callback = Callbacks::read_body;
  return data;
}

int32_t Session::request(const nghttp2_nv* nva, size_t n, const nghttp2_priority_spec* priority,
                         bool end) {
  Stream* stream = streams_.make_room() ? shared_->streams.take(0) : nullptr;
  if (stream == nullptr) return NGHTTP2_ERR_NOMEM;
  const ng::DataProvider data = provider(stream);
  const int32_t id = ng::submit_request(ng_, priority, nva, n, end ? nullptr : &data);
  if (id < 0) {
    shared_->streams.give_back(stream);
    return id;
  }
  stream->id = id;
  stream->ended = end;
  stream->max_header_length =
      std::min(local_setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), Options::kMaxHeaderListSize);
  streams_.insert(id, stream);
  add_free(&free_frames_, kFreeForStream);
  begin_measurement(stream);
  note_opened(kStatOpenedHere);
  return id;
}

int Session::respond(int32_t id, const nghttp2_nv* nva, size_t n, bool end) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  if (has_priorities_) bound_depth(id);
  const ng::DataProvider data = provider(stream);
  const int rv = ng::submit_response(ng_, id, nva, n, end ? nullptr : &data);
  return rv;
}

int Session::inform(int32_t id, const nghttp2_nv* nva, size_t n) {
  if (streams_.find(id) == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  return nghttp2_submit_headers(ng_, NGHTTP2_FLAG_NONE, id, nullptr, nva, n, nullptr);
}

int32_t Session::push(int32_t id, const nghttp2_nv* nva, size_t n) {
  if (streams_.find(id) == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  const int32_t promised = nghttp2_submit_push_promise(ng_, NGHTTP2_FLAG_NONE, id, nva, n, nullptr);
  if (promised > 0 && open_stream(promised) == nullptr) {
    nghttp2_submit_rst_stream(ng_, NGHTTP2_FLAG_NONE, promised, NGHTTP2_INTERNAL_ERROR);
    return NGHTTP2_ERR_NOMEM;
  }
  return promised;
}

int Session::submit_trailers(int32_t id, const nghttp2_nv* nva, size_t n) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  if (n > 0) return nghttp2_submit_trailer(ng_, id, nva, n);
  stream->trailers_follow = false;
  const ng::DataProvider data = provider(stream);
  return ng::submit_data(ng_, NGHTTP2_FLAG_END_STREAM, id, &data);
}

uint8_t* Session::write_copy(int32_t id, size_t n) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || stream->detached || stream->broken) return nullptr;
  uint8_t* at = stream->outbound.append_copy(n);
  if (at == nullptr)
    give_up(stream);
  else
    queued_bytes_ += n;
  return at;
}

// nghttp2 asks for the body, and is told that there is none: RST_STREAM.
void Session::give_up(Stream* stream) {
  stream->broken = true;
  resume(stream);
}

void Session::shorten_copy(int32_t id, size_t surplus) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || surplus == 0) return;
  queued_bytes_ -= surplus;
  stream->outbound.shorten_copy(surplus);
}

bool Session::write_external(int32_t id, size_t n) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || stream->detached || stream->broken) return false;
  if (n == 0) return true;
  if (!stream->outbound.append_external(n)) {
    give_up(stream);
    return false;
  }
  queued_bytes_ += n;
  return true;
}

bool Session::finish_write(int32_t id, bool end, bool trailers_follow) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || stream->detached) return false;
  stream->write_pending = !stream->outbound.empty();
  if (stream->write_pending) note_unfinished(id);
  if (end) {
    stream->ended = true;
    stream->trailers_follow = trailers_follow;
  }
  resume(stream);
  return true;
}

void Session::resume(Stream* stream) {
  if (!stream->deferred) return;
  stream->deferred = false;
  nghttp2_session_resume_data(ng_, stream->id);
}

int Session::reset(int32_t id, uint32_t code) {
  if (Stream* stream = streams_.find(id)) stream->reset_here = true;
  return nghttp2_submit_rst_stream(ng_, NGHTTP2_FLAG_NONE, id, code);
}

void Session::detach(int32_t id) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr) return set_unread(id, 0);
  if (stream->detached) return;
  stream->detached = true;
  stream->write_pending = false;
  queued_bytes_ -= stream->outbound.length();
  stream->outbound.trim();
  end_stall(stream);
  // Whatever still comes for it must not hold up the connection.
  let_go(stream);
  stream->reading = true;
}

int Session::prioritize(int32_t id, const nghttp2_priority_spec* priority, bool silent) {
  if constexpr (!ng::kHasPriorities) return 0;
  if (silent) return nghttp2_session_change_stream_priority(ng_, id, priority);
  return nghttp2_submit_priority(ng_, NGHTTP2_FLAG_NONE, id, priority);
}

int Session::settings(const nghttp2_settings_entry* iv, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    if (iv[i].settings_id == NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) announced_streams_ = iv[i].value;
    if (iv[i].settings_id == NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE) stream_windows_settled_ = true;
  }
  return nghttp2_submit_settings(ng_, NGHTTP2_FLAG_NONE, iv, n);
}

int Session::ping(const uint8_t payload[8]) {
  return nghttp2_submit_ping(ng_, NGHTTP2_FLAG_NONE, payload);
}

int Session::goaway(uint32_t code, int32_t last_stream_id, const uint8_t* opaque, size_t length) {
  leaving_ = true;
  // nghttp2 sends it before HEADERS that wait.
  if (options_.role == Role::kClient && code == NGHTTP2_NO_ERROR && last_stream_id <= 0 && length == 0 &&
      nghttp2_session_get_outbound_queue_size(ng_) > 0) {
    goaway_waits_ = true;
    return 0;
  }
  // 0 or less: the last stream that was processed.
  const int32_t last =
      last_stream_id > 0 ? last_stream_id : nghttp2_session_get_last_proc_stream_id(ng_);
  return nghttp2_submit_goaway(ng_, NGHTTP2_FLAG_NONE, last, code, opaque, length);
}

int Session::explain(uint32_t code, const uint8_t* opaque, size_t length) {
  if (goaway_code_ < 0 || (goaway_known() && !goaway_held_)) return goaway(code, 0, opaque, length);
  // nghttp2 sends nothing more: the frame is made here (RFC 9113, section 6.8).
  const auto put = [this](uint32_t value, size_t octets) {
    while (octets-- > 0) rest_.push(static_cast<uint8_t>(value >> 8 * octets));
  };
  const auto last = static_cast<uint32_t>(nghttp2_session_get_last_proc_stream_id(ng_));
  if (!rest_.reserve(9 + 8 + length)) return NGHTTP2_ERR_NOMEM;
  put(static_cast<uint32_t>(8 + length), 3);
  put(NGHTTP2_GOAWAY, 1);
  put(0, 1);
  put(0, 4);
  put(last, 4);
  put(static_cast<uint32_t>(goaway_code_), 4);
  rest_.put(opaque, length);
  nghttp2_frame frame{};
  frame.goaway.hd.length = 8 + length;
  frame.goaway.hd.type = NGHTTP2_GOAWAY;
  frame.goaway.last_stream_id = static_cast<int32_t>(last);
  frame.goaway.error_code = static_cast<uint32_t>(goaway_code_);
  frame.goaway.opaque_data = const_cast<uint8_t*>(opaque);
  frame.goaway.opaque_data_len = length;
  terminated_ = true;
  return Callbacks::on_frame_sent(ng_, &frame, this);
}

int Session::terminate(uint32_t code, int32_t last_stream_id) {
  if (goaway_held_ && !terminated_) return explain(code, nullptr, 0);
  terminated_ = true;
  if (last_stream_id < 0) return nghttp2_session_terminate_session(ng_, code);
  return nghttp2_session_terminate_session2(ng_, last_stream_id, code);
}

int Session::altsvc(int32_t id, const uint8_t* origin, size_t origin_length, const uint8_t* value,
                    size_t value_length) {
  return nghttp2_submit_altsvc(ng_, NGHTTP2_FLAG_NONE, id, origin, origin_length, value,
                               value_length);
}

int Session::origin(const nghttp2_origin_entry* origins, size_t n) {
  return nghttp2_submit_origin(ng_, NGHTTP2_FLAG_NONE, origins, n);
}

int Session::set_next_stream_id(int32_t id) { return nghttp2_session_set_next_stream_id(ng_, id); }

int Session::set_local_window_size(int32_t size) {
  window_settled_ = window_chosen_ = true;
  return nghttp2_session_set_local_window_size(ng_, NGHTTP2_FLAG_NONE, 0, size);
}

void Session::watch_remote_setting(uint16_t id) {
  if (watched_count_ < kMaxWatchedSettings) watched_[watched_count_++] = id;
}

}  // namespace duetto
