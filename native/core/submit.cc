// Commands of a session. They only queue; pull() turns them into bytes.
#include "session.h"

namespace duetto {

int32_t Session::request(const nghttp2_nv* nva, size_t n, const nghttp2_priority_spec* priority,
                         bool end) {
  StreamTable& streams = parts_.connection.streams;
  Stream* stream = streams.take(0);
  if (stream == nullptr) return NGHTTP2_ERR_NOMEM;
  const ng::DataProvider data = Outbound::provider(stream);
  const int32_t id = ng::submit_request(ng(), priority, nva, n, end ? nullptr : &data);
  if (id < 0) {
    streams.give_back(stream);
    return id;
  }
  stream->id = id;
  stream->ended = end;
  parts_.enter(stream);
  return id;
}

int Session::respond(int32_t id, const nghttp2_nv* nva, size_t n, bool end) {
  Stream* stream = find(id);
  if (stream == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  parts_.priorities.before_response(id);
  const ng::DataProvider data = Outbound::provider(stream);
  return ng::submit_response(ng(), id, nva, n, end ? nullptr : &data);
}

int Session::inform(int32_t id, const nghttp2_nv* nva, size_t n) {
  if (find(id) == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  return nghttp2_submit_headers(ng(), NGHTTP2_FLAG_NONE, id, nullptr, nva, n, nullptr);
}

int32_t Session::push(int32_t id, const nghttp2_nv* nva, size_t n) {
  if (find(id) == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  const int32_t promised = nghttp2_submit_push_promise(ng(), NGHTTP2_FLAG_NONE, id, nva, n, nullptr);
  if (promised > 0 && parts_.open_stream(promised) == nullptr) {
    nghttp2_submit_rst_stream(ng(), NGHTTP2_FLAG_NONE, promised, NGHTTP2_INTERNAL_ERROR);
    return NGHTTP2_ERR_NOMEM;
  }
  return promised;
}

int Session::submit_trailers(int32_t id, const nghttp2_nv* nva, size_t n) {
  Stream* stream = find(id);
  if (stream == nullptr) return NGHTTP2_ERR_STREAM_CLOSED;
  if (n > 0) return nghttp2_submit_trailer(ng(), id, nva, n);
  stream->trailers_follow = false;
  const ng::DataProvider data = Outbound::provider(stream);
  return ng::submit_data(ng(), NGHTTP2_FLAG_END_STREAM, id, &data);
}

uint8_t* Session::write_copy(int32_t id, size_t n) {
  Stream* stream = find(id);
  return stream == nullptr ? nullptr : parts_.outbound.write_copy(stream, n);
}

void Session::shorten_copy(int32_t id, size_t surplus) {
  if (Stream* stream = find(id)) parts_.outbound.shorten_copy(stream, surplus);
}

bool Session::write_external(int32_t id, size_t n) {
  Stream* stream = find(id);
  return stream != nullptr && parts_.outbound.write_external(stream, n);
}

bool Session::finish_write(int32_t id, bool end, bool trailers_follow) {
  Stream* stream = find(id);
  if (stream == nullptr || stream->detached) return false;
  return parts_.outbound.finish_write(stream, end, trailers_follow) == 0;
}

int Session::reset(int32_t id, uint32_t code) {
  if (Stream* stream = find(id)) stream->reset_here = true;
  return nghttp2_submit_rst_stream(ng(), NGHTTP2_FLAG_NONE, id, code);
}

int Session::detach(int32_t id) {
  Stream* stream = find(id);
  if (stream == nullptr) return parts_.flow.forget_unread(id);
  if (stream->detached) return 0;
  stream->detached = true;
  stream->write_pending = false;
  parts_.outbound.drop(stream);
  parts_.stalls.end(stream);
  return parts_.flow.detach(stream);
}

int Session::set_reading(int32_t id, bool reading, size_t held) {
  return parts_.flow.set_reading(id, reading, held);
}

int Session::prioritize(int32_t id, const nghttp2_priority_spec* priority, bool silent) {
  if constexpr (!ng::kHasPriorities) return 0;
  if (silent) return nghttp2_session_change_stream_priority(ng(), id, priority);
  return nghttp2_submit_priority(ng(), NGHTTP2_FLAG_NONE, id, priority);
}

int Session::settings(const nghttp2_settings_entry* iv, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    if (iv[i].settings_id == NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) parts_.admission.announce(iv[i].value);
    if (iv[i].settings_id == NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE) parts_.flow.stream_windows_chosen();
  }
  return nghttp2_submit_settings(ng(), NGHTTP2_FLAG_NONE, iv, n);
}

int Session::ping(const uint8_t payload[8]) {
  return nghttp2_submit_ping(ng(), NGHTTP2_FLAG_NONE, payload);
}

int Session::goaway(uint32_t code, int32_t last_stream_id, const uint8_t* opaque, size_t length) {
  return parts_.shutdown.goaway(code, last_stream_id, opaque, length);
}

int Session::explain(uint32_t code, const uint8_t* opaque, size_t length) {
  if (!parts_.shutdown.can_explain()) return goaway(code, 0, opaque, length);
  nghttp2_frame frame;
  parts_.shutdown.explain(opaque, length, &frame);
  if (const int rv = parts_.outbound.put_goaway(frame.goaway)) return rv;
  parts_.frame_sent(frame);
  return 0;
}

int Session::terminate(uint32_t code, int32_t last_stream_id) {
  if (parts_.shutdown.is_held()) return explain(code, nullptr, 0);
  return parts_.shutdown.terminate(code, last_stream_id);
}

int Session::altsvc(int32_t id, const uint8_t* origin, size_t origin_length, const uint8_t* value,
                    size_t value_length) {
  return nghttp2_submit_altsvc(ng(), NGHTTP2_FLAG_NONE, id, origin, origin_length, value,
                               value_length);
}

int Session::origin(const nghttp2_origin_entry* origins, size_t n) {
  return nghttp2_submit_origin(ng(), NGHTTP2_FLAG_NONE, origins, n);
}

int Session::set_next_stream_id(int32_t id) { return nghttp2_session_set_next_stream_id(ng(), id); }

int Session::set_local_window_size(int32_t size) { return parts_.flow.set_local_window_size(size); }

int Session::watch_remote_setting(uint16_t id) {
  return parts_.control_frames.watch(id) ? 0 : NGHTTP2_ERR_INVALID_ARGUMENT;
}

}  // namespace duetto
