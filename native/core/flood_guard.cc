#include "flood_guard.h"

namespace duetto {

FloodGuard::FloodGuard(Connection& connection) : c_(connection) {
  const Options& options = connection.options;
  resets_.burst = options.reset_burst;
  resets_.rate = options.reset_rate;
  glitches_.burst = options.glitches_of_nghttp2 ? UINT64_MAX : options.glitch_burst;
  glitches_.rate = options.glitch_rate;
}

// -- received ---------------------------------------------------------------------

Breach FloodGuard::frame_begins(const nghttp2_frame_hd& hd, bool crumb) {
  bool suspicious = crumb;
  Breach breach;
  switch (hd.type) {
    case NGHTTP2_DATA:
      if (hd.length > 0) {
        empty_frames_ = 0;
      } else if ((hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
        suspicious = true;
        breach = empty_frame();
      }
      break;
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
      if (hd.type == NGHTTP2_HEADERS)
        continuations_ = 0;
      else
        largest_continuations_ = std::max(largest_continuations_, ++continuations_);
      if (hd.length > 0 || (hd.flags & NGHTTP2_FLAG_END_HEADERS) != 0) break;
      suspicious = true;
      breach = empty_frame();
      break;
    case NGHTTP2_PUSH_PROMISE:
      continuations_ = 0;
      break;
    case NGHTTP2_RST_STREAM:
    case NGHTTP2_GOAWAY:
      break;
    default:
      if (free_frames_ > 0)
        --free_frames_;
      else
        suspicious = true;
  }
  accounted_ += kFrameHead + hd.length;
  if (breach) return breach;
  if (suspicious) glitches_.drain();
  return glitches_over();
}

Breach FloodGuard::empty_frame() {
  if (empty_frames_++ < c_.options.max_empty_frames) return {};
  return {kLimitEmptyFrames, empty_frames_, c_.options.max_empty_frames};
}

void FloodGuard::frame_received(const nghttp2_frame& frame) {
  const nghttp2_frame_hd& hd = frame.hd;
  const bool ack = (hd.flags & NGHTTP2_FLAG_ACK) != 0;
  switch (hd.type) {
    case NGHTTP2_DATA:
      // Nothing but padding is empty too.
      if ((hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 && hd.length > 0 && hd.length == frame.data.padlen)
        suspicious();
      break;
    case NGHTTP2_SETTINGS:
      if (ack) break;
      largest_settings_ = std::max(largest_settings_, frame.settings.niv);
      [[fallthrough]];
    case NGHTTP2_PING:
      if (!ack) ++acks_waiting_;
      break;
    case NGHTTP2_RST_STREAM:
      resets_.drain();
      // A promise that is taken back has cost as much as a request that is.
      if (!c_.is_server() && (hd.stream_id & 1) == 0) costly();
      break;
    default:
      break;
  }
}

Breach FloodGuard::invalid_frame() {
  if (invalid_frames_++ <= c_.options.max_invalid_frames) return {};
  return {kLimitInvalidFrames, invalid_frames_, c_.options.max_invalid_frames};
}

Breach FloodGuard::ignored(bool going_away) {
  const uint64_t received = c_.statistics.bytes_received();
  if (received <= accounted_ + kHeadAhead) return {};
  const uint64_t ignored = received - accounted_ - kHeadAhead;
  accounted_ += ignored;
  // After a GOAWAY the peer's new streams are passed over by right.
  if (going_away) return {};
  const uint64_t late = std::min(ignored, late_bytes_);
  late_bytes_ -= late;
  if (ignored > late) glitches_.drain(1 + (ignored - late) / kIgnoredPerGlitch);
  return glitches_over();
}

Breach FloodGuard::answers(size_t before, bool going_away) {
  const size_t now = c_.outbound_queue_size();
  if (now > before) frames_waiting_ += now - before;
  if (frames_waiting_ <= c_.options.max_outbound_frames || going_away) return {};
  return {kLimitOutboundFrames, frames_waiting_, c_.options.max_outbound_frames};
}

void FloodGuard::expect_late(int32_t window) {
  const uint64_t initial = c_.local_setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
  late_bytes_ = std::min(late_bytes_ + std::max(static_cast<uint64_t>(window), initial), kMostLate);
}

// -- sent --------------------------------------------------------------------------

void FloodGuard::frame_sent(const nghttp2_frame& frame, const Stream* stream) {
  switch (frame.hd.type) {
    case NGHTTP2_SETTINGS:
    case NGHTTP2_PING:
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && acks_waiting_ > 0) --acks_waiting_;
      break;
    case NGHTTP2_RST_STREAM:
      // The peer has brought it about. Whether it was once too often is seen at its next frame.
      if (stream != nullptr && !stream->reset_here) costly();
      break;
    default:
      break;
  }
}

// How far it went is not known: one beyond is what is sure.
Breach FloodGuard::limit_of_goaway(const nghttp2_goaway& frame) const {
  const auto beyond = [](Limit limit, uint64_t allowed) { return Breach{limit, allowed + 1, allowed}; };
  if (ng::says_frame_too_large(frame)) return beyond(kLimitFrameSize, c_.local_setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE));
  if (ng::says_too_many_settings(frame)) return beyond(kLimitSettings, c_.options.max_settings);
  // These two come without a word.
  if (frame.opaque_data_len > 0) return {};
  if (frame.error_code == NGHTTP2_INTERNAL_ERROR && c_.is_server() && resets_.exhausted())
    return {kLimitStreamResets, resets_.spent, resets_.burst};
  if (frame.error_code == NGHTTP2_ENHANCE_YOUR_CALM && ng::kHasGlitchLimit && c_.options.glitches_of_nghttp2)
    return beyond(kLimitGlitches, c_.options.glitch_burst);
  return {};
}

void FloodGuard::put_stats(double* out) const {
  const auto put = [out](StatIndex i, auto value) { out[i] = static_cast<double>(value); };
  put(kStatInvalidFrames, invalid_frames_);
  put(kStatMaxInvalidFrames, c_.options.max_invalid_frames);
  put(kStatResets, resets_.now_spent());
  put(kStatResetBurst, resets_.burst);
  put(kStatLargestContinuations, largest_continuations_);
  put(kStatMaxContinuations, c_.options.max_continuations);
  put(kStatEmptyFrames, empty_frames_);
  put(kStatMaxEmptyFrames, c_.options.max_empty_frames);
  put(kStatGlitches, glitches_.now_spent());
  put(kStatGlitchBurst, glitches_.burst);
  put(kStatLargestSettings, largest_settings_);
  put(kStatMaxSettings, c_.options.max_settings);
  put(kStatAcksWaiting, acks_waiting_);
  put(kStatMaxOutboundAcks, c_.options.max_outbound_acks);
  put(kStatFramesWaiting, frames_waiting_);
  put(kStatMaxOutboundFrames, c_.options.max_outbound_frames);
}

}  // namespace duetto
