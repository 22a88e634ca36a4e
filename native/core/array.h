// A growing array of trivially copyable T that can run out of memory: what a peer
// makes grow must not end the process, as the containers of the standard library do.
#ifndef DUETTO_CORE_ARRAY_H_
#define DUETTO_CORE_ARRAY_H_

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

namespace duetto {

template <typename T>
class Array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Array() = default;
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Array() { std::free(data_); }

  // Whether there is room for n more.
  bool reserve(size_t n) { return capacity_ - size_ >= n || grow(n); }

  // Room for n more, or nullptr without memory.
  T* append(size_t n) {
    if (!reserve(n)) return nullptr;
    T* at = data_ + size_;
    size_ += n;
    return at;
  }

  bool push(const T& value) {
    T* at = append(1);
    if (at == nullptr) return false;
    *at = value;
    return true;
  }

  bool put(const T* from, size_t n) {
    if (n == 0) return true;
    T* at = append(n);
    if (at == nullptr) return false;
    std::memcpy(at, from, n * sizeof(T));
    return true;
  }

  // n of them as T() makes them, in place of what is there.
  bool renew(size_t n) {
    size_ = 0;
    T* at = append(n);
    if (at == nullptr) return false;
    for (size_t i = 0; i < n; ++i) at[i] = T();
    return true;
  }

  void shorten(size_t n) { size_ -= n; }
  void erase(size_t at) {
    --size_;
    std::memmove(data_ + at, data_ + at + 1, (size_ - at) * sizeof(T));
  }
  // Keeps the memory; release() gives it back.
  void clear() { size_ = 0; }
  void release() {
    std::free(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  void swap(Array& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  bool grow(size_t n) {
    size_t capacity = capacity_ * 2;
    if (capacity < size_ + n) capacity = size_ + n;
    void* grown = std::realloc(static_cast<void*>(data_), capacity * sizeof(T));
    if (grown == nullptr) return false;
    data_ = static_cast<T*>(grown);
    capacity_ = capacity;
    return true;
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_ARRAY_H_
