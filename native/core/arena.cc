#include "arena.h"

#include <algorithm>
#include <bit>

namespace duetto {

namespace {
constexpr uint16_t kAll = 0xffff;

size_t rounded(size_t size) { return (size + 15) & ~size_t{15}; }
}  // namespace

uint8_t* ArenaPool::take() {
  while (with_room_ < slabs_.size() && slabs_[with_room_].taken == kAll) ++with_room_;
  Slab* with_room = with_room_ < slabs_.size() ? &slabs_[with_room_] : grow();
  if (with_room == nullptr) return nullptr;
  const int index = std::countr_one(with_room->taken);
  with_room->taken |= static_cast<uint16_t>(1u << index);
  return with_room->memory + static_cast<size_t>(index) * kArenaSize;
}

ArenaPool::~ArenaPool() {
  for (const Slab& slab : slabs_) ::operator delete(slab.memory, std::align_val_t{kPage});
}

ArenaPool::Slab* ArenaPool::grow() {
  if (!slabs_.reserve(1)) return nullptr;
  auto* memory = static_cast<uint8_t*>(
      ::operator new(kPerSlab * kArenaSize, std::align_val_t{kPage}, std::nothrow));
  if (memory == nullptr) return nullptr;
  slabs_.push(Slab{memory});
  return &slabs_.back();
}

void ArenaPool::give_back(uint8_t* arena) {
  Slab* slab = std::find_if(slabs_.begin(), slabs_.end(), [arena](const Slab& one) {
    return arena >= one.memory && arena < one.memory + kPerSlab * kArenaSize;
  });
  if (slab == slabs_.end()) return;
  const auto index = static_cast<unsigned>((arena - slab->memory) / kArenaSize);
  slab->taken &= static_cast<uint16_t>(~(1u << index));
  // One empty slab stays, so that a session that comes and goes does not
  // allocate one each time.
  const auto empty = [](const Slab& one) { return one.taken == 0; };
  if (slab->taken == 0 && std::count_if(slabs_.begin(), slabs_.end(), empty) > 1) {
    ::operator delete(slab->memory, std::align_val_t{kPage});
    slabs_.erase(static_cast<size_t>(slab - slabs_.begin()));
  }
  with_room_ = 0;
}

uint8_t* Arena::place(size_t size) {
  if (!open_ || memory_ == nullptr) return nullptr;
  const size_t room = rounded(size);
  size_t at;
  if (size >= kLeastLarge) {
    if (has_large_ || kLargeAt + room > kTablesAt) return nullptr;
    has_large_ = true;
    at = kLargeAt;
  } else if (size >= kLeastTable && size <= kTableRoom) {
    if (tables_ == kTables) return nullptr;
    at = kTablesAt + kTableRoom * tables_++;
  } else {
    if (used_ + room > kLargeAt) return nullptr;
    at = used_;
    used_ += room;
  }
  return memory_ + at;
}

}  // namespace duetto
