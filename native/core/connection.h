// What all concerns of one session stand on: nghttp2's session, the options, the streams, and where
// things are recorded and counted.
#ifndef DUETTO_CORE_CONNECTION_H_
#define DUETTO_CORE_CONNECTION_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>

#include "ng.h"
#include "options.h"
#include "recorder.h"
#include "shared.h"
#include "statistics.h"
#include "stream_table.h"
#include "trace.h"

namespace duetto {

struct Connection {
  Connection(const Options& options_given, Shared* shared_by_all)
      : options(options_given), shared(shared_by_all), streams(&shared_by_all->streams), statistics(&shared_by_all->measuring) {
    if (options.trace) trace.reset(new (std::nothrow) Trace(statistics.started()));
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const Options options;
  Shared* const shared;
  nghttp2_session* ng = nullptr;
  Recorder recorder;
  StreamTable streams;
  Statistics statistics;
  // Only if frames are to be written down.
  std::unique_ptr<Trace> trace;

  bool is_server() const { return options.role == Role::kServer; }
  // Whether the peer gives ids like this one.
  bool is_peers(int32_t id) const { return (id & 1) == (is_server() ? 1 : 0); }

  uint32_t remote_setting(int32_t id) const {
    return nghttp2_session_get_remote_settings(ng, static_cast<nghttp2_settings_id>(id));
  }
  uint32_t local_setting(int32_t id) const {
    return nghttp2_session_get_local_settings(ng, static_cast<nghttp2_settings_id>(id));
  }
  uint32_t max_header_list_size() const {
    return std::min(local_setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), Options::kMaxHeaderListSize);
  }
  size_t outbound_queue_size() const { return nghttp2_session_get_outbound_queue_size(ng); }
};

}  // namespace duetto

#endif  // DUETTO_CORE_CONNECTION_H_
