// Integer records and the bytes that belong to them, in memory that the
// reader lends. Running out of lent memory is not an error: the batch goes on
// in memory of its own, and the owner moves it when the call is over.
#ifndef DUETTO_CORE_EVENT_BATCH_H_
#define DUETTO_CORE_EVENT_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "records.h"

namespace duetto {

// A growing array of trivially copyable T that starts in borrowed memory.
template <typename T>
class LentArray {
 public:
  LentArray() = default;
  LentArray(const LentArray&) = delete;
  LentArray& operator=(const LentArray&) = delete;
  ~LentArray() { std::free(own_); }

  void lend(T* memory, size_t capacity) {
    std::free(own_);
    own_ = nullptr;
    data_ = memory;
    capacity_ = capacity;
    size_ = 0;
  }

  // Moves what is there into memory of the reader's that has room for it.
  void move_to(T* memory, size_t capacity) {
    std::memcpy(memory, data_, size_ * sizeof(T));
    const size_t size = size_;
    lend(memory, capacity);
    size_ = size;
  }

  // Room for n more elements, or nullptr if the machine has no memory left.
  T* append(size_t n) {
    if (capacity_ - size_ < n && !grow(n)) return nullptr;
    T* at = data_ + size_;
    size_ += n;
    return at;
  }

  // Puts n elements before the one at `at`; false without memory.
  bool insert(size_t at, const T* from, size_t n) {
    if (n == 0) return true;
    const size_t behind = size_ - at;
    if (append(n) == nullptr) return false;
    std::memmove(data_ + at + n, data_ + at, behind * sizeof(T));
    std::memcpy(data_ + at, from, n * sizeof(T));
    return true;
  }

  void truncate(size_t size) { size_ = size; }
  T* data() { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool spilled() const { return own_ != nullptr; }

 private:
  bool grow(size_t n) {
    size_t capacity = capacity_ * 2;
    if (capacity < size_ + n) capacity = size_ + n;
    T* grown = static_cast<T*>(std::malloc(capacity * sizeof(T)));
    if (grown == nullptr) return false;
    if (size_ != 0) std::memcpy(grown, data_, size_ * sizeof(T));
    std::free(own_);
    data_ = own_ = grown;
    capacity_ = capacity;
    return true;
  }

  T* data_ = nullptr;
  T* own_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

class EventBatch {
 public:
  void begin() {
    ints.truncate(0);
    bytes.truncate(0);
    int32_t* header = ints.append(kBatchStart);
    if (header == nullptr) return;
    header[kBatchOutLength] = 0;
    header[kBatchMore] = 0;
    header[kBatchSegments] = 0;
    header[kBatchNotes] = 0;
    header[kBatchSent] = 0;
    header[kBatchHolds] = 0;
    header[kBatchReceived] = 0;
    header[kBatchHasData] = 0;
  }

  // The fields of a record, as records.h has them; false without memory.
  template <Record type, typename... Fields>
  bool record(Fields... fields) {
    static_assert(sizeof...(fields) == kFieldInts<type>);
    int32_t* at = ints.append(1 + sizeof...(fields));
    if (at == nullptr) return false;
    *at++ = type;
    ((*at++ = static_cast<int32_t>(fields)), ...);
    return true;
  }

  // The same for a record whose fields are too many to be named; nullptr without memory.
  template <Record type>
  int32_t* record_in_place() {
    int32_t* at = ints.append(1 + kFieldInts<type>);
    if (at == nullptr) return nullptr;
    *at = type;
    return at + 1;
  }

  bool put_bytes(const uint8_t* data, size_t length) {
    if (length == 0) return true;
    uint8_t* at = bytes.append(length);
    if (at == nullptr) return false;
    std::memcpy(at, data, length);
    return true;
  }

  LentArray<int32_t> ints;
  LentArray<uint8_t> bytes;
};

}  // namespace duetto

#endif  // DUETTO_CORE_EVENT_BATCH_H_
