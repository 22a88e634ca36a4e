// One stream as the core sees it: what it still has to send, and what the
// reader has not yet taken.
#ifndef DUETTO_CORE_STREAM_H_
#define DUETTO_CORE_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "ng.h"
#include "outbound_queue.h"

namespace duetto {

// RFC 9113, section 6.9.2.
inline constexpr int32_t kDefaultWindow = 65535;

// Above all a place: each concern keeps here what it knows of one stream, so that a stream is found
// once and takes one allocation. That is why it has as many fields as it has; who writes which is
// said by their groups.
struct Stream {
  int32_t id = 0;

  // -- commands (submit.cc) ----------------------------------------------------
  // The reader has no more use for this stream: no records, no data.
  bool detached = false;
  // RST_STREAM was asked for on this side.
  bool reset_here = false;

  // -- Outbound ------------------------------------------------------------------
  // Nothing will be queued any more; END_STREAM goes with the last byte...
  bool ended = false;
  // ...unless trailers follow.
  bool trailers_follow = false;
  bool trailers_wanted = false;
  // nghttp2 was told that there is nothing to send for now.
  bool deferred = false;
  // A write of the user waits for its kWrote.
  bool write_pending = false;
  // What was written could not be kept: what is sent must not pass for whole.
  bool broken = false;

  // -- Admission -------------------------------------------------------------------
  // Promised by the peer, and not responded to yet.
  bool reserved = false;

  // -- HeaderBlock -----------------------------------------------------------------
  // Bytes of a header list that were allowed when the stream was made.
  uint32_t max_header_length = 0;
  // The header block now being received.
  uint32_t header_pairs = 0;
  // Those that were left out.
  uint32_t malformed_fields = 0;
  uint64_t header_length = 0;

  // -- FlowControl -----------------------------------------------------------------
  // The reader takes data as it comes; the window opens again at once.
  bool reading = false;
  // How often it has waited for the peer as long as for one that is far.
  uint32_t waits = 0;
  int32_t window = kDefaultWindow;
  // Small DATA frames among what is not consumed.
  uint32_t crumbs = 0;
  // Received while the reader took it as it came, since the window was widened; and the chunk last looked at.
  size_t taken = 0;
  std::chrono::steady_clock::time_point arrived;
  // When the reader began to take data again.
  std::chrono::steady_clock::time_point resumed;
  // Received, but not consumed yet because the reader has stopped.
  size_t unconsumed = 0;
  // Of that, what the connection's window does not know of yet.
  size_t owed = 0;
  // Memory of what was received and not read.
  size_t held = 0;

  // -- Statistics ------------------------------------------------------------------
  // Bytes of DATA, without padding.
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  // Nanoseconds of the clock, while somebody measures; else 0.
  uint64_t started = 0;
  uint64_t first_header = 0;
  uint64_t first_byte = 0;
  uint64_t first_byte_sent = 0;

  // -- Stalls ----------------------------------------------------------------------
  // Since when there is something to send that flow control lets not out; else 0.
  uint64_t stalled = 0;

  OutboundQueue outbound;

  void reset(int32_t new_id) {
    OutboundQueue kept = std::move(outbound);
    *this = Stream();
    outbound = std::move(kept);
    outbound.trim();
    id = new_id;
  }
};

// Streams come and go by the hundred thousand; their memory does not.
class StreamPool {
 public:
  // Kept for later per environment: enough for a busy connection, at about
  // 1.2 KB each at most.
  static constexpr size_t kMaxIdle = 256;

  // nullptr without memory.
  Stream* take(int32_t id) {
    if (count_ == 0) {
      auto* fresh = new (std::nothrow) Stream();
      if (fresh != nullptr) fresh->id = id;
      return fresh;
    }
    Stream* stream = idle_[--count_].release();
    stream->reset(id);
    return stream;
  }

  void give_back(Stream* stream) {
    std::unique_ptr<Stream> owned(stream);
    if (count_ == kMaxIdle) return;
    owned->outbound.trim();
    idle_[count_++] = std::move(owned);
  }

 private:
  std::unique_ptr<Stream> idle_[kMaxIdle];
  size_t count_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_STREAM_H_
