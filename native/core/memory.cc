#include "memory.h"

#include "outbound.h"

namespace duetto {

size_t Memory::in_use() const {
  return allocator_.in_use() + (c_.streams.size() + flow_.unread_streams()) * kStreamOverhead + headers_.list_bytes() +
         outbound_.queued_bytes() + flow_.held_bytes();
}

Breach Memory::room_for_stream() const {
  const uint64_t memory = in_use() + kStreamOverhead;
  if (memory >= c_.options.max_session_memory) return {kLimitSessionMemory, memory, c_.options.max_session_memory};
  const uint64_t limit = c_.shared->memory_limit;
  if (limit > 0 && of_others() + memory >= limit) return {kLimitAllMemory, of_others() + memory, limit};
  return {};
}

Breach Memory::holds_too_much(const Stream* stream) const {
  if (stream->held == 0) return {};
  const uint64_t allowed = c_.options.max_session_memory + flow_.allowance();
  const uint64_t memory = in_use();
  return memory > allowed ? Breach{kLimitSessionMemory, memory, allowed} : Breach{};
}

Breach Memory::look() {
  const uint64_t memory = in_use();
  Shared* shared = c_.shared;
  shared->memory += memory - told_;
  told_ = memory;
  const uint64_t limit = shared->memory_limit;
  if (limit == 0 || shared->memory <= limit + limit / 4 || memory < shared->memory / shared->open) return {};
  return {kLimitAllMemory, shared->memory, limit};
}

void Memory::put_stats(double* out) const {
  out[kStatMemory] = static_cast<double>(in_use());
  out[kStatNgMemory] = static_cast<double>(allocator_.in_use());
  out[kStatFieldMemory] = static_cast<double>(headers_.list_bytes());
  out[kStatQueued] = static_cast<double>(outbound_.queued_bytes());
  out[kStatHeld] = static_cast<double>(flow_.held_bytes());
}

}  // namespace duetto
