#include "allocator.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace duetto {

namespace {
// The size of a block is kept in front of it; 16 bytes keep the alignment
// that malloc promises.
constexpr size_t kPrefix = 16;

void* raw_of(void* block) { return static_cast<uint8_t*>(block) - kPrefix; }
}  // namespace

Allocator::Allocator(ArenaPool* arenas)
    : mem_{this, allocate, release, allocate_zeroed, reallocate}, arena_(arenas) {}

size_t Allocator::size_of(void* raw) {
  if (const size_t* kept = arena_.size_of_table(static_cast<uint8_t*>(raw))) return *kept;
  size_t size;
  std::memcpy(&size, raw, sizeof size);
  return size;
}

void* Allocator::tag(void* raw, size_t size) {
  if (size_t* kept = arena_.size_of_table(static_cast<uint8_t*>(raw)))
    *kept = size;
  else
    std::memcpy(raw, &size, sizeof size);
  return static_cast<uint8_t*>(raw) + kPrefix;
}

void* Allocator::allocate(size_t size, void* self) {
  if (size > SIZE_MAX - kPrefix) return nullptr;
  auto* allocator = static_cast<Allocator*>(self);
  void* raw = allocator->arena_.place(size + kPrefix);
  if (raw == nullptr) raw = std::malloc(size + kPrefix);
  if (raw == nullptr) return nullptr;
  allocator->in_use_ += size;
  return allocator->tag(raw, size);
}

void Allocator::release(void* block, void* self) {
  if (block == nullptr) return;
  auto* allocator = static_cast<Allocator*>(self);
  void* raw = raw_of(block);
  allocator->in_use_ -= allocator->size_of(raw);
  if (!allocator->arena_.owns(static_cast<uint8_t*>(raw))) std::free(raw);
}

void* Allocator::allocate_zeroed(size_t count, size_t size, void* self) {
  if (size != 0 && count > (SIZE_MAX - kPrefix) / size) return nullptr;
  void* block = allocate(count * size, self);
  if (block != nullptr) std::memset(block, 0, count * size);
  return block;
}

void* Allocator::reallocate(void* block, size_t size, void* self) {
  if (block == nullptr) return allocate(size, self);
  if (size > SIZE_MAX - kPrefix) return nullptr;
  auto* allocator = static_cast<Allocator*>(self);
  const size_t before = allocator->size_of(raw_of(block));
  if (allocator->arena_.owns(static_cast<uint8_t*>(raw_of(block)))) {
    void* moved = allocate(size, self);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, before < size ? before : size);
    release(block, self);
    return moved;
  }
  void* raw = std::realloc(raw_of(block), size + kPrefix);
  if (raw == nullptr) return nullptr;
  allocator->in_use_ = allocator->in_use_ - before + size;
  return allocator->tag(raw, size);
}

}  // namespace duetto
