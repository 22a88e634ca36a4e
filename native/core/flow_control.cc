#include "flow_control.h"

#include <algorithm>
#include <utility>

namespace duetto {

namespace {
// The first error of several calls that are all made.
int first_of(int one, int other) { return one != 0 ? one : other; }
}  // namespace

FlowControl::~FlowControl() {
  unread_.each([this](Stream* stream) { c_.streams.give_back(stream); });
}

// -- what nobody has read -------------------------------------------------------

int FlowControl::data(Stream* stream, size_t length) {
  widen(stream, length);
  return take_in(stream, length);
}

// DATA that goes to the reader as it comes opens both windows again. What nobody
// reads keeps its stream's shut; the connection's as well beyond some memory, so that
// many streams whose readers stop hold up the peer, and are not reset for it.
int FlowControl::take_in(Stream* stream, size_t length) {
  const bool held = !stream->reading;
  if (held) {
    hold(stream, length + kPieceOverhead);
    stream->unconsumed += length;
  }
  int rv = 0;
  if (held && held_bytes_ > c_.options.max_session_memory / kShareOfUnread)
    stream->owed += length;
  else
    rv = nghttp2_session_consume_connection(c_.ng, length);
  return held ? rv : first_of(rv, nghttp2_session_consume_stream(c_.ng, stream->id, length));
}

void FlowControl::hold(Stream* stream, size_t n) {
  stream->held += n;
  held_bytes_ += n;
}

int FlowControl::let_go(Stream* stream) {
  held_bytes_ -= stream->held;
  stream->held = 0;
  stream->crumbs = 0;
  const size_t unconsumed = std::exchange(stream->unconsumed, 0);
  const size_t owed = std::exchange(stream->owed, 0);
  const int rv = unconsumed == 0 ? 0 : nghttp2_session_consume_stream(c_.ng, stream->id, unconsumed);
  return owed == 0 ? rv : first_of(rv, nghttp2_session_consume_connection(c_.ng, owed));
}

int FlowControl::set_unread(int32_t id, size_t held) {
  Stream* stream = unread_.find(id);
  if (stream == nullptr) return 0;
  held_bytes_ -= std::exchange(stream->held, 0);
  if (held > 0) {
    hold(stream, held);
    return 0;
  }
  unread_.erase(id);
  c_.streams.give_back(stream);
  return 0;
}

int FlowControl::set_reading(int32_t id, bool reading, size_t held) {
  Stream* stream = c_.streams.find(id);
  if (stream == nullptr) return set_unread(id, held);
  if (stream->detached) return 0;
  int rv = 0;
  if (reading)
    rv = let_go(stream);
  else
    held_bytes_ -= std::exchange(stream->held, 0);
  // What the reader was given and has not taken out of its buffer.
  hold(stream, held);
  if (reading && !stream->reading && measures_link()) stream->resumed = std::chrono::steady_clock::now();
  stream->reading = reading;
  return rv;
}

int FlowControl::detach(Stream* stream) {
  stream->reading = true;
  return let_go(stream);
}

int FlowControl::close(Stream* stream) {
  widened_ -= static_cast<size_t>(stream->window - kDefaultWindow);
  // What the reader never took must not hold up the others. Its own window is gone.
  stream->unconsumed = 0;
  const size_t held = stream->held;
  const int rv = let_go(stream);
  if (held > 0 && !stream->detached && unread_.make_room()) {
    stream->outbound.trim();
    unread_.insert(stream->id, stream);
    hold(stream, held);
  } else {
    c_.streams.give_back(stream);
  }
  return rv;
}

// -- how far windows open -------------------------------------------------------

int FlowControl::set_local_window_size(int32_t size) {
  connection_widened_ = connection_chosen_ = true;
  return nghttp2_session_set_local_window_size(c_.ng, NGHTTP2_FLAG_NONE, 0, size);
}

// A window that could not be widened is as it was.
void FlowControl::widen(Stream* stream, size_t length) {
  if (!connection_widened_ && (received_ += length) >= kWidenAfter) {
    connection_widened_ = true;
    nghttp2_session_set_local_window_size(c_.ng, NGHTTP2_FLAG_NONE, 0, kWideWindow);
  }
  if (!stream->reading || stream_windows_chosen_ || stream->window >= kWidestStreamWindow) return;
  if (stream->taken == 0) stream->waits = 0;
  // Neither the time that this side takes for what has come is delay of the link, nor that of a reader's pause.
  if (stream->taken > 0 && stream->arrived != arrived_ && arrived_ - std::max(idle_since_, stream->resumed) >= kNear)
    ++stream->waits;
  stream->arrived = arrived_;
  stream->taken += length;
  if (stream->taken >= kWindowsTaken * static_cast<size_t>(stream->window)) widen_stream(stream);
}

void FlowControl::widen_stream(Stream* stream) {
  stream->taken = 0;
  if (stream->window >= kWindowForNear && stream->waits < kWindowsTaken) return;
  const int32_t window = std::min(stream->window < kWindowForNear ? kWindowForNear : stream->window * kWidenTimes,
                                  kWidestStreamWindow);
  const auto more = static_cast<size_t>(window - stream->window);
  if (widened_ + more > c_.options.max_session_memory) return;
  widened_ += more;
  stream->window = window;
  nghttp2_session_set_local_window_size(c_.ng, NGHTTP2_FLAG_NONE, stream->id, window);
  if (window == kWidestStreamWindow && !connection_chosen_)
    nghttp2_session_set_local_window_size(c_.ng, NGHTTP2_FLAG_NONE, 0, kWidestWindow);
}

}  // namespace duetto
