// What a session tells about itself: counters, measurements, limits, frames.
#include <algorithm>
#include <cstring>

#include "callbacks.h"
#include "session.h"

namespace duetto {

namespace {
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
  // nghttp2 says nothing of the end of a block whose stream is gone by then: what is
  // recorded from here on must not be taken for a part of it.
  if (hd->type != NGHTTP2_CONTINUATION) s->drop_headers();
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
      sent.held = s->goaway_held_ && !s->terminated_;
      if (goaway.opaque_data_len > 0)
        sent.opaque.assign(goaway.opaque_data, goaway.opaque_data + goaway.opaque_data_len);
      s->goaway_code_ = goaway.error_code;
      const bool held = sent.held;
      s->goaways_.push_back(std::move(sent));
      if (held) return 0;
      break;
    }
    default:
      break;
  }
  if (s->trace_ != nullptr) s->trace_->sent(frame);
  return 0;
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
  put(kStatHeld, held_bytes_);
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
  put(kStatFramesWaiting, frames_waiting_);
  put(kStatMaxOutboundFrames, options_.max_outbound_frames);
  put(kStatReserved, reserved_);
  put(kStatMaxReserved, options_.max_reserved_streams);
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
