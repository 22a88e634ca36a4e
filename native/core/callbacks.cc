#include "callbacks.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "padding.h"
#include "session.h"

namespace duetto {

namespace {
Session* self(void* user) { return static_cast<Session*>(user); }

int32_t stream_of(const nghttp2_frame* frame) {
  return frame->hd.type == NGHTTP2_PUSH_PROMISE ? frame->push_promise.promised_stream_id
                                                : frame->hd.stream_id;
}

int32_t big_endian(const uint8_t* p) {
  return static_cast<int32_t>(uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 |
                              uint32_t{p[3]});
}

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

nghttp2_session_callbacks* Callbacks::make(bool pads) {
  nghttp2_session_callbacks* cb = nullptr;
  if (nghttp2_session_callbacks_new(&cb) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_begin_frame_callback(cb, on_begin_frame);
  nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_frame_sent);
  nghttp2_session_callbacks_set_on_begin_headers_callback(cb, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(cb, on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback2(cb, on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data_chunk);
  nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_stream_close);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(cb, on_invalid_frame);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(cb, on_frame_not_sent);
  // No error callback: for each malformed field nghttp2 would print its name and value.
  nghttp2_session_callbacks_set_send_data_callback(cb, send_body);
  if (pads) ng::set_select_padding(cb, select_padding);
  return cb;
}

const nghttp2_session_callbacks* Callbacks::table(PaddingStrategy padding) {
  static nghttp2_session_callbacks* const plain = make(false);
  static nghttp2_session_callbacks* const padded = make(true);
  return padding == PaddingStrategy::kNone ? plain : padded;
}

int Callbacks::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Session* s = self(user);
  const int32_t id = stream_of(frame);
  Stream* stream = s->streams_.find(id);
  if (stream == nullptr) {
    const bool promised = frame->hd.type == NGHTTP2_PUSH_PROMISE;
    const Limit limit = s->room_for_stream();
    if (limit != kLimitNone) {
      if (s->rejected_streams_++ > s->options_.max_rejected_streams) {
        return break_limit(s, kLimitRejectedStreams, s->rejected_streams_,
                           s->options_.max_rejected_streams);
      }
      return refuse_stream(s, id, limit);
    }
    if (promised && s->reserved_ >= s->options_.max_reserved_streams) {
      // Refusing costs as much as a reset that the peer brings about.
      s->glitches_.drain(Session::kGlitchOfReset);
      return refuse(s, id, kLimitReservedStreams, s->reserved_ + uint64_t{1},
                    s->options_.max_reserved_streams, NGHTTP2_CANCEL);
    }
    s->rejected_streams_ = 0;
    stream = s->open_stream(id);
    if (stream == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
    stream->reserved = promised;
    if (promised) ++s->reserved_;
  } else if (stream->reserved && frame->hd.type == NGHTTP2_HEADERS) {
    stream->reserved = false;
    --s->reserved_;
  }
  if (frame->hd.type == NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_PRIORITY) != 0)
    s->note_priority(id, frame->headers.pri_spec.exclusive != 0);
  s->header_bytes_ -= stream->header_length;
  stream->header_pairs = 0;
  stream->malformed_fields = 0;
  stream->header_length = 0;
  s->drop_headers();
  s->new_block_ = true;
  s->headers_at_ = s->batch_->ints.size();
  s->headers_bytes_at_ = s->batch_->bytes.size();
  if (!s->batch_->record<kHeaders>(id, 0, 0, 0, 0)) return NGHTTP2_ERR_CALLBACK_FAILURE;
  return 0;
}

int Callbacks::on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                         nghttp2_rcbuf* value, uint8_t flags, void* user) {
  Session* s = self(user);
  if (s->trace_ != nullptr)
    s->trace_->field(nghttp2_rcbuf_get_buf(name), nghttp2_rcbuf_get_buf(value), flags);
  const int32_t id = stream_of(frame);
  Stream* stream = s->streams_.find(id);
  // Refused in on_begin_headers: nghttp2 still decodes the block, for the
  // sake of the compression state, and nobody wants to know what is in it.
  if (stream == nullptr || stream->detached || s->headers_at_ == 0) return 0;

  const nghttp2_vec name_text = nghttp2_rcbuf_get_buf(name);
  const nghttp2_vec value_text = nghttp2_rcbuf_get_buf(value);
  if (name_text.len == 0) return 0;
  if (const int rv = count_field(s, stream, name_text.len + value_text.len)) return rv;
  ++stream->header_pairs;

  EventBatch* batch = s->batch_;
  const bool sensitive = (flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0;
  const int32_t name_id = s->shared_->strings.name(name, &s->names_left_);
  int32_t* at = batch->ints.append(name_id == kLiteral ? 2 : 1);
  if (at == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
  at[0] = name_id * 2 + (sensitive ? 1 : 0);
  if (name_id == kLiteral) {
    at[1] = static_cast<int32_t>(name_text.len);
    if (!batch->put_bytes(name_text.base, name_text.len)) return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  int32_t code = kLiteral;
  if (nghttp2_rcbuf_is_static(value)) {
    const int32_t known = s->shared_->strings.static_value(value);
    if (known != kLiteral) code = known * 2;
  } else if (!sensitive) {
    const ValueCache::Result found = s->values_.find(value, value_text);
    if (found.found == ValueCache::Found::kKnown) code = found.id * 2 + 1;
    if (found.found == ValueCache::Found::kNew) code = -(found.id + 2);
  }
  ++s->counters_[code < 0 ? kStatCacheMisses : kStatCacheHits];
  at = batch->ints.append(code < 0 ? 2 : 1);
  if (at == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
  at[0] = code;
  if (code < 0) {
    at[1] = static_cast<int32_t>(value_text.len);
    if (!batch->put_bytes(value_text.base, value_text.len)) return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  return 0;
}

// Towards the limits of a block; one that is passed refuses the stream.
int Callbacks::count_field(Session* s, Stream* stream, size_t length) {
  s->counters_[kStatFieldsReceived] += length;
  const uint64_t size = length + 32;  // RFC 9113, section 6.5.2
  const uint64_t pairs = uint64_t{stream->header_pairs} + stream->malformed_fields + 1;
  if (pairs > s->options_.max_header_list_pairs) {
    s->drop_headers();
    return refuse(s, stream->id, kLimitHeaderListPairs, pairs, s->options_.max_header_list_pairs);
  }
  if (stream->header_length + size > stream->max_header_length) {
    s->drop_headers();
    return refuse(s, stream->id, kLimitHeaderListSize, stream->header_length + size,
                  stream->max_header_length);
  }
  stream->header_length += size;
  s->header_bytes_ += size;
  return 0;
}

// A malformed field is left out (RFC 9113, section 8.2.1 allows it), but costs as much
// as another; a malformed pseudo-header field is an error of the stream without our doing.
int Callbacks::on_invalid_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                                 nghttp2_rcbuf* value, uint8_t, void* user) {
  Session* s = self(user);
  Stream* stream = s->streams_.find(stream_of(frame));
  if (stream == nullptr || s->headers_at_ == 0) return 0;
  s->glitches_.drain();
  if (const int rv = count_field(s, stream, nghttp2_rcbuf_get_buf(name).len + nghttp2_rcbuf_get_buf(value).len))
    return rv;
  ++stream->malformed_fields;
  return 0;
}

// The settings as they are now: when the record is read, others may have come.
void Callbacks::put_settings(Session* s, bool remote, int32_t* at) {
  for (const int32_t id : kReportedSettings)
    *at++ = static_cast<int32_t>(remote ? s->remote_setting(id) : s->local_setting(id));
}

int Callbacks::end_of_headers(Session* s, const nghttp2_frame* frame, int32_t id) {
  if (s->headers_at_ == 0) return 0;
  Stream* stream = s->streams_.find(id);
  if (stream == nullptr || stream->detached) {
    s->drop_headers();
    return 0;
  }
  if (!s->join_headers()) return NGHTTP2_ERR_CALLBACK_FAILURE;
  int32_t* at = s->batch_->ints.data() + s->headers_at_;
  s->largest_pairs_ = std::max(s->largest_pairs_, stream->header_pairs);
  s->largest_list_ = std::max(s->largest_list_, stream->header_length);
  if (stream->started != 0 && stream->first_header == 0) stream->first_header = now_ns();
  at[2] = frame->hd.type == NGHTTP2_HEADERS ? frame->headers.cat : NGHTTP2_HCAT_REQUEST;
  at[3] = frame->hd.flags;
  at[4] = static_cast<int32_t>(stream->header_pairs);
  at[5] = static_cast<int32_t>(s->batch_->ints.size() - s->headers_at_ - 6);
  s->headers_at_ = 0;
  return 0;
}

int Callbacks::too_many_invalid_frames(Session* s) {
  if (s->invalid_frames_++ <= s->options_.max_invalid_frames) return 0;
  return break_limit(s, kLimitInvalidFrames, s->invalid_frames_, s->options_.max_invalid_frames);
}

int Callbacks::on_frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Session* s = self(user);
  const int32_t id = frame->hd.stream_id;
  const bool ack = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
  if (s->trace_ != nullptr) s->trace_->received(frame);
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_PUSH_PROMISE)
    s->drop_headers();
  switch (frame->hd.type) {
    case NGHTTP2_DATA: {
      Stream* stream = s->streams_.find(id);
      if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && stream != nullptr) {
        s->peer_streams_.end(id);
        if (!stream->detached) s->record<kEndStream>(id);
      } else if (frame->hd.length > 0 && frame->hd.length == frame->data.padlen) {
        // Nothing but padding is empty too.
        s->glitches_.drain();
      }
      break;
    }
    case NGHTTP2_HEADERS:
    case NGHTTP2_PUSH_PROMISE:
      return end_of_headers(s, frame, stream_of(frame));
    case NGHTTP2_SETTINGS: {
      if (ack) {
        int32_t* values = s->batch_->record_in_place<kSettingsAck>();
        if (values == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
        put_settings(s, false, values);
        break;
      }
      ++s->acks_waiting_;
      s->largest_settings_ = std::max(s->largest_settings_, frame->settings.niv);
      int32_t* values = s->batch_->record_in_place<kSettings>();
      if (values == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
      put_settings(s, true, values);
      const size_t count_at = s->batch_->ints.size() - 1;
      int32_t watched = 0;
      for (size_t i = 0; i < frame->settings.niv; ++i) {
        const nghttp2_settings_entry& entry = frame->settings.iv[i];
        const uint16_t* end = s->watched_ + s->watched_count_;
        if (std::find(s->watched_, const_cast<uint16_t*>(end), entry.settings_id) == end) continue;
        int32_t* pair = s->batch_->ints.append(2);
        if (pair == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
        pair[0] = entry.settings_id;
        pair[1] = static_cast<int32_t>(entry.value);
        ++watched;
      }
      s->batch_->ints.data()[count_at] = watched;
      break;
    }
    case NGHTTP2_PING:
      if (!ack) ++s->acks_waiting_;
      if (ack)
        s->record<kPingAck>(big_endian(frame->ping.opaque_data), big_endian(frame->ping.opaque_data + 4));
      else
        s->record<kPing>(big_endian(frame->ping.opaque_data), big_endian(frame->ping.opaque_data + 4));
      break;
    case NGHTTP2_GOAWAY:
      s->leaving_ = true;
      s->record<kGoaway>(frame->goaway.error_code, frame->goaway.last_stream_id,
                frame->goaway.opaque_data_len);
      s->batch_->put_bytes(frame->goaway.opaque_data, frame->goaway.opaque_data_len);
      break;
    case NGHTTP2_RST_STREAM:
      s->resets_.drain();
      // A promise that is taken back has cost as much as a request that is.
      if (s->options_.role == Role::kClient && (id & 1) == 0) s->glitches_.drain(Session::kGlitchOfReset);
      s->peer_streams_.end(id);
      break;
    case NGHTTP2_PRIORITY: {
      const nghttp2_priority_spec& pri = frame->priority.pri_spec;
      s->note_priority(id, pri.exclusive != 0);
      s->record<kPriority>(id, pri.stream_id, pri.weight, pri.exclusive);
      break;
    }
    case NGHTTP2_ALTSVC: {
      const auto* altsvc = static_cast<const nghttp2_ext_altsvc*>(frame->ext.payload);
      s->record<kAltsvc>(id, altsvc->origin_len, altsvc->field_value_len);
      s->batch_->put_bytes(altsvc->origin, altsvc->origin_len);
      s->batch_->put_bytes(altsvc->field_value, altsvc->field_value_len);
      break;
    }
    case NGHTTP2_ORIGIN: {
      const auto* origin = static_cast<const nghttp2_ext_origin*>(frame->ext.payload);
      s->record<kOrigin>(origin->nov);
      int32_t* lengths = s->batch_->ints.append(origin->nov);
      if (lengths == nullptr && origin->nov > 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
      for (size_t i = 0; i < origin->nov; ++i) {
        lengths[i] = static_cast<int32_t>(origin->ov[i].origin_len);
        s->batch_->put_bytes(origin->ov[i].origin, origin->ov[i].origin_len);
      }
      break;
    }
    default:
      break;
  }
  return 0;
}

int Callbacks::on_data_chunk(nghttp2_session* ng, uint8_t, int32_t id, const uint8_t* data,
                             size_t length, void* user) {
  Session* s = self(user);
  Stream* stream = s->streams_.find(id);
  if (stream == nullptr) {
    nghttp2_session_consume(ng, id, length);
    return 0;
  }
  if (s->holds_too_much(stream)) {
    nghttp2_session_consume_connection(ng, length);
    refuse(s, id, kLimitSessionMemory, s->memory_in_use(), s->memory_allowed());
    return 0;
  }
  s->counters_[kStatDataReceived] += length;
  stream->bytes_read += length;
  if (stream->started != 0 && stream->first_byte == 0) stream->first_byte = now_ns();
  s->widen_windows(stream, length);
  s->take_in(stream, length);
  if (!stream->detached) {
    s->record<kData>(id, data - s->chunk_, length);
    s->batch_->ints.data()[kBatchHasData] = 1;
  }
  return 0;
}

int Callbacks::on_stream_close(nghttp2_session*, int32_t id, uint32_t code, void* user) {
  Session* s = self(user);
  // A block cut off in the middle was never a message.
  if (s->open_block() == id) s->drop_headers();
  s->close_stream(id, code);
  return 0;
}

int Callbacks::on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int code,
                                void* user) {
  Session* s = self(user);
  if (s->trace_ != nullptr) s->trace_->invalid(frame, code);
  s->drop_headers();
  note_refused_by_nghttp2(s, frame, code);
  if (const int rv = too_many_invalid_frames(s)) return rv;
  // Whether it ends the stream or the session is nghttp2's to say, and changes
  // with its versions; when it has sent its GOAWAY, the session is told why.
  s->invalid_code_ = code;
  return 0;
}

int Callbacks::on_frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int code,
                                 void* user) {
  Session* s = self(user);
  if (s->trace_ != nullptr) s->trace_->not_sent(frame, code);
  // The peer or the user was faster; both know already.
  if (code == NGHTTP2_ERR_SESSION_CLOSING || code == NGHTTP2_ERR_STREAM_CLOSED ||
      code == NGHTTP2_ERR_STREAM_CLOSING) {
    return 0;
  }
  if (code == NGHTTP2_ERR_FRAME_SIZE_ERROR) note_too_long_to_send(s, frame);
  s->record<kFrameError>(frame->hd.stream_id, frame->hd.type, http2_code(code));
  return 0;
}

void Callbacks::want_trailers(Session* s, Stream* stream) {
  if (stream->trailers_wanted) return;
  stream->trailers_wanted = true;
  s->record<kWantTrailers>(stream->id);
}

ng::Ssize Callbacks::read_body(nghttp2_session*, int32_t, uint8_t*, size_t length, uint32_t* flags,
                               nghttp2_data_source* source, void* user) {
  Session* s = self(user);
  auto* stream = static_cast<Stream*>(source->ptr);
  if (stream->broken) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const size_t n = std::min(length, stream->outbound.length());
  if (n == 0 && (!stream->ended || stream->detached)) {
    stream->deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  // Room for the frame header, the longest padding and what is copied here.
  const size_t needs = 9 + 256 + stream->outbound.copied_of_next(n);
  if (s->external_ >= s->budget_ || s->out_capacity_ - s->out_length_ < needs) {
    s->out_full_ = true;
    return NGHTTP2_ERR_PAUSE;
  }
  if (n > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (n == stream->outbound.length() && stream->ended) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream->trailers_follow) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      if (n == 0) want_trailers(s, stream);
    }
  }
  return static_cast<ng::Ssize>(n);
}

int Callbacks::send_body(nghttp2_session*, nghttp2_frame* frame, const uint8_t* header,
                         size_t length, nghttp2_data_source* source, void* user) {
  Session* s = self(user);
  auto* stream = static_cast<Stream*>(source->ptr);
  if (stream->outbound.length() < length) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const auto put = [s](const uint8_t* data, size_t n) {
    std::memcpy(s->out_ + s->out_length_, data, n);
    s->out_length_ += n;
  };
  s->counters_[kStatDataSent] += length;
  stream->bytes_written += length;
  if (stream->started != 0 && stream->first_byte_sent == 0) stream->first_byte_sent = now_ns();
  if (stream->stalled != 0) s->end_stall(stream);
  put(header, 9);
  const size_t padding = frame->data.padlen;
  if (padding > 0) s->out_[s->out_length_++] = static_cast<uint8_t>(padding - 1);
  stream->outbound.take(
      length,
      [s, &put](const uint8_t* data, size_t n) {
        put(data, n);
        s->queued_bytes_ -= n;
      },
      [s, stream](size_t n) {
        s->record<kSegment>(s->out_length_, stream->id, n);
        s->external_ += n;
        s->queued_bytes_ -= n;
        ++s->segments_;
      });
  if (padding > 1) {
    std::memset(s->out_ + s->out_length_, 0, padding - 1);
    s->out_length_ += padding - 1;
  }
  if (stream->write_pending && stream->outbound.empty()) {
    stream->write_pending = false;
    s->record<kWrote>(stream->id);
    if (!stream->ended) s->more_may_follow_ = true;
  }
  if (!stream->outbound.empty()) s->note_unfinished(stream->id);
  // A window that lets out a few octets at a time makes frames of headers (CVE-2019-9511).
  if (length < Session::kDribble && !stream->outbound.empty())
    s->glitches_.drain();
  else
    Session::add_free(&s->free_frames_, Session::kFreeForData);
  // After kWrote: the writer has finished when it is asked for trailers.
  if (stream->ended && stream->trailers_follow && stream->outbound.empty()) want_trailers(s, stream);
  return 0;
}

ng::Ssize Callbacks::select_padding(nghttp2_session*, const nghttp2_frame* frame, size_t most,
                                    void* user) {
  return static_cast<ng::Ssize>(padded_length(self(user)->options_.padding, frame->hd.length, most));
}

}  // namespace duetto
