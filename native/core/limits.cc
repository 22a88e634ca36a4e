// Limits: what a peer makes grow is counted, and ends where it costs too much.
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

// -- floods ---------------------------------------------------------------------

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
        suspicious = hd->length < Session::kDribble && s->is_crumb(hd->stream_id);
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
    if (id > peer_streams_.newest()) {
      // Ids can be left out such that those that are used fall on one place of nghttp2's table.
      if (peer_streams_.begin(id)) glitches_.drain(kGlitchOfReset);
    } else if (!open) {
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

// Answers, resets and WINDOW_UPDATE that nghttp2 has queued by itself. What the
// program has queued is its own.
void Session::look_at_outbound(size_t before) {
  const size_t now = nghttp2_session_get_outbound_queue_size(ng_);
  if (now > before) frames_waiting_ += now - before;
  if (frames_waiting_ <= options_.max_outbound_frames || goaway_known()) return;
  on_limit(kLimitOutboundFrames, 0, frames_waiting_, options_.max_outbound_frames);
  error(NGHTTP2_ERR_FLOODED, kLimitOutboundFrames);
}

// -- priorities -----------------------------------------------------------------

// An exclusive dependency makes deeper what is there: as costly as a reset once there are many.
void Session::note_priority(int32_t id, bool exclusive) {
  if constexpr (!ng::kHasPriorities) return;
  has_priorities_ = true;
  if (exclusive && streams_.size() > static_cast<size_t>(kDeepest)) glitches_.drain(kGlitchOfReset);
  bound_depth(id);
}

// What would lie deeper depends on nothing.
void Session::bound_depth(int32_t id) {
  if constexpr (!ng::kHasPriorities) return;
  nghttp2_stream* stream = nghttp2_session_find_stream(ng_, id);
  if (stream == nullptr) return;
  const int32_t weight = nghttp2_stream_get_weight(stream);
  for (int depth = 0; depth < kDeepest; ++depth) {
    stream = nghttp2_stream_get_parent(stream);
    if (stream == nullptr) return;
  }
  nghttp2_priority_spec root;
  nghttp2_priority_spec_init(&root, 0, weight, 0);
  nghttp2_session_change_stream_priority(ng_, id, &root);
}

// -- memory ---------------------------------------------------------------------

Limit Session::room_for_stream() const {
  if (streams_.size() >= local_setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)) return kLimitConcurrentStreams;
  const uint64_t memory = memory_in_use() + kStreamOverhead;
  if (memory >= options_.max_session_memory) return kLimitSessionMemory;
  const bool full = shared_->memory_limit > 0 && shared_->memory - memory_told_ + memory >= shared_->memory_limit;
  return full ? kLimitAllMemory : kLimitNone;
}

int Callbacks::refuse_stream(Session* s, int32_t id, Limit limit) {
  if (limit == kLimitConcurrentStreams) {
    return refuse(s, id, limit, s->streams_.size() + 1,
                  s->local_setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
  }
  const uint64_t memory = s->memory_in_use() + Session::kStreamOverhead;
  if (limit == kLimitSessionMemory) return refuse(s, id, limit, memory, s->options_.max_session_memory);
  return refuse(s, id, limit, s->shared_->memory - s->memory_told_ + memory, s->shared_->memory_limit);
}

// Where refusing streams has not helped, the sessions that use more than others end.
void Session::look_at_memory() {
  const uint64_t memory = memory_in_use();
  shared_->memory += memory - memory_told_;
  memory_told_ = memory;
  const uint64_t limit = shared_->memory_limit;
  if (limit == 0 || shared_->memory <= limit + limit / 4) return;
  if (memory < shared_->memory / shared_->open) return;
  on_limit(kLimitAllMemory, 0, shared_->memory, limit);
  error(NGHTTP2_ERR_FLOODED, kLimitAllMemory);
}

// -- limits ---------------------------------------------------------------------

// A stream is not let in, or not let on: the peer may come back slower.
int Callbacks::refuse(Session* s, int32_t id, Limit limit, uint64_t reached, uint64_t allowed,
                      uint32_t code) {
  ++s->counters_[kStatRefused];
  if (s->trace_ != nullptr) s->trace_->refused();
  s->on_limit(limit, id, reached, allowed);
  if (s->streams_.find(id) == nullptr) s->expect_late(nullptr);
  nghttp2_submit_rst_stream(s->ng_, NGHTTP2_FLAG_NONE, id, code);
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
  record<kLimitHit>(limit, id, reached & UINT32_MAX, reached >> 32, allowed & UINT32_MAX,
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

}  // namespace duetto
