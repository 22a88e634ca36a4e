// What is sent: the frames that nghttp2 makes, and what streams have written between them.
#ifndef DUETTO_CORE_OUTBOUND_H_
#define DUETTO_CORE_OUTBOUND_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "array.h"
#include "connection.h"
#include "flood_guard.h"
#include "shutdown.h"
#include "stalls.h"

namespace duetto {

class Outbound {
 public:
  Outbound(Connection& connection, FloodGuard& floods, Stalls& stalls, Shutdown& shutdown)
      : c_(connection), floods_(floods), stalls_(stalls), shutdown_(shutdown) {}
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  // See Session::pull. The batch's header is filled, but for the notes.
  void pull(uint8_t* out, size_t from, size_t capacity, size_t budget);
  // Something is left of the last output.
  bool has_rest() const { return !rest_.empty(); }
  // A GOAWAY that nghttp2 does not send: it goes before all else.
  int put_goaway(const nghttp2_goaway& frame);

  // -- what streams write --------------------------------------------------------------

  // Memory for n bytes, or nullptr if there is none: then the stream is reset.
  uint8_t* write_copy(Stream* stream, size_t n);
  // Gives back what write_copy() reserved too much.
  void shorten_copy(Stream* stream, size_t surplus);
  bool write_external(Stream* stream, size_t n);
  int finish_write(Stream* stream, bool end, bool trailers_follow);
  // The stream has no more use for what it has written.
  void drop(Stream* stream) {
    queued_bytes_ -= stream->outbound.length();
    stream->outbound.trim();
  }
  // The stream is gone, and so is that.
  void release(const Stream* stream) { queued_bytes_ -= stream->outbound.length(); }
  size_t queued_bytes() const { return queued_bytes_; }

  // -- what nghttp2 asks for -------------------------------------------------------------

  // How a stream's body is read.
  static ng::DataProvider provider(Stream* stream);
  ng::Ssize read_body(Stream* stream, size_t length, uint32_t* flags);
  // A DATA frame goes: its header, and what read_body() has promised.
  int send_body(Stream* stream, const nghttp2_frame& frame, const uint8_t* header, size_t length);
  void frame_not_sent(const nghttp2_frame& frame, int error);

 private:
  void put(const uint8_t* data, size_t n) {
    std::memcpy(out_ + length_, data, n);
    length_ += n;
  }
  bool pull_frame();
  void pull_rest();
  int resume(Stream* stream);
  void want_trailers(Stream* stream);

  Connection& c_;
  FloodGuard& floods_;
  Stalls& stalls_;
  Shutdown& shutdown_;
  // The output, during pull().
  uint8_t* out_ = nullptr;
  size_t capacity_ = 0;
  size_t length_ = 0;
  // External bytes that belong into it, in so many segments, and how many may.
  size_t external_ = 0;
  int32_t segments_ = 0;
  size_t budget_ = 0;
  bool full_ = false;
  bool more_may_follow_ = false;
  // What of a frame did not fit the last output, from `rest_head_` on.
  Array<uint8_t> rest_;
  size_t rest_head_ = 0;
  // What is written and not yet sent, of all streams.
  size_t queued_bytes_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_OUTBOUND_H_
