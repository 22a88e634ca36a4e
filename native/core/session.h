// An HTTP/2 session: bytes in, records out; commands in, bytes out. Does no
// I/O and knows nothing of JavaScript. One thread at a time.
#ifndef DUETTO_CORE_SESSION_H_
#define DUETTO_CORE_SESSION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "allocator.h"
#include "array.h"
#include "counters.h"
#include "event_batch.h"
#include "frame_scanner.h"
#include "header_strings.h"
#include "id_map.h"
#include "ng.h"
#include "options.h"
#include "peer_streams.h"
#include "portions.h"
#include "stream.h"
#include "trace.h"

namespace duetto {

class Session;

// What the sessions of one environment share.
struct Shared {
  explicit Shared(StringSink* sink) : strings(sink) {}
  HeaderStrings strings;
  StreamPool streams;
  // Octets that all sessions may use, and do; 0 is no limit.
  uint64_t memory_limit = 0;
  uint64_t memory = 0;
  uint64_t open = 0;
  ArenaPool arenas;
  // Somebody wants to know how streams go: clocks are read.
  bool measuring = false;
  // Those that live, newest first, and what the others have counted.
  Session* newest = nullptr;
  uint64_t opened = 0;
  Counters finished = {};

  // `out` has kStatTotalCount numbers.
  void totals(double* out) const;
};

// A GOAWAY that has left.
struct SentGoaway {
  uint32_t code;
  int32_t last_stream_id;
  Limit limit;
  uint64_t reached;
  uint64_t allowed;
  std::vector<uint8_t> opaque;
};

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
    feed(data, 0, length, batch);
  }
  // The same for one portion of the chunk `data`, from `from` on; the batch says
  // where it ended. With `hold` no stream is opened.
  void receive_portion(const uint8_t* data, size_t from, size_t length, bool hold,
                       EventBatch* batch);

  // Puts frames into `out` behind the first `from` bytes, which are as many
  // more of the output; at most `capacity` bytes in all. Stops early when more
  // than `budget` bytes of external segments belong between them.
  void pull(uint8_t* out, size_t from, size_t capacity, size_t budget, EventBatch* batch);

  bool wants_write() const;
  bool wants_read() const { return nghttp2_session_want_read(ng_) != 0; }

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
  void detach(int32_t id);
  // `held` is what the reader has been given and not taken yet, in octets of memory.
  void set_reading(int32_t id, bool reading, size_t held);
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
  void watch_remote_setting(uint16_t id);

  uint32_t remote_setting(int32_t id) const;
  uint32_t local_setting(int32_t id) const;
  SessionState state() const;
  // false if nghttp2 does not know the stream (any more).
  bool stream_state(int32_t id, StreamState* out) const;
  size_t memory_in_use() const;

  // -- observing -------------------------------------------------------------

  // `out` has kStatGaugeEnd numbers.
  void stats(double* out) const;
  // `out` has kStatCount numbers.
  void own_stats(double* out) const;
  bool has_trace() const { return trace_ != nullptr && !trace_->empty(); }
  std::string take_trace() { return trace_ == nullptr ? std::string() : trace_->take(); }
  std::vector<SentGoaway> take_goaways() { return std::move(goaways_); }
  // Of streams that have ended; with `open`, of all others too.
  Array<Measurement> take_measurements(bool open);

 private:
  friend struct Callbacks;
  friend struct Shared;

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
  // Octets that a stream counts for, besides what nghttp2 allocates: here, and, at the
  // very least, in JavaScript. With these, 8,000 at once are let in by default.
  static constexpr size_t kStreamOverhead = sizeof(Stream) + 512;
  // What each stream and each DATA frame sent lets the peer send in PING,
  // SETTINGS, PRIORITY and WINDOW_UPDATE frames. Never more than a burst of them.
  static constexpr uint32_t kFreeForStream = 16;
  static constexpr uint32_t kFreeForData = 4;
  static constexpr uint32_t kMostFree = 4096;
  static constexpr uint64_t kMostLate = 64 * 1024 * 1024;
  // Octets of a frame that may be here before nghttp2 tells of it.
  static constexpr uint64_t kHeadAhead = 64;
  // Ignored octets that count as one suspicious frame.
  static constexpr uint64_t kIgnoredPerGlitch = 32;
  // A stream that the peer makes this side reset costs work, as one that it
  // resets itself (CVE-2023-44487, 1000 at once): this is its share of the burst.
  static constexpr uint32_t kGlitchOfReset = 10;
  // How deep streams may depend on each other (RFC 7540, section 5.3): nghttp2 goes up
  // to the root for each frame. Browsers had chains of as many as they had requests.
  static constexpr int kDeepest = 256;
  // Octets of DATA, with more to come, that are suspiciously few.
  static constexpr size_t kDribble = 16;
  // Memory of a piece of DATA that waits to be read, besides its octets: a Buffer,
  // and its place in a list. What a reader has buffered, lib/stream/readable-side.ts counts.
  static constexpr size_t kPieceOverhead = 200;
  // Beyond this part of the memory allowed, what nobody reads keeps the connection's
  // window shut. The window itself, which is on its way, has to fit in the rest.
  static constexpr uint64_t kShareOfUnread = 4;
  // Small DATA frames of a stream that nobody reads, before they are suspicious.
  static constexpr uint32_t kCrumbsAllowed = 4096;
  // Streams that are looked at for a stall after one pull.
  static constexpr size_t kMaxUnfinished = 4096;
  // Custom settings are at most ten (node:http2's MAX_ADDITIONAL_SETTINGS).
  static constexpr size_t kMaxWatchedSettings = 10;

  Session(const Options& options, Shared* shared);

  void feed(const uint8_t* data, size_t from, size_t to, EventBatch* batch);
  // kLimitNone if a stream can be added, else what keeps it out.
  Limit room_for_stream() const;
  // After nghttp2 has received something.
  void look_at_outbound(size_t before);
  void look_at_memory();
  bool ended_by_itself() const;
  bool goaway_known() const { return leaving_ || terminated_; }
  // nullptr without memory.
  Stream* open_stream(int32_t id);
  // A write that could not be kept: the stream is reset.
  void give_up(Stream* stream);
  void close_stream(int32_t id, uint32_t code);
  void resume(Stream* stream);
  void widen_windows(Stream* stream, size_t length);
  void widen_stream(Stream* stream);
  bool measures_link() const { return window_settled_ && !stream_windows_settled_; }
  void take_in(Stream* stream, size_t length);
  bool holds_too_much(const Stream* stream) const;
  bool is_crumb(int32_t id);
  void hold(Stream* stream, size_t n);
  void let_go(Stream* stream);
  // The reader of a stream that is closed holds so much.
  void set_unread(int32_t id, size_t held);
  uint64_t memory_allowed() const;
  ng::DataProvider provider(Stream* stream);
  static void add_free(uint32_t* free, uint32_t n) { *free = std::min(*free + n, kMostFree); }
  void look_at_ignored();
  int note_headers(const nghttp2_frame_hd& hd);
  // Octets for nghttp2, but for frames that it would pass over and that break the
  // protocol. An error of nghttp2's is negative.
  ng::Ssize parse(const uint8_t* data, size_t length);
  // A connection error of the peer's (RFC 9113, section 5.4.1). Always fails.
  int break_protocol(uint32_t code, int error);
  // `stream` is null if it was refused before it began.
  void expect_late(const Stream* stream);
  void error(int32_t code, Limit limit);
  // A limit is met: on_limit() says so, `id` is 0 if the session ends.
  void on_limit(Limit limit, int32_t id, uint64_t reached, uint64_t allowed);
  // Frames of nghttp2's own by which it ends the session.
  Limit limit_of_goaway(const nghttp2_goaway& frame, uint64_t* reached, uint64_t* allowed) const;
  void begin_measurement(Stream* stream) {
    if (shared_->measuring) stream->started = now_ns();
  }
  void bound_depth(int32_t id);
  void note_priority(int32_t id, bool exclusive);
  void end_measurement(const Stream* stream);
  Measurement measurement(const Stream* stream, uint64_t end) const;
  void note_opened(StatIndex by);
  // What is left to send after a complete pull waits for a window.
  void note_unfinished(int32_t id);
  void find_stalls();
  void end_stall(Stream* stream);
  int32_t notes() const;
  // Takes the open header block back out of the batch.
  void drop_headers();
  // A block that goes on in the next chunk is put aside as it comes, and joined at
  // its end. False without memory.
  bool put_aside_headers();
  void go_on_with_headers();
  bool join_headers();
  void forget_partial();
  // The stream of the open header block, or 0.
  int32_t open_block();
  // nghttp2 asked for what only a batch can take while there is none.
  template <Record type, typename... Fields>
  void record(Fields... fields) {
    if (batch_ != nullptr) batch_->record<type>(fields...);
  }

  Options options_;
  Shared* shared_;
  Allocator allocator_;
  nghttp2_session* ng_ = nullptr;
  IdMap<Stream> streams_;
  ValueCache values_;
  Portions portions_;
  uint32_t names_left_ = HeaderStrings::kShare;

  // Valid during receive() and pull().
  EventBatch* batch_ = nullptr;
  const uint8_t* chunk_ = nullptr;
  size_t headers_at_ = 0;       // where the open kHeaders record is or goes on, 0 if none
  size_t headers_bytes_at_ = 0; // where its bytes begin
  uint8_t* out_ = nullptr;
  size_t out_capacity_ = 0;
  size_t out_length_ = 0;
  size_t external_ = 0;
  int32_t segments_ = 0;
  size_t budget_ = 0;
  bool out_full_ = false;
  bool more_may_follow_ = false;

  // A header block that goes on in the next chunk.
  LentArray<int32_t> partial_ints_;
  LentArray<uint8_t> partial_bytes_;

  // What of a frame did not fit the last output.
  Array<uint8_t> rest_;
  size_t rest_head_ = 0;

  uint32_t invalid_frames_ = 0;
  // What nghttp2 said of the last one.
  int32_t invalid_code_ = NGHTTP2_ERR_PROTO;
  uint32_t rejected_streams_ = 0;
  // Empty frames since one with content.
  uint32_t empty_frames_ = 0;
  uint32_t continuations_ = 0;
  uint32_t largest_continuations_ = 0;
  size_t largest_settings_ = 0;
  // The peer has said what depends on what.
  bool has_priorities_ = false;
  // Of PING and SETTINGS.
  uint32_t acks_waiting_ = 0;
  // Frames that nghttp2 has queued on receiving, since the last complete pull.
  uint64_t frames_waiting_ = 0;
  // Promised, and not responded to yet.
  uint32_t reserved_ = 0;
  // Memory as Shared knows it.
  uint64_t memory_told_ = 0;
  // Closed, but not all that was received has been read.
  IdMap<Stream> unread_;
  TokenBucket glitches_;
  // Frames that may come without being suspicious: what streams and DATA that
  // was sent give reason for, and what is on its way to streams reset here.
  uint32_t free_frames_ = kFreeForStream;
  uint64_t late_octets_ = 0;
  // On a server: those that the client began, refused or not.
  PeerStreams peer_streams_;
  FrameScanner frames_;
  // Octets of the frames that nghttp2 has told of; the preface is one.
  uint64_t accounted_ = NGHTTP2_CLIENT_MAGIC_LEN;
  // The open header block was not there when the last chunk ended.
  bool new_block_ = false;
  // Header blocks of open streams, and what is written and not yet sent.
  size_t header_bytes_ = 0;
  size_t queued_bytes_ = 0;
  // DATA that was received and not read, with its overhead.
  size_t held_bytes_ = 0;
  Limit broken_limit_ = kLimitNone;
  // DATA received, until the connection's window is widened or its size was
  // set by the user.
  size_t received_ = 0;
  bool window_settled_ = false;
  // When the chunk came that is being received, and when this side had done with what
  // came before: in between it waited.
  std::chrono::steady_clock::time_point arrived_;
  std::chrono::steady_clock::time_point idle_since_;
  // The user has chosen the initial window of streams.
  bool stream_windows_settled_ = false;
  // The connection's window was chosen by the user, not by widening.
  bool window_chosen_ = false;
  // What open streams' windows were widened by.
  size_t widened_ = 0;
  // A GOAWAY was sent or received on somebody's word: the session ends with its
  // last stream.
  bool leaving_ = false;
  // It was told to end at once.
  bool terminated_ = false;
  // A client's GOAWAY that says nothing but that it leaves: it goes when the
  // requests that were made before it have gone.
  bool goaway_waits_ = false;

  // -- observing --
  Counters counters_ = {};
  std::unique_ptr<Trace> trace_;
  std::vector<SentGoaway> goaways_;
  Array<Measurement> measurements_;
  TokenBucket resets_;
  uint64_t started_ = now_ns();
  size_t peak_streams_ = 0;
  size_t stalled_streams_ = 0;
  // Streams that got something to send, or could not send all, since the last
  // complete pull.
  Array<int32_t> unfinished_;
  uint32_t largest_pairs_ = 0;
  uint64_t largest_list_ = 0;
  // SETTINGS_MAX_CONCURRENT_STREAMS as submitted, acknowledged or not.
  uint32_t announced_streams_ = UINT32_MAX;
  // The last one that left; -1 if none did.
  int64_t goaway_code_ = -1;
  Session* older_ = nullptr;
  Session* newer_ = nullptr;

  uint16_t watched_[kMaxWatchedSettings];
  size_t watched_count_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_SESSION_H_
