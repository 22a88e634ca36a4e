// Stream id -> pointer, with open addressing and no tombstones. Stream ids
// rise by two, so the identifier itself, halved, is a good hash.
#ifndef DUETTO_CORE_ID_MAP_H_
#define DUETTO_CORE_ID_MAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

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

  // The id must not be in the map.
  void insert(int32_t id, T* value) {
    if ((size_ + 1) * 2 > slots_.size()) rehash(slots_.empty() ? 8 : slots_.size() * 2);
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
    // Odd and even ids (requests and pushes) share the table.
    return ((static_cast<uint32_t>(id) >> 1) + (id & 1 ? 0 : slots_.size() / 2)) & mask();
  }
  void place(int32_t id, T* value) {
    size_t i = home(id);
    while (slots_[i].value != nullptr) i = (i + 1) & mask();
    slots_[i] = Slot{value, id};
  }
  void rehash(size_t capacity) {
    std::vector<Slot> old(capacity);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.value != nullptr) place(slot.id, slot.value);
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ID_MAP_H_
