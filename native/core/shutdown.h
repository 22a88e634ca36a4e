// How a session ends: GOAWAY frames, received and sent, on whose word, and why.
#ifndef DUETTO_CORE_SHUTDOWN_H_
#define DUETTO_CORE_SHUTDOWN_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "connection.h"
#include "flood_guard.h"

namespace duetto {

// A GOAWAY that has left.
struct SentGoaway {
  uint32_t code;
  int32_t last_stream_id;
  // For which nghttp2 has ended the session by itself.
  Breach breach;
  std::vector<uint8_t> opaque;
  // It has not left: another that says more does in its place.
  bool held;
};

class Shutdown {
 public:
  explicit Shutdown(Connection& connection) : c_(connection) {}

  // -- what this side asks for ----------------------------------------------------

  int goaway(uint32_t code, int32_t last_stream_id, const uint8_t* opaque, size_t length);
  int terminate(uint32_t code, int32_t last_stream_id);
  // A GOAWAY was sent that nobody asked for: it can be repeated, with words.
  bool can_explain() const { return sent_code_ >= 0 && (held_ || !is_known()); }
  // That GOAWAY, for a nghttp2 that sends nothing more. Fills `frame`, whose data stay the caller's.
  void explain(const uint8_t* opaque, size_t length, nghttp2_frame* frame);
  // A GOAWAY that waited for the requests before it goes now, if there is one. Says whether there was,
  // and gives the error if it could not.
  bool submit_waiting(int* error);
  // A connection error of the peer's (RFC 9113, section 5.4.1). Always fails.
  int violation(uint32_t code, int error);

  // -- what has happened ------------------------------------------------------------

  void goaway_received() { going_away_ = true; }
  // `breach` is for which limit nghttp2 has sent it by itself. Says whether it has left.
  bool goaway_sent(const nghttp2_goaway& frame, const Breach& breach);
  // The peer is told once what ends the session, with the limit that it has met: a GOAWAY of
  // nghttp2's own does not leave if explain() says more. `frame` is what nghttp2 wants to send.
  bool holds_back(const uint8_t* frame, size_t length, const FloodGuard& floods);
  bool is_held() const { return held_ && !terminated_; }
  // nghttp2 ends the session for more streams than the peer has acknowledged.
  void too_many_streams() { too_many_streams_ = true; }
  // What nghttp2 says of a frame that is invalid: whether it ends the stream or the session
  // changes with its versions, and is seen when it has sent its GOAWAY.
  void invalid_frame(int error) { invalid_error_ = error; }

  // The session ends on somebody's word, at once or with its last stream.
  bool is_known() const { return going_away_ || terminated_; }
  // The error with which nghttp2 has ended the session and told nobody but the peer; else 0.
  int32_t unexpected(bool wants_write) const;

  bool has_sent() const { return !goaways_.empty(); }
  std::vector<SentGoaway> take_sent() { return std::move(goaways_); }

 private:
  Connection& c_;
  // A GOAWAY was sent or received: the session ends with its last stream.
  bool going_away_ = false;
  // It was told to end at once.
  bool terminated_ = false;
  // A client's GOAWAY that says nothing but that it leaves: it goes when the
  // requests that were made before it have gone.
  bool waits_ = false;
  // Of the last GOAWAY that left; -1 if none did.
  int64_t sent_code_ = -1;
  int32_t invalid_error_ = NGHTTP2_ERR_PROTO;
  bool too_many_streams_ = false;
  // nghttp2's last GOAWAY was held back.
  bool held_ = false;
  std::vector<SentGoaway> goaways_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_SHUTDOWN_H_
