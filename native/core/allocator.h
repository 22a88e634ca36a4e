// nghttp2's memory, counted. Each session has one, so that maxSessionMemory
// covers what nghttp2 itself holds: HPACK tables, streams, queued frames.
#ifndef DUETTO_CORE_ALLOCATOR_H_
#define DUETTO_CORE_ALLOCATOR_H_

#include <cstddef>

#include "ng.h"

namespace duetto {

class Allocator {
 public:
  Allocator();
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  nghttp2_mem* mem() { return &mem_; }
  size_t in_use() const { return in_use_; }

 private:
  static void* allocate(size_t size, void* self);
  static void release(void* block, void* self);
  static void* allocate_zeroed(size_t count, size_t size, void* self);
  static void* reallocate(void* block, size_t size, void* self);

  nghttp2_mem mem_;
  size_t in_use_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ALLOCATOR_H_
