// Where a session's concerns record what happens, while it receives or is pulled from.
#ifndef DUETTO_CORE_RECORDER_H_
#define DUETTO_CORE_RECORDER_H_

#include <cstddef>
#include <cstdint>

#include "event_batch.h"
#include "ng.h"

namespace duetto {

// A limit that is met: how far it went, and how far it may.
struct Breach {
  Limit limit = kLimitNone;
  uint64_t reached = 0;
  uint64_t allowed = 0;

  explicit operator bool() const { return limit != kLimitNone; }
};

class Recorder {
 public:
  void begin(EventBatch* batch) {
    batch->begin();
    batch_ = batch;
    broken_ = kLimitNone;
    failed_ = false;
  }
  // The batch is whole; or, if there was no memory for a record, it says that and
  // nothing else. True then: what it was about must not be taken for what it is not.
  bool end() {
    EventBatch* batch = batch_;
    batch_ = nullptr;
    if (!failed_) return false;
    // There was room for more than this before.
    batch->ints.truncate(kBatchStart);
    batch->bytes.truncate(0);
    batch->ints.data()[kBatchHasData] = 0;
    batch->record<kSessionError>(NGHTTP2_ERR_NOMEM, kLimitNone);
    return true;
  }

  // Null between the calls.
  EventBatch* batch() const { return batch_; }

  // nghttp2 asks for what only a batch can take while there is none, too: that is
  // nobody's to know. False without memory.
  template <Record type, typename... Fields>
  bool record(Fields... fields) {
    if (batch_ == nullptr || batch_->record<type>(fields...)) return true;
    failed_ = true;
    return false;
  }

  // A part of a record could not be put down, of whatever kind.
  int fail() {
    failed_ = true;
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  // The session cannot go on.
  void error(int32_t code, Limit limit) { record<kSessionError>(code, limit); }
  // `id` is 0 if the session ends.
  void limit_hit(const Breach& breach, int32_t id) {
    record<kLimitHit>(breach.limit, id, breach.reached & UINT32_MAX, breach.reached >> 32,
                      breach.allowed & UINT32_MAX, breach.allowed >> 32);
  }
  // The session ends within a callback of nghttp2: what it then returns is told
  // together with the limit.
  int break_limit(const Breach& breach) {
    broken_ = breach.limit;
    limit_hit(breach, 0);
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  // The session ends outside of them.
  void end_for(const Breach& breach, int32_t code) {
    limit_hit(breach, 0);
    error(code, breach.limit);
  }
  Limit broken() const { return broken_; }

 private:
  EventBatch* batch_ = nullptr;
  Limit broken_ = kLimitNone;
  bool failed_ = false;
};

}  // namespace duetto

#endif  // DUETTO_CORE_RECORDER_H_
