#include "session.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "callbacks.h"

namespace duetto {

Session::Session(const Options& options, Shared* shared)
    : options_(options),
      shared_(shared),
      allocator_(&shared->arenas),
      portions_(options.role == Role::kServer ? NGHTTP2_CLIENT_MAGIC_LEN : 0),
      frames_(options.role == Role::kServer ? NGHTTP2_CLIENT_MAGIC_LEN : 0) {
  resets_.burst = options.reset_burst;
  resets_.rate = options.reset_rate;
  glitches_.burst = options.glitches_of_nghttp2 ? UINT64_MAX : options.glitch_burst;
  glitches_.rate = options.glitch_rate;
  if (options.trace) trace_ = std::make_unique<Trace>(started_);
  ++shared->opened;
  ++shared->open;
  older_ = shared->newest;
  if (older_ != nullptr) older_->newer_ = this;
  shared->newest = this;
}

std::unique_ptr<Session> Session::create(const Options& options, Shared* shared) {
  std::unique_ptr<Session> session(new (std::nothrow) Session(options, shared));
  if (session == nullptr) return nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_option_new(&option) != 0) return nullptr;
  options.apply_to(option);
  const nghttp2_session_callbacks* callbacks = Callbacks::table(options.padding);
  const auto make =
      options.role == Role::kServer ? nghttp2_session_server_new3 : nghttp2_session_client_new3;
  const int rv = callbacks == nullptr ? NGHTTP2_ERR_NOMEM
                                      : make(&session->ng_, callbacks, session.get(), option,
                                             session->allocator_.mem());
  nghttp2_option_del(option);
  session->allocator_.lasting_blocks_done();
  if (rv != 0) return nullptr;
  return session;
}

Session::~Session() {
  values_.clear();
  if (ng_ != nullptr) nghttp2_session_del(ng_);
  streams_.each([this](Stream* stream) {
    end_stall(stream);
    shared_->streams.give_back(stream);
  });
  unread_.each([this](Stream* stream) { shared_->streams.give_back(stream); });
  shared_->memory -= memory_told_;
  --shared_->open;
  if (older_ != nullptr) older_->newer_ = newer_;
  (newer_ != nullptr ? newer_->older_ : shared_->newest) = older_;
  for (size_t i = 0; i < kCounterCount; ++i) shared_->finished[i] += counters_[i];
}

void Session::receive_portion(const uint8_t* data, size_t from, size_t length, bool hold,
                              EventBatch* batch) {
  const size_t n = portions_.next(data + from, length - from, hold, peer_streams_.newest());
  feed(data, from, from + n, batch);
}

void Session::feed(const uint8_t* data, size_t from, size_t to, EventBatch* batch) {
  batch->begin();
  batch_ = batch;
  chunk_ = data;
  broken_limit_ = kLimitNone;
  counters_[kStatBytesReceived] += to - from;
  new_block_ = false;
  if (measures_link()) arrived_ = std::chrono::steady_clock::now();
  go_on_with_headers();
  const size_t queued = nghttp2_session_get_outbound_queue_size(ng_);
  const ng::Ssize n = from == to ? 0 : parse(data + from, to - from);
  if (n < 0) {
    drop_headers();
    if (n == NGHTTP2_ERR_FLOODED) {
      on_limit(kLimitOutboundAcks, 0, options_.max_outbound_acks + uint64_t{1},
               options_.max_outbound_acks);
    } else if (n == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
      // RFC 9113, section 3.4. Whatever code the user's side is given, the peer gets this one.
      nghttp2_session_terminate_session(ng_, NGHTTP2_PROTOCOL_ERROR);
    } else if (n == ng::kTooManyContinuations) {
      on_limit(kLimitContinuations, 0, options_.max_continuations + uint64_t{1},
               options_.max_continuations);
    }
    error(static_cast<int32_t>(n), broken_limit_);
  } else {
    // First: what is recorded after an open block would be put aside with it.
    if (!put_aside_headers()) error(NGHTTP2_ERR_NOMEM, kLimitNone);
    look_at_ignored();
    look_at_outbound(queued);
    look_at_memory();
  }
  chunk_ = nullptr;
  if (measures_link()) idle_since_ = std::chrono::steady_clock::now();
  const bool open = partial_ints_.size() > 0;
  int32_t* header = batch->ints.data();
  header[kBatchNotes] = notes() | (!open ? 0 : new_block_ ? kNoteBlockBegins : kNoteBlockGoesOn);
  header[kBatchReceived] = static_cast<int32_t>(to);
  batch_ = nullptr;
}

ng::Ssize Session::parse(const uint8_t* data, size_t length) {
  if (options_.role != Role::kServer) return ng::mem_recv(ng_, data, length);
  size_t fed = 0;
  bool resets = false;
  FrameHead head;
  for (size_t at = 0; frames_.next(data, length, &at, &head);) {
    if (head.type == NGHTTP2_RST_STREAM) resets = true;
    // What is known to be open, and is not reset within this chunk, is nghttp2's to judge.
    if (head.type != NGHTTP2_DATA || (!resets && streams_.find(head.stream_id) != nullptr)) continue;
    const size_t before = at < FrameHead::kLength ? 0 : at - FrameHead::kLength;
    if (before > fed) {
      const ng::Ssize n = ng::mem_recv(ng_, data + fed, before - fed);
      if (n < 0) return n;
      fed = before;
    }
    if (peer_streams_.is_over(head.stream_id) && streams_.find(head.stream_id) == nullptr)
      return break_protocol(NGHTTP2_STREAM_CLOSED, NGHTTP2_ERR_STREAM_CLOSED);
  }
  return fed < length ? ng::mem_recv(ng_, data + fed, length - fed) : 0;
}

int Session::break_protocol(uint32_t code, int error_code) {
  nghttp2_session_terminate_session(ng_, code);
  error(error_code, kLimitNone);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

void Session::drop_headers() {
  if (open_block() == 0) return;
  if (headers_at_ != 0) {
    batch_->ints.truncate(headers_at_);
    batch_->bytes.truncate(headers_bytes_at_);
  }
  forget_partial();
  headers_at_ = 0;
  // The block may have given out numbers that the reader now never learns.
  values_.clear();
}

void Session::forget_partial() {
  partial_ints_.lend(nullptr, 0);
  partial_bytes_.lend(nullptr, 0);
}

// Only what is new in this chunk: what a block costs does not depend on how many chunks it comes in.
bool Session::put_aside_headers() {
  if (headers_at_ == 0) return true;
  const size_t ints = batch_->ints.size() - headers_at_;
  const size_t bytes = batch_->bytes.size() - headers_bytes_at_;
  const bool fits = partial_ints_.insert(partial_ints_.size(), batch_->ints.data() + headers_at_, ints) &&
                    partial_bytes_.insert(partial_bytes_.size(), batch_->bytes.data() + headers_bytes_at_, bytes);
  batch_->ints.truncate(headers_at_);
  batch_->bytes.truncate(headers_bytes_at_);
  headers_at_ = 0;
  return fits;
}

void Session::go_on_with_headers() {
  if (partial_ints_.size() == 0) return;
  headers_at_ = batch_->ints.size();
  headers_bytes_at_ = batch_->bytes.size();
}

bool Session::join_headers() {
  if (partial_ints_.size() == 0) return true;
  const bool fits = batch_->ints.insert(headers_at_, partial_ints_.data(), partial_ints_.size()) &&
                    batch_->bytes.insert(headers_bytes_at_, partial_bytes_.data(), partial_bytes_.size());
  forget_partial();
  return fits;
}

int32_t Session::open_block() {
  if (partial_ints_.size() > 0) return partial_ints_.data()[1];
  return headers_at_ == 0 ? 0 : batch_->ints.data()[headers_at_ + 1];
}

void Session::pull(uint8_t* out, size_t from, size_t capacity, size_t budget, EventBatch* batch) {
  batch->begin();
  batch_ = batch;
  out_ = out;
  out_capacity_ = capacity;
  out_length_ = from;
  external_ = 0;
  segments_ = 0;
  budget_ = budget;
  out_full_ = false;
  more_may_follow_ = false;

  if (!rest_.empty()) {
    const size_t n = std::min(capacity - from, rest_.size() - rest_head_);
    std::memcpy(out + from, rest_.data() + rest_head_, n);
    rest_head_ += n;
    out_length_ += n;
    if (rest_head_ == rest_.size()) {
      rest_.clear();
      rest_head_ = 0;
    } else {
      out_full_ = true;
    }
  }
  while (!out_full_) {
    const uint8_t* data = nullptr;
    const ng::Ssize n = ng::mem_send(ng_, &data);
    if (n < 0) {
      error(static_cast<int32_t>(n), kLimitNone);
      break;
    }
    if (n == 0) {
      if (!goaway_waits_ || nghttp2_session_get_outbound_queue_size(ng_) > 0) break;
      goaway_waits_ = false;
      if (nghttp2_submit_goaway(ng_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(ng_),
                                NGHTTP2_NO_ERROR, nullptr, 0) != 0)
        break;
      continue;
    }
    const auto length = static_cast<size_t>(n);
    const size_t fits = std::min(length, capacity - out_length_);
    std::memcpy(out_ + out_length_, data, fits);
    out_length_ += fits;
    if (fits < length) {
      out_full_ = true;
      if (!rest_.put(data + fits, length - fits)) {
        // A frame without its end: nothing can follow it.
        error(NGHTTP2_ERR_NOMEM, kLimitNone);
        break;
      }
    }
  }

  if (!out_full_) frames_waiting_ = 0;
  counters_[kStatBytesSent] += out_length_ - from + external_;
  if (!out_full_ && !unfinished_.empty()) find_stalls();
  int32_t* header = batch->ints.data();
  header[kBatchOutLength] = static_cast<int32_t>(out_length_);
  header[kBatchMore] = out_full_ ? 1 : ended_by_itself() ? invalid_code_ : 0;
  header[kBatchSegments] = segments_;
  header[kBatchNotes] = notes();
  header[kBatchHolds] = more_may_follow_ && segments_ == 0 && !out_full_ ? 1 : 0;
  out_ = nullptr;
  batch_ = nullptr;
  if (measures_link()) idle_since_ = std::chrono::steady_clock::now();
}

// Some protocol errors make nghttp2 send its own GOAWAY without telling anybody.
// It then has done with streams that are open, too.
bool Session::ended_by_itself() const {
  if (terminated_ || (leaving_ && streams_.size() == 0)) return false;
  return !wants_read() && !wants_write();
}

bool Session::wants_write() const { return !rest_.empty() || nghttp2_session_want_write(ng_) != 0; }

void Session::error(int32_t code, Limit limit) { record<kSessionError>(code, limit); }

size_t Session::memory_in_use() const {
  return allocator_.in_use() + (streams_.size() + unread_.size()) * kStreamOverhead + header_bytes_ + queued_bytes_ +
         held_bytes_;
}

Stream* Session::open_stream(int32_t id) {
  Stream* stream = streams_.make_room() ? shared_->streams.take(id) : nullptr;
  if (stream == nullptr) return nullptr;
  stream->max_header_length =
      std::min(local_setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), Options::kMaxHeaderListSize);
  streams_.insert(id, stream);
  add_free(&free_frames_, kFreeForStream);
  begin_measurement(stream);
  note_opened((id & 1) == (options_.role == Role::kServer ? 1 : 0) ? kStatOpenedByPeer
                                                                    : kStatOpenedHere);
  return stream;
}

// What the peer sends until it hears that a stream is gone: a window at most.
void Session::expect_late(const Stream* stream) {
  const uint64_t initial = local_setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
  const uint64_t window = stream == nullptr ? kDefaultWindow : static_cast<uint64_t>(stream->window);
  late_octets_ = std::min(late_octets_ + std::max(window, initial), kMostLate);
}

void Session::close_stream(int32_t id, uint32_t code) {
  Stream* stream = streams_.erase(id);
  if (stream == nullptr) return;
  if (!stream->detached) record<kClose>(id, code);
  ++counters_[kStatClosed];
  if (code != NGHTTP2_NO_ERROR || stream->reset_here) expect_late(stream);
  end_stall(stream);
  if (stream->started != 0) end_measurement(stream);
  // What the reader never took must not hold up the others. Its own window is gone.
  stream->unconsumed = 0;
  const size_t held = stream->held;
  let_go(stream);
  header_bytes_ -= stream->header_length;
  widened_ -= static_cast<size_t>(stream->window - kDefaultWindow);
  queued_bytes_ -= stream->outbound.length();
  if (stream->reserved) --reserved_;
  // What was received waits for its reader all the same.
  if (held > 0 && !stream->detached && unread_.make_room()) {
    stream->outbound.trim();
    unread_.insert(id, stream);
    hold(stream, held);
    return;
  }
  shared_->streams.give_back(stream);
}

uint32_t Session::remote_setting(int32_t id) const {
  return nghttp2_session_get_remote_settings(ng_, static_cast<nghttp2_settings_id>(id));
}

uint32_t Session::local_setting(int32_t id) const {
  return nghttp2_session_get_local_settings(ng_, static_cast<nghttp2_settings_id>(id));
}

SessionState Session::state() const {
  SessionState s;
  s.effective_local_window_size = nghttp2_session_get_effective_local_window_size(ng_);
  s.effective_recv_data_length = nghttp2_session_get_effective_recv_data_length(ng_);
  s.next_stream_id = nghttp2_session_get_next_stream_id(ng_);
  s.local_window_size = nghttp2_session_get_local_window_size(ng_);
  s.last_proc_stream_id = nghttp2_session_get_last_proc_stream_id(ng_);
  s.remote_window_size = nghttp2_session_get_remote_window_size(ng_);
  s.outbound_queue_size = nghttp2_session_get_outbound_queue_size(ng_);
  s.deflate_dynamic_table_size = nghttp2_session_get_hd_deflate_dynamic_table_size(ng_);
  s.inflate_dynamic_table_size = nghttp2_session_get_hd_inflate_dynamic_table_size(ng_);
  return s;
}

bool Session::stream_state(int32_t id, StreamState* out) const {
  nghttp2_stream* stream = nghttp2_session_find_stream(ng_, id);
  if (stream == nullptr) return false;
  out->state = nghttp2_stream_get_state(stream);
  out->weight = nghttp2_stream_get_weight(stream);
  out->sum_dependency_weight = nghttp2_stream_get_sum_dependency_weight(stream);
  out->local_close = nghttp2_session_get_stream_local_close(ng_, id);
  out->remote_close = nghttp2_session_get_stream_remote_close(ng_, id);
  out->local_window_size = nghttp2_session_get_stream_local_window_size(ng_, id);
  return true;
}

}  // namespace duetto
