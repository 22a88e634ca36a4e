// How streams depend on each other (RFC 7540, section 5.3), for those versions of nghttp2 that go by it.
#ifndef DUETTO_CORE_PRIORITIES_H_
#define DUETTO_CORE_PRIORITIES_H_

#include <cstddef>
#include <cstdint>

#include "connection.h"

namespace duetto {

class Priorities {
 public:
  explicit Priorities(Connection& connection) : c_(connection) {}

  // The peer has said what a stream depends on. True if that is costly: an exclusive dependency
  // makes deeper what is there.
  bool note(int32_t id, bool exclusive) {
    if constexpr (!ng::kHasPriorities) return false;
    given_ = true;
    bound_depth(id);
    return exclusive && c_.streams.size() > static_cast<size_t>(kDeepest);
  }
  // Before a response, which puts the stream in its place.
  void before_response(int32_t id) {
    if (given_) bound_depth(id);
  }

 private:
  // How deep streams may depend on each other: nghttp2 goes up to the root for each
  // frame. Browsers had chains of as many as they had requests.
  static constexpr int kDeepest = 256;

  // What would lie deeper depends on nothing.
  void bound_depth(int32_t id) {
    nghttp2_stream* stream = nghttp2_session_find_stream(c_.ng, id);
    if (stream == nullptr) return;
    const int32_t weight = nghttp2_stream_get_weight(stream);
    for (int depth = 0; depth < kDeepest; ++depth) {
      stream = nghttp2_stream_get_parent(stream);
      if (stream == nullptr) return;
    }
    nghttp2_priority_spec root;
    nghttp2_priority_spec_init(&root, 0, weight, 0);
    // Fails for a stream that is gone only.
    nghttp2_session_change_stream_priority(c_.ng, id, &root);
  }

  Connection& c_;
  bool given_ = false;
};

}  // namespace duetto

#endif  // DUETTO_CORE_PRIORITIES_H_
