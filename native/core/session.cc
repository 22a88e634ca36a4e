#include "session.h"

#include <new>

#include "callbacks.h"

namespace duetto {

Session::Session(const Options& options, Shared* shared) : parts_(options, shared) {
  ++shared->opened;
  ++shared->open;
  older_ = shared->newest;
  if (older_ != nullptr) older_->newer_ = this;
  shared->newest = this;
}

std::unique_ptr<Session> Session::create(const Options& options, Shared* shared) {
  std::unique_ptr<Session> session(new (std::nothrow) Session(options, shared));
  if (session == nullptr || session->start() != 0) return nullptr;
  return session;
}

int Session::start() {
  Connection& c = parts_.connection;
  const nghttp2_session_callbacks* callbacks = callbacks_for(c.options.padding);
  nghttp2_option* option = nullptr;
  if (callbacks == nullptr || (c.options.trace && c.trace == nullptr) || nghttp2_option_new(&option) != 0)
    return NGHTTP2_ERR_NOMEM;
  c.options.apply_to(option);
  Allocator& allocator = parts_.memory.allocator();
  const auto make = c.is_server() ? nghttp2_session_server_new3 : nghttp2_session_client_new3;
  const int rv = make(&c.ng, callbacks, &parts_, option, allocator.mem());
  nghttp2_option_del(option);
  allocator.lasting_blocks_done();
  return rv;
}

Session::~Session() {
  Connection& c = parts_.connection;
  parts_.headers.clear_values();
  if (c.ng != nullptr) nghttp2_session_del(c.ng);
  c.streams.each([this](Stream* stream) { parts_.stalls.end(stream); });
  c.statistics.add_to(c.shared->finished);
  --c.shared->open;
  if (older_ != nullptr) older_->newer_ = newer_;
  (newer_ != nullptr ? newer_->older_ : c.shared->newest) = older_;
}

void Session::receive_portion(const uint8_t* data, size_t from, size_t length, bool hold,
                              EventBatch* batch) {
  const size_t n = parts_.inbound.portion(data + from, length - from, hold);
  parts_.receiver.receive(data, from, from + n, batch);
}

void Session::pull(uint8_t* out, size_t from, size_t capacity, size_t budget, EventBatch* batch) {
  Recorder& recorder = parts_.connection.recorder;
  recorder.begin(batch);
  parts_.outbound.pull(out, from, capacity, budget);
  parts_.flow.waits();
  int32_t* header = batch->ints.data();
  header[kBatchNotes] = parts_.notes();
  // Frames whose segments are not known cannot be sent.
  if (!recorder.end()) return;
  header[kBatchOutLength] = static_cast<int32_t>(from);
  header[kBatchMore] = header[kBatchSegments] = header[kBatchHolds] = 0;
}

// -- how it is ----------------------------------------------------------------------

SessionState Session::state() const {
  SessionState s;
  s.effective_local_window_size = nghttp2_session_get_effective_local_window_size(ng());
  s.effective_recv_data_length = nghttp2_session_get_effective_recv_data_length(ng());
  s.next_stream_id = nghttp2_session_get_next_stream_id(ng());
  s.local_window_size = nghttp2_session_get_local_window_size(ng());
  s.last_proc_stream_id = nghttp2_session_get_last_proc_stream_id(ng());
  s.remote_window_size = nghttp2_session_get_remote_window_size(ng());
  s.outbound_queue_size = nghttp2_session_get_outbound_queue_size(ng());
  s.deflate_dynamic_table_size = nghttp2_session_get_hd_deflate_dynamic_table_size(ng());
  s.inflate_dynamic_table_size = nghttp2_session_get_hd_inflate_dynamic_table_size(ng());
  return s;
}

bool Session::stream_state(int32_t id, StreamState* out) const {
  nghttp2_stream* stream = nghttp2_session_find_stream(ng(), id);
  if (stream == nullptr) return false;
  out->state = nghttp2_stream_get_state(stream);
  out->weight = nghttp2_stream_get_weight(stream);
  out->sum_dependency_weight = nghttp2_stream_get_sum_dependency_weight(stream);
  out->local_close = nghttp2_session_get_stream_local_close(ng(), id);
  out->remote_close = nghttp2_session_get_stream_remote_close(ng(), id);
  out->local_window_size = nghttp2_session_get_stream_local_window_size(ng(), id);
  return true;
}

void Session::stats(double* out) const {
  const Connection& c = parts_.connection;
  c.statistics.put_counters(out);
  out[kStatOpenStreams] = static_cast<double>(c.streams.size());
  out[kStatCacheEntries] = static_cast<double>(parts_.headers.values().size());
  out[kStatCacheBytes] = static_cast<double>(parts_.headers.values().bytes());
  parts_.memory.put_stats(out);
  parts_.stalls.put_stats(out);
}

void Session::own_stats(double* out) const {
  stats(out);
  const Connection& c = parts_.connection;
  c.statistics.put_own(out);
  parts_.floods.put_stats(out);
  parts_.admission.put_stats(out);
  out[kStatMaxHeaderListPairs] = c.options.max_header_list_pairs;
  out[kStatMaxHeaderListSize] = c.max_header_list_size();
}

Array<Measurement> Session::take_measurements(bool open) {
  Connection& c = parts_.connection;
  if (open) {
    c.streams.each([&c](Stream* stream) {
      if (stream->started == 0) return;
      c.statistics.end_measurement(stream);
      stream->started = 0;
    });
  }
  return c.statistics.take_measurements();
}

void Shared::totals(double* out) const {
  std::fill(out, out + kStatTotalCount, 0.0);
  for (size_t i = 0; i < kCounterCount; ++i) out[i] = static_cast<double>(finished[i]);
  double one[kStatGaugeEnd];
  double open_now = 0;
  for (const Session* session = newest; session != nullptr; session = session->older()) {
    session->stats(one);
    for (size_t i = 0; i < kStatGaugeEnd; ++i) out[i] += one[i];
    ++open_now;
  }
  out[kStatSessionsOpen] = open_now;
  out[kStatSessionsOpened] = static_cast<double>(opened);
}

}  // namespace duetto
