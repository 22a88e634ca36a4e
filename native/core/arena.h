// Memory for the blocks that a session keeps from its first moment to its last.
//
// Of nghttp2's some 21 KB, 16 KB are a buffer for frames of which an idle
// session has used the first few bytes, and 2 KB tables that it has not used at
// all. Where malloc puts all in a row, each session touches three pages. Here
// what is used shares one page, and what is not lies behind it.
#ifndef DUETTO_CORE_ARENA_H_
#define DUETTO_CORE_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <new>

#include "array.h"

namespace duetto {

class ArenaPool {
 public:
  static constexpr size_t kPage = 4096;
  static constexpr size_t kArenaSize = 6 * kPage;

  ArenaPool() = default;
  ~ArenaPool();
  ArenaPool(const ArenaPool&) = delete;
  ArenaPool& operator=(const ArenaPool&) = delete;

  // nullptr if there is no memory.
  uint8_t* take();
  void give_back(uint8_t* arena);

 private:
  // So many arenas are allocated at a time: enough for the system to be asked
  // for pages that nobody has touched.
  static constexpr size_t kPerSlab = 16;

  struct Slab {
    uint8_t* memory = nullptr;
    // One bit for each arena that is taken.
    uint16_t taken = 0;
  };
  static_assert(kPerSlab == 16, "the bits of Slab::taken");

  Slab* grow();

  Array<Slab> slabs_;
  // None before has room.
  size_t with_room_ = 0;
};

// One arena while blocks are put into it.
class Arena {
 public:
  explicit Arena(ArenaPool* pool) : pool_(pool), memory_(pool->take()) {}
  ~Arena() {
    if (memory_ != nullptr) pool_->give_back(memory_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // nullptr if a block of this size does not belong here, or has no room.
  uint8_t* place(size_t size);
  // Where the size of a block is kept that nothing may be written in front of:
  // that would touch its page. Null for other blocks.
  size_t* size_of_table(const uint8_t* block) {
    if (memory_ == nullptr || block < memory_ + kTablesAt || !owns(block)) return nullptr;
    return &table_sizes_[static_cast<size_t>(block - memory_ - kTablesAt) / kTableRoom];
  }
  // Nothing more is put in.
  void close() { open_ = false; }
  bool owns(const uint8_t* block) const {
    return memory_ != nullptr && block >= memory_ && block < memory_ + ArenaPool::kArenaSize;
  }

 private:
  // The large block begins in the first page and goes on in the next ones;
  // tables come behind it.
  static constexpr size_t kLargeAt = ArenaPool::kPage - 256;
  static constexpr size_t kTablesAt = 5 * ArenaPool::kPage;
  static constexpr size_t kLeastLarge = 2 * ArenaPool::kPage;
  static constexpr size_t kLeastTable = 512;
  static constexpr size_t kTableRoom = 2048;
  static constexpr size_t kTables = (ArenaPool::kArenaSize - kTablesAt) / kTableRoom;

  ArenaPool* pool_;
  uint8_t* memory_;
  bool open_ = true;
  bool has_large_ = false;
  size_t used_ = 0;
  size_t tables_ = 0;
  size_t table_sizes_[kTables] = {};
};

}  // namespace duetto

#endif  // DUETTO_CORE_ARENA_H_
