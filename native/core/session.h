// An HTTP/2 session: bytes in, records out; commands in, bytes out. Does no
// I/O and knows nothing of JavaScript. One thread at a time.
#ifndef DUETTO_CORE_SESSION_H_
#define DUETTO_CORE_SESSION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "parts.h"

namespace duetto {

struct SessionState {
  int32_t effective_local_window_size;
  int32_t effective_recv_data_length;
  uint32_t next_stream_id;
  int32_t local_window_size;
  int32_t last_proc_stream_id;
  int32_t remote_window_size;
  size_t outbound_queue_size;
  size_t deflate_dynamic_table_size;
  size_t inflate_dynamic_table_size;
};

struct StreamState {
  int32_t state;
  int32_t weight;
  int32_t sum_dependency_weight;
  int32_t local_close;
  int32_t remote_close;
  int32_t local_window_size;
};

class Session {
 public:
  // nullptr if there is no memory.
  static std::unique_ptr<Session> create(const Options& options, Shared* shared);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // -- bytes ---------------------------------------------------------------

  // Feeds received bytes; what they mean is recorded in `batch`. An error that
  // ends the session is a record as well.
  void receive(const uint8_t* data, size_t length, EventBatch* batch) {
    parts_.receiver.receive(data, 0, length, batch);
  }
  // The same for one portion of the chunk `data`, from `from` on; the batch says
  // where it ended. With `hold` no stream is opened.
  void receive_portion(const uint8_t* data, size_t from, size_t length, bool hold,
                       EventBatch* batch);

  // Puts frames into `out` behind the first `from` bytes, which are as many
  // more of the output; at most `capacity` bytes in all. Stops early when more
  // than `budget` bytes of external segments belong between them.
  void pull(uint8_t* out, size_t from, size_t capacity, size_t budget, EventBatch* batch);

  // -- streams; an nghttp2 error code is negative --------------------------

  // The new stream's id. `end` says that there is no body.
  int32_t request(const nghttp2_nv* nva, size_t n, const nghttp2_priority_spec* priority, bool end);
  int respond(int32_t id, const nghttp2_nv* nva, size_t n, bool end);
  int inform(int32_t id, const nghttp2_nv* nva, size_t n);
  int32_t push(int32_t id, const nghttp2_nv* nva, size_t n);
  // No fields: END_STREAM on an empty DATA frame, which more peers understand
  // than an empty field section.
  int submit_trailers(int32_t id, const nghttp2_nv* nva, size_t n);

  // Memory for a small write of n bytes, or nullptr if the stream is gone.
  uint8_t* write_copy(int32_t id, size_t n);
  void shorten_copy(int32_t id, size_t surplus);
  // A large write; false if the stream is gone.
  bool write_external(int32_t id, size_t n);
  // All writes so far belong together: one kWrote tells that they are sent.
  // Ends the body too if `end`; trailers may follow.
  bool finish_write(int32_t id, bool end, bool trailers_follow);

  int reset(int32_t id, uint32_t code);
  // No more records for this stream, and what it has queued is dropped.
  int detach(int32_t id);
  // `held` is what the reader has been given and not taken yet, in bytes of memory.
  int set_reading(int32_t id, bool reading, size_t held);
  int prioritize(int32_t id, const nghttp2_priority_spec* priority, bool silent);

  // -- session -------------------------------------------------------------

  int settings(const nghttp2_settings_entry* iv, size_t n);
  int ping(const uint8_t payload[8]);
  int goaway(uint32_t code, int32_t last_stream_id, const uint8_t* opaque, size_t length);
  // As goaway(), and after nghttp2 has ended the session by its own GOAWAY too:
  // that one is repeated, with words.
  int explain(uint32_t code, const uint8_t* opaque, size_t length);
  // GOAWAY with the right last stream id, then nothing more is received.
  // `last_stream_id` is the highest stream of the peer's that was processed;
  // negative for all that have been received.
  int terminate(uint32_t code, int32_t last_stream_id);
  int altsvc(int32_t id, const uint8_t* origin, size_t origin_length, const uint8_t* value,
             size_t value_length);
  int origin(const nghttp2_origin_entry* origins, size_t n);
  int set_next_stream_id(int32_t id);
  int set_local_window_size(int32_t size);

  // Which custom settings of the peer are reported.
  int watch_remote_setting(uint16_t id);

  // Of kReportedSettings; 0 for others, which end the process if nghttp2 is asked for them.
  uint32_t remote_setting(int32_t id) const { return is_reported(id) ? parts_.connection.remote_setting(id) : 0; }
  uint32_t local_setting(int32_t id) const { return is_reported(id) ? parts_.connection.local_setting(id) : 0; }
  SessionState state() const;
  // false if nghttp2 does not know the stream (any more).
  bool stream_state(int32_t id, StreamState* out) const;
  size_t memory_in_use() const { return parts_.memory.in_use(); }

  // -- observing -------------------------------------------------------------

  // `out` has kStatGaugeEnd numbers.
  void stats(double* out) const;
  // `out` has kStatCount numbers.
  void own_stats(double* out) const;
  std::string take_trace() {
    return parts_.connection.trace == nullptr ? std::string() : parts_.connection.trace->take();
  }
  std::vector<SentGoaway> take_goaways() { return parts_.shutdown.take_sent(); }
  // Of streams that have ended; with `open`, of all others too.
  Array<Measurement> take_measurements(bool open);
  // The next one in the list of those that live.
  const Session* older() const { return older_; }

 private:
  Session(const Options& options, Shared* shared);

  int start();
  static bool is_reported(int32_t id) {
    return std::find(std::begin(kReportedSettings), std::end(kReportedSettings), id) != std::end(kReportedSettings);
  }
  nghttp2_session* ng() const { return parts_.connection.ng; }
  Stream* find(int32_t id) const { return parts_.connection.streams.find(id); }

  Parts parts_;
  Session* older_ = nullptr;
  Session* newer_ = nullptr;
};

}  // namespace duetto

#endif  // DUETTO_CORE_SESSION_H_
