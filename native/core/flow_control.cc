// Windows, and what is received and not yet read (RFC 9113, section 5.2).
#include <algorithm>
#include <utility>

#include "callbacks.h"
#include "session.h"

namespace duetto {

// -- what nobody has read -------------------------------------------------------

// DATA that goes to the reader as it comes opens both windows again. What nobody
// reads keeps its stream's shut; the connection's as well beyond some memory, so that
// many streams whose readers stop hold up the peer, and are not reset for it.
void Session::take_in(Stream* stream, size_t length) {
  const bool held = !stream->reading;
  if (held) {
    hold(stream, length + kPieceOverhead);
    stream->unconsumed += length;
  }
  if (held && held_bytes_ > options_.max_session_memory / kShareOfUnread)
    stream->owed += length;
  else
    nghttp2_session_consume_connection(ng_, length);
  if (!held) nghttp2_session_consume_stream(ng_, stream->id, length);
}

// A stream that holds more than there is memory for is given up: DATA in pieces so
// small that they cost more than windows count.
bool Session::holds_too_much(const Stream* stream) const {
  return stream->held > 0 && memory_in_use() > memory_allowed();
}

// A small DATA frame that nobody reads costs more than it says.
bool Session::is_crumb(int32_t id) {
  Stream* stream = streams_.find(id);
  return stream != nullptr && !stream->reading && ++stream->crumbs > kCrumbsAllowed;
}

void Session::hold(Stream* stream, size_t n) {
  stream->held += n;
  held_bytes_ += n;
}

void Session::let_go(Stream* stream) {
  held_bytes_ -= stream->held;
  stream->held = 0;
  stream->crumbs = 0;
  if (stream->unconsumed > 0) nghttp2_session_consume_stream(ng_, stream->id, stream->unconsumed);
  stream->unconsumed = 0;
  if (stream->owed > 0) nghttp2_session_consume_connection(ng_, stream->owed);
  stream->owed = 0;
}

void Session::set_unread(int32_t id, size_t held) {
  Stream* stream = unread_.find(id);
  if (stream == nullptr) return;
  held_bytes_ -= std::exchange(stream->held, 0);
  if (held > 0) return hold(stream, held);
  unread_.erase(id);
  shared_->streams.give_back(stream);
}

// What the user's own windows let in is allowed.
uint64_t Session::memory_allowed() const {
  return options_.max_session_memory +
         (window_chosen_ ? static_cast<uint64_t>(nghttp2_session_get_effective_local_window_size(ng_)) : 0);
}

void Session::set_reading(int32_t id, bool reading, size_t held) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr) return set_unread(id, held);
  if (stream->detached) return;
  if (reading)
    let_go(stream);
  else
    held_bytes_ -= std::exchange(stream->held, 0);
  // What the reader was given and has not taken out of its buffer.
  hold(stream, held);
  if (reading && !stream->reading && measures_link()) stream->resumed = std::chrono::steady_clock::now();
  stream->reading = reading;
}

// -- how far windows open -------------------------------------------------------

void Session::widen_windows(Stream* stream, size_t length) {
  if (!window_settled_ && (received_ += length) >= kWidenAfter) {
    window_settled_ = true;
    nghttp2_session_set_local_window_size(ng_, NGHTTP2_FLAG_NONE, 0, kWideWindow);
  }
  if (!stream->reading || stream_windows_settled_ || stream->window >= kWidestStreamWindow) return;
  if (stream->taken == 0) stream->waits = 0;
  // Neither the time that this side takes for what has come is delay of the link, nor that of a reader's pause.
  if (stream->taken > 0 && stream->arrived != arrived_ && arrived_ - std::max(idle_since_, stream->resumed) >= kNear)
    ++stream->waits;
  stream->arrived = arrived_;
  stream->taken += length;
  if (stream->taken >= kWindowsTaken * static_cast<size_t>(stream->window)) widen_stream(stream);
}

void Session::widen_stream(Stream* stream) {
  stream->taken = 0;
  if (stream->window >= kWindowForNear && stream->waits < kWindowsTaken) return;
  const int32_t window = std::min(stream->window < kWindowForNear ? kWindowForNear : stream->window * kWidenTimes,
                                  kWidestStreamWindow);
  const auto more = static_cast<size_t>(window - stream->window);
  if (widened_ + more > options_.max_session_memory) return;
  widened_ += more;
  stream->window = window;
  nghttp2_session_set_local_window_size(ng_, NGHTTP2_FLAG_NONE, stream->id, window);
  if (window == kWidestStreamWindow && !window_chosen_)
    nghttp2_session_set_local_window_size(ng_, NGHTTP2_FLAG_NONE, 0, kWidestWindow);
}

// -- windows that are shut --------------------------------------------------------

void Session::note_unfinished(int32_t id) {
  if (!unfinished_.empty() && unfinished_.back() == id) return;
  if (unfinished_.size() < kMaxUnfinished) unfinished_.push(id);
}

void Session::find_stalls() {
  if (queued_bytes_ > 0) {
    const bool connection = nghttp2_session_get_remote_window_size(ng_) <= 0;
    for (const int32_t id : unfinished_) {
      Stream* stream = streams_.find(id);
      if (stream == nullptr || stream->stalled != 0 || stream->outbound.empty()) continue;
      // A request that still waits to be sent has no window yet.
      if (nghttp2_session_find_stream(ng_, id) == nullptr) continue;
      if (!connection && nghttp2_session_get_stream_remote_window_size(ng_, id) > 0) continue;
      stream->stalled = now_ns();
      ++stalled_streams_;
      ++counters_[kStatStalls];
    }
  }
  unfinished_.clear();
}

void Session::end_stall(Stream* stream) {
  if (stream->stalled == 0) return;
  counters_[kStatStalledNs] += now_ns() - stream->stalled;
  stream->stalled = 0;
  --stalled_streams_;
}

}  // namespace duetto
