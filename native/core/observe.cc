// What a session tells about itself: counters, measurements, limits, frames.
#include <algorithm>
#include <cstring>

#include "callbacks.h"
#include "session.h"

namespace duetto {

namespace {
bool says(const nghttp2_goaway& frame, const char* reason) {
  return frame.opaque_data_len == std::strlen(reason) &&
         std::memcmp(frame.opaque_data, reason, frame.opaque_data_len) == 0;
}

uint64_t length_of(const nghttp2_nv* nva, size_t n) {
  uint64_t length = 0;
  for (size_t i = 0; i < n; ++i) length += nva[i].namelen + nva[i].valuelen;
  return length;
}
}  // namespace

// -- frames ---------------------------------------------------------------------

int Callbacks::on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* hd, void* user) {
  auto* s = static_cast<Session*>(user);
  ++s->counters_[kStatFramesReceived + frame_slot(hd->type)];
  s->accounted_ += 9 + hd->length;
  switch (hd->type) {
    case NGHTTP2_HEADERS:
      if (const int rv = s->note_headers(*hd)) return rv;
      [[fallthrough]];
    case NGHTTP2_PUSH_PROMISE:
      s->continuations_ = 0;
      s->counters_[kStatFieldsReceivedOnWire] += hd->length;
      break;
    case NGHTTP2_CONTINUATION:
      s->largest_continuations_ = std::max(s->largest_continuations_, ++s->continuations_);
      s->counters_[kStatFieldsReceivedOnWire] += hd->length;
      break;
    default:
      break;
  }
  if (s->trace_ != nullptr) s->trace_->begin_received(*hd);
  return look_for_floods(s, hd);
}

// Frames that are allowed, each of them, and in their number cost more than they
// say (RFC 9113, section 10.5).
int Callbacks::look_for_floods(Session* s, const nghttp2_frame_hd* hd) {
  bool suspicious = false;
  switch (hd->type) {
    case NGHTTP2_DATA:
      if (hd->length == 0) {
        if ((hd->flags & NGHTTP2_FLAG_END_STREAM) != 0) break;
        suspicious = true;
        if (const int rv = note_empty_frame(s)) return rv;
      } else {
        s->empty_frames_ = 0;
      }
      break;
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
      if (hd->length > 0 || (hd->flags & NGHTTP2_FLAG_END_HEADERS) != 0) break;
      suspicious = true;
      if (const int rv = note_empty_frame(s)) return rv;
      break;
    case NGHTTP2_RST_STREAM:
    case NGHTTP2_PUSH_PROMISE:
    case NGHTTP2_GOAWAY:
      break;
    case NGHTTP2_PRIORITY:
      // Versions without priorities pass over it (RFC 9113, section 6.3).
      if (!ng::kHasPriorities && hd->stream_id == 0)
        return s->break_protocol(NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ERR_PROTO);
      [[fallthrough]];
    default:
      if (s->free_frames_ > 0)
        --s->free_frames_;
      else
        suspicious = true;
  }
  if (suspicious) s->glitches_.drain();
  return s->glitches_.over() ? break_limit(s, kLimitGlitches, s->glitches_.spent, s->glitches_.burst) : 0;
}

// nghttp2 passes over what is for streams that are gone, and frames that it does
// not know, without a word: it is what is received beyond all it told of.
void Session::look_at_ignored() {
  const uint64_t received = counters_[kStatBytesReceived];
  if (received <= accounted_ + kHeadAhead) return;
  const uint64_t ignored = received - accounted_ - kHeadAhead;
  accounted_ += ignored;
  // After a GOAWAY the peer's new streams are passed over by right.
  if (goaway_known()) return;
  const uint64_t late = std::min(ignored, late_octets_);
  late_octets_ -= late;
  if (ignored > late) glitches_.drain(1 + (ignored - late) / kIgnoredPerGlitch);
  if (!glitches_.over()) return;
  on_limit(kLimitGlitches, 0, glitches_.spent, glitches_.burst);
  error(NGHTTP2_ERR_CALLBACK_FAILURE, kLimitGlitches);
}

// A stream begins, or goes on. HEADERS for one that is gone are decoded for the sake
// of the compression state, and nobody hears of them: octets that are ignored.
int Session::note_headers(const nghttp2_frame_hd& hd) {
  const int32_t id = hd.stream_id;
  const bool open = streams_.find(id) != nullptr;
  if (options_.role == Role::kServer && (id & 1) == 1) {
    if (id > peer_streams_.newest())
      peer_streams_.begin(id);
    else if (!open) {
      if (peer_streams_.was_left_out(id)) return break_protocol(NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ERR_PROTO);
      if (peer_streams_.is_over(id)) return break_protocol(NGHTTP2_STREAM_CLOSED, NGHTTP2_ERR_STREAM_CLOSED);
      accounted_ -= 9 + hd.length;
    }
    if ((hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) peer_streams_.end(id);
  } else if (!open) {
    accounted_ -= 9 + hd.length;
  }
  return 0;
}

int Callbacks::note_empty_frame(Session* s) {
  if (s->empty_frames_++ < s->options_.max_empty_frames) return 0;
  return break_limit(s, kLimitEmptyFrames, s->empty_frames_, s->options_.max_empty_frames);
}

int Callbacks::break_limit(Session* s, Limit limit, uint64_t reached, uint64_t allowed) {
  s->broken_limit_ = limit;
  // A block that is open goes, and must not take this record with it.
  s->drop_headers();
  s->on_limit(limit, 0, reached, allowed);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Callbacks::on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  auto* s = static_cast<Session*>(user);
  ++s->counters_[kStatFramesSent + frame_slot(frame->hd.type)];
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      s->counters_[kStatFieldsSent] += length_of(frame->headers.nva, frame->headers.nvlen);
      s->counters_[kStatFieldsSentOnWire] += frame->hd.length;
      break;
    case NGHTTP2_PUSH_PROMISE:
      s->counters_[kStatFieldsSent] += length_of(frame->push_promise.nva, frame->push_promise.nvlen);
      s->counters_[kStatFieldsSentOnWire] += frame->hd.length;
      break;
    case NGHTTP2_SETTINGS:
    case NGHTTP2_PING:
      if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 && s->acks_waiting_ > 0) --s->acks_waiting_;
      break;
    case NGHTTP2_RST_STREAM: {
      // The peer has brought it about. Told with its next frame.
      const Stream* stream = s->streams_.find(frame->hd.stream_id);
      if (stream != nullptr && !stream->reset_here) s->glitches_.drain(Session::kGlitchOfReset);
      break;
    }
    case NGHTTP2_GOAWAY: {
      const nghttp2_goaway& goaway = frame->goaway;
      SentGoaway sent{goaway.error_code, goaway.last_stream_id, kLimitNone, 0, 0, {}};
      if (!s->goaway_known()) sent.limit = s->limit_of_goaway(goaway, &sent.reached, &sent.allowed);
      if (goaway.opaque_data_len > 0)
        sent.opaque.assign(goaway.opaque_data, goaway.opaque_data + goaway.opaque_data_len);
      s->goaway_code_ = goaway.error_code;
      s->goaways_.push_back(std::move(sent));
      break;
    }
    default:
      break;
  }
  if (s->trace_ != nullptr) s->trace_->sent(frame);
  return 0;
}

// -- limits ---------------------------------------------------------------------

// A stream is not let in, or not let on: the peer may come back slower.
int Callbacks::refuse(Session* s, int32_t id, Limit limit, uint64_t reached, uint64_t allowed) {
  ++s->counters_[kStatRefused];
  if (s->trace_ != nullptr) s->trace_->refused();
  s->on_limit(limit, id, reached, allowed);
  if (s->streams_.find(id) == nullptr) s->expect_late(nullptr);
  nghttp2_submit_rst_stream(s->ng_, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM);
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

// nghttp2 counts streams too, and against a limit that is announced and not
// acknowledged yet.
void Callbacks::note_refused_by_nghttp2(Session* s, const nghttp2_frame* frame, int code) {
  const int32_t id = frame->hd.stream_id;
  const bool refused = code == NGHTTP2_ERR_REFUSED_STREAM;
  if (frame->hd.type != NGHTTP2_HEADERS || s->options_.role != Role::kServer ||
      (!refused && code != NGHTTP2_ERR_PROTO) || s->streams_.size() < s->announced_streams_ ||
      s->streams_.find(id) != nullptr) {
    return;
  }
  if (refused) ++s->counters_[kStatRefused];
  s->on_limit(kLimitConcurrentStreams, refused ? id : 0, s->streams_.size() + 1,
              s->announced_streams_);
}

void Callbacks::note_too_long_to_send(Session* s, const nghttp2_frame* frame) {
  const bool promise = frame->hd.type == NGHTTP2_PUSH_PROMISE;
  if (!promise && frame->hd.type != NGHTTP2_HEADERS) return;
  const nghttp2_nv* nva = promise ? frame->push_promise.nva : frame->headers.nva;
  const size_t n = promise ? frame->push_promise.nvlen : frame->headers.nvlen;
  // As nghttp2 estimates it: the longest way to write each field.
  s->on_limit(kLimitSendHeaderBlock, frame->hd.stream_id, length_of(nva, n) + 12 * n + 17,
              s->options_.max_send_header_block);
}

void Session::on_limit(Limit limit, int32_t id, uint64_t reached, uint64_t allowed) {
  record(kLimitHit, limit, id, reached & UINT32_MAX, reached >> 32, allowed & UINT32_MAX,
         allowed >> 32);
}

Limit Session::limit_of_goaway(const nghttp2_goaway& frame, uint64_t* reached,
                               uint64_t* allowed) const {
  // How far it went is not told: one beyond is what is sure.
  if (frame.error_code == NGHTTP2_FRAME_SIZE_ERROR && says(frame, "too large frame size")) {
    *allowed = local_setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE);
    *reached = *allowed + 1;
    return kLimitFrameSize;
  }
  if (says(frame, "SETTINGS: too many setting entries")) {
    *allowed = options_.max_settings;
    *reached = *allowed + 1;
    return kLimitSettings;
  }
  // These two come without a word.
  if (frame.opaque_data_len > 0) return kLimitNone;
  if (frame.error_code == NGHTTP2_INTERNAL_ERROR && options_.role == Role::kServer &&
      resets_.exhausted()) {
    *reached = resets_.spent;
    *allowed = resets_.burst;
    return kLimitStreamResets;
  }
  if (frame.error_code == NGHTTP2_ENHANCE_YOUR_CALM && ng::kHasGlitchLimit && options_.glitches_of_nghttp2) {
    *allowed = options_.glitch_burst;
    *reached = *allowed + 1;
    return kLimitGlitches;
  }
  return kLimitNone;
}

// -- measurements ---------------------------------------------------------------

void Session::note_opened(StatIndex by) {
  ++counters_[by];
  peak_streams_ = std::max(peak_streams_, streams_.size());
}

Measurement Session::measurement(const Stream* stream, uint64_t end) const {
  return Measurement{stream->id,         stream->started,         end,
                     stream->first_header, stream->first_byte,      stream->first_byte_sent,
                     stream->bytes_read, stream->bytes_written};
}

void Session::end_measurement(const Stream* stream) {
  const uint64_t now = now_ns();
  ++counters_[kStatMeasuredStreams];
  counters_[kStatMeasuredNs] += now - stream->started;
  if (shared_->measuring) measurements_.push(measurement(stream, now));
}

Array<Measurement> Session::take_measurements(bool open) {
  if (open) {
    streams_.each([this](Stream* stream) {
      if (stream->started == 0) return;
      end_measurement(stream);
      stream->started = 0;
    });
  }
  return std::move(measurements_);
}

int32_t Session::notes() const {
  return (has_trace() ? kNoteTrace : 0) | (goaways_.empty() ? 0 : kNoteGoaway) |
         (measurements_.empty() ? 0 : kNoteMeasurements);
}

// -- statistics -----------------------------------------------------------------

void Session::stats(double* out) const {
  for (size_t i = 0; i < kCounterCount; ++i) out[i] = static_cast<double>(counters_[i]);
  const auto put = [out](StatIndex i, auto value) { out[i] = static_cast<double>(value); };
  put(kStatOpenStreams, streams_.size());
  put(kStatStalledStreams, stalled_streams_);
  put(kStatCacheEntries, values_.size());
  put(kStatCacheBytes, values_.bytes());
  put(kStatMemory, memory_in_use());
  put(kStatNgMemory, allocator_.in_use());
  put(kStatFieldMemory, header_bytes_);
  put(kStatQueued, queued_bytes_);
  if (stalled_streams_ > 0) {
    const uint64_t now = now_ns();
    streams_.each([out, now](const Stream* stream) {
      if (stream->stalled != 0) out[kStatStalledNs] += static_cast<double>(now - stream->stalled);
    });
  }
}

void Session::own_stats(double* out) const {
  stats(out);
  const auto put = [out](StatIndex i, auto value) { out[i] = static_cast<double>(value); };
  put(kStatPeakStreams, peak_streams_);
  put(kStatStartNs, started_);
  put(kStatInvalidFrames, invalid_frames_);
  put(kStatRejectedInARow, rejected_streams_);
  put(kStatResets, resets_.now_spent());
  put(kStatLargestPairs, largest_pairs_);
  put(kStatLargestList, largest_list_);
  put(kStatMaxConcurrentStreams, local_setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
  put(kStatMaxSessionMemory, options_.max_session_memory);
  put(kStatMaxInvalidFrames, options_.max_invalid_frames);
  put(kStatMaxRejectedStreams, options_.max_rejected_streams);
  put(kStatMaxHeaderListPairs, options_.max_header_list_pairs);
  put(kStatMaxHeaderListSize, std::min(local_setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE),
                                       Options::kMaxHeaderListSize));
  put(kStatResetBurst, resets_.burst);
  put(kStatLargestContinuations, largest_continuations_);
  put(kStatMaxContinuations, options_.max_continuations);
  put(kStatEmptyFrames, empty_frames_);
  put(kStatMaxEmptyFrames, options_.max_empty_frames);
  put(kStatGlitches, glitches_.now_spent());
  put(kStatGlitchBurst, glitches_.burst);
  put(kStatLargestSettings, largest_settings_);
  put(kStatMaxSettings, options_.max_settings);
  put(kStatAcksWaiting, acks_waiting_);
  put(kStatMaxOutboundAcks, options_.max_outbound_acks);
}

void Shared::totals(double* out) const {
  std::fill(out, out + kStatTotalCount, 0.0);
  for (size_t i = 0; i < kCounterCount; ++i) out[i] = static_cast<double>(finished[i]);
  double one[kStatGaugeEnd];
  double open = 0;
  for (const Session* session = newest; session != nullptr; session = session->older_) {
    session->stats(one);
    for (size_t i = 0; i < kStatGaugeEnd; ++i) out[i] += one[i];
    ++open;
  }
  out[kStatSessionsOpen] = open;
  out[kStatSessionsOpened] = static_cast<double>(opened);
}

}  // namespace duetto
