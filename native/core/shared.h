// What the sessions of one environment share.
#ifndef DUETTO_CORE_SHARED_H_
#define DUETTO_CORE_SHARED_H_

#include <cstdint>

#include "arena.h"
#include "counters.h"
#include "header_strings.h"
#include "stream.h"

namespace duetto {

class Session;

struct Shared {
  explicit Shared(StringSink* sink) : strings(sink) {}
  HeaderStrings strings;
  StreamPool streams;
  // Bytes that all sessions may use, and do; 0 is no limit.
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

}  // namespace duetto

#endif  // DUETTO_CORE_SHARED_H_
