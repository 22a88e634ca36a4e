// Stream id -> pointer, with open addressing and no tombstones. The peer chooses
// the ids: the hash has a random multiplier, so that it cannot choose those that
// fall on one place.
#ifndef DUETTO_CORE_ID_MAP_H_
#define DUETTO_CORE_ID_MAP_H_

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "array.h"

namespace duetto {

template <typename T>
class IdMap {
 public:
  T* find(int32_t id) const {
    if (slots_.empty()) return nullptr;
    for (size_t i = home(id);; i = (i + 1) & mask()) {
      if (slots_[i].value == nullptr) return nullptr;
      if (slots_[i].id == id) return slots_[i].value;
    }
  }

  // Makes room for one more; false without memory.
  bool make_room() {
    return (size_ + 1) * 2 <= slots_.size() || rehash(slots_.empty() ? 8 : slots_.size() * 2);
  }

  // The id must not be in the map, and room must have been made.
  void insert(int32_t id, T* value) {
    place(id, value);
    ++size_;
  }

  T* erase(int32_t id) {
    if (slots_.empty()) return nullptr;
    size_t hole = home(id);
    for (;; hole = (hole + 1) & mask()) {
      if (slots_[hole].value == nullptr) return nullptr;
      if (slots_[hole].id == id) break;
    }
    T* value = slots_[hole].value;
    // Shift back what the hole would hide from find().
    for (size_t i = (hole + 1) & mask(); slots_[i].value != nullptr; i = (i + 1) & mask()) {
      const size_t distance_home = (i - home(slots_[i].id)) & mask();
      const size_t distance_hole = (i - hole) & mask();
      if (distance_home >= distance_hole) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole] = Slot{};
    --size_;
    return value;
  }

  template <typename Visit>
  void each(Visit visit) const {
    for (const Slot& slot : slots_)
      if (slot.value != nullptr) visit(slot.value);
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    T* value = nullptr;
    int32_t id = 0;
  };

  size_t mask() const { return slots_.size() - 1; }
  size_t home(int32_t id) const {
    return static_cast<size_t>(static_cast<uint32_t>(id) * multiplier_ >> shift_);
  }
  void place(int32_t id, T* value) {
    size_t i = home(id);
    while (slots_[i].value != nullptr) i = (i + 1) & mask();
    slots_[i] = Slot{value, id};
  }
  bool rehash(size_t capacity) {
    Array<Slot> old;
    if (!old.renew(capacity)) return false;
    if (multiplier_ == 0) multiplier_ = random_odd();
    shift_ = 32 - std::countr_zero(static_cast<uint32_t>(capacity));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.value != nullptr) place(slot.id, slot.value);
    return true;
  }

  // Where the table lies and when it was made: not for a peer to know. A multiplier
  // with few bits, or none of the highest, would put all ids into a few places.
  uint32_t random_odd() const {
    uint64_t seed = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
                    reinterpret_cast<uintptr_t>(this);
    for (;; ++seed) {
      const uint32_t odd = static_cast<uint32_t>(seed * 0x9e3779b97f4a7c15u >> 32) | 1;
      // By hand: std::popcount can be a function of libgcc's, which the addon does not need otherwise.
      int bits = 0;
      for (uint32_t left = odd; left != 0; left &= left - 1) ++bits;
      if (bits >= 12 && bits <= 20 && odd >> 28 > 1 && odd >> 28 < 14) return odd;
    }
  }

  Array<Slot> slots_;
  uint32_t multiplier_ = 0;
  int shift_ = 0;
  size_t size_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ID_MAP_H_
