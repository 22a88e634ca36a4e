// nghttp2's memory, counted. Each session has one, so that maxSessionMemory
// covers what nghttp2 itself holds: HPACK tables, streams, queued frames.
#ifndef DUETTO_CORE_ALLOCATOR_H_
#define DUETTO_CORE_ALLOCATOR_H_

#include <cstddef>

#include "arena.h"
#include "ng.h"

namespace duetto {

class Allocator {
 public:
  explicit Allocator(ArenaPool* arenas);
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  nghttp2_mem* mem() { return &mem_; }
  size_t in_use() const { return in_use_; }
  // What has been allocated so far stays as long as the session.
  void lasting_blocks_done() { arena_.close(); }

 private:
  static void* allocate(size_t size, void* self);
  static void release(void* block, void* self);
  static void* allocate_zeroed(size_t count, size_t size, void* self);
  static void* reallocate(void* block, size_t size, void* self);

  // Blocks know their size. `raw` is where a block's room begins.
  size_t size_of(void* raw);
  void* tag(void* raw, size_t size);

  nghttp2_mem mem_;
  Arena arena_;
  size_t in_use_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ALLOCATOR_H_
