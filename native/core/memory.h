// What a session uses of memory, and how much all sessions do.
#ifndef DUETTO_CORE_MEMORY_H_
#define DUETTO_CORE_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "allocator.h"
#include "connection.h"
#include "flow_control.h"
#include "header_block.h"

namespace duetto {

class Outbound;

class Memory {
 public:
  // Bytes that a stream counts for, besides what nghttp2 allocates: here, and, at the
  // very least, in JavaScript. With these, 8,000 at once are let in by default.
  static constexpr size_t kStreamOverhead = sizeof(Stream) + 512;

  Memory(Connection& connection, const HeaderBlock& headers, const FlowControl& flow, const Outbound& outbound)
      : c_(connection), headers_(headers), flow_(flow), outbound_(outbound), allocator_(&connection.shared->arenas) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { c_.shared->memory -= told_; }

  Allocator& allocator() { return allocator_; }
  size_t in_use() const;
  // Whether a stream can be added: the session's memory, or that of all, is used up otherwise.
  Breach room_for_stream() const;
  // A stream that holds more than there is memory for is given up: DATA in pieces so
  // small that they cost more than windows count.
  Breach holds_too_much(const Stream* stream) const;
  // After a chunk. Where refusing streams has not helped, the sessions that use more than others end.
  Breach look();
  void put_stats(double* out) const;

 private:
  uint64_t of_others() const { return c_.shared->memory - told_; }

  Connection& c_;
  const HeaderBlock& headers_;
  const FlowControl& flow_;
  const Outbound& outbound_;
  Allocator allocator_;
  // As Shared knows it.
  uint64_t told_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_MEMORY_H_
