// Windows for receiving, and what is received and not yet read (RFC 9113, section 5.2).
#ifndef DUETTO_CORE_FLOW_CONTROL_H_
#define DUETTO_CORE_FLOW_CONTROL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "connection.h"

namespace duetto {

class FlowControl {
 public:
  explicit FlowControl(Connection& connection) : c_(connection) {}
  FlowControl(const FlowControl&) = delete;
  FlowControl& operator=(const FlowControl&) = delete;
  ~FlowControl();

  // -- what comes; an error of nghttp2's is not 0 ------------------------------

  // A chunk is received; and is done with, or something was sent: from then on this side waits.
  void chunk_begins() {
    if (measures_link()) arrived_ = std::chrono::steady_clock::now();
  }
  void waits() {
    if (measures_link()) idle_since_ = std::chrono::steady_clock::now();
  }
  int data(Stream* stream, size_t length);
  // DATA that nobody gets.
  int pass_over(int32_t id, size_t length) { return nghttp2_session_consume(c_.ng, id, length); }
  int pass_over_on_connection(size_t length) { return nghttp2_session_consume_connection(c_.ng, length); }
  // A DATA frame of few bytes for a stream that nobody reads, after too many.
  bool is_crumb(Stream* stream) const {
    return stream != nullptr && !stream->reading && ++stream->crumbs > kCrumbsAllowed;
  }

  // -- what the reader takes -----------------------------------------------------

  // `held` is what the reader has been given and not taken yet, in bytes of memory.
  int set_reading(int32_t id, bool reading, size_t held);
  // Whatever still comes for it must not hold up the connection.
  int detach(Stream* stream);
  // Nobody reads what has come for it any more.
  int forget_unread(int32_t id) { return set_unread(id, 0); }
  // nghttp2 has closed it, and it is out of the table. What was received waits for its reader all the
  // same: the stream is kept here then, and else given back.
  int close(Stream* stream);

  // -- windows ---------------------------------------------------------------------

  int set_local_window_size(int32_t size);
  // The user has chosen the initial window of streams.
  void stream_windows_chosen() { stream_windows_chosen_ = true; }
  // What the user's own windows let in is allowed, beyond the limit for memory.
  uint64_t allowance() const {
    return connection_chosen_ ? static_cast<uint64_t>(nghttp2_session_get_effective_local_window_size(c_.ng)) : 0;
  }

  size_t held_bytes() const { return held_bytes_; }
  // Streams that are closed, and not read to their end.
  size_t unread_streams() const { return unread_.size(); }

 private:
  // The connection's window opens as DATA arrives, whoever reads it, so it
  // protects nothing that the streams' windows do not; at 64 KB it only makes a
  // sender wait for an answer every 64 KB. Once a peer really sends, it gets more.
  static constexpr size_t kWidenAfter = 32 * 1024;
  static constexpr int32_t kWideWindow = 4 * 1024 * 1024;
  // A stream whose reader keeps up gets wider windows as well, unless
  // SETTINGS_INITIAL_WINDOW_SIZE was chosen by the user: four times as wide each
  // time that it has taken two of them whole. A window bounds what a reader that
  // stops later has to keep; all that streams got beyond the default stays
  // within the session's memory limit.
  static constexpr size_t kWindowsTaken = 2;
  static constexpr int32_t kWidenTimes = 4;
  static constexpr int32_t kWidestStreamWindow = 4 * 1024 * 1024;
  // Beyond this only if a window takes long to arrive: a peer that is near does
  // not wait for it, and what lies in the socket instead costs cache.
  static constexpr int32_t kWindowForNear = 256 * 1024;
  static constexpr std::chrono::milliseconds kNear{3};
  // What the connection gets when one of its streams has the widest.
  static constexpr int32_t kWidestWindow = 32 * 1024 * 1024;
  // Memory of a piece of DATA that waits to be read, besides its bytes: a Buffer,
  // and its place in a list. What a reader has buffered, lib/stream/readable-side.ts counts.
  static constexpr size_t kPieceOverhead = 200;
  // Beyond this part of the memory allowed, what nobody reads keeps the connection's
  // window shut. The window itself, which is on its way, has to fit in the rest.
  static constexpr uint64_t kShareOfUnread = 4;
  // Small DATA frames of a stream that nobody reads, before they are suspicious.
  static constexpr uint32_t kCrumbsAllowed = 4096;

  bool measures_link() const { return connection_widened_ && !stream_windows_chosen_; }
  void widen(Stream* stream, size_t length);
  void widen_stream(Stream* stream);
  int take_in(Stream* stream, size_t length);
  void hold(Stream* stream, size_t n);
  int let_go(Stream* stream);
  int set_unread(int32_t id, size_t held);

  Connection& c_;
  // Closed, but not all that was received has been read.
  IdMap<Stream> unread_;
  // DATA that was received and not read, with its overhead.
  size_t held_bytes_ = 0;
  // DATA received, until the connection's window is widened or its size was set by the user.
  size_t received_ = 0;
  bool connection_widened_ = false;
  // The connection's window was chosen by the user, not by widening.
  bool connection_chosen_ = false;
  bool stream_windows_chosen_ = false;
  // What open streams' windows were widened by.
  size_t widened_ = 0;
  // When the chunk came that is being received, and when this side had done with what
  // came before: in between it waited.
  std::chrono::steady_clock::time_point arrived_;
  std::chrono::steady_clock::time_point idle_since_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_FLOW_CONTROL_H_
