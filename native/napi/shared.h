// Shared ownership within one thread. std::shared_ptr counts for many threads,
// and asks glibc 2.32 and libstdc++ 3.4.26 for it: the prebuilt addon is to
// load on older ones.
#ifndef DUETTO_NAPI_SHARED_H_
#define DUETTO_NAPI_SHARED_H_

#include <cstdint>
#include <utility>

namespace duetto {

// What an Owner holds; gone with its last one.
template <typename T>
class Owned {
 public:
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;

 private:
  template <typename>
  friend class Owner;
  uint32_t owners_ = 0;
};

// One of the owners of a T, which is an Owned<T>; or of nothing.
template <typename T>
class Owner {
 public:
  Owner() = default;
  explicit Owner(T* owned) : owned_(owned) { ++owned->owners_; }
  Owner(const Owner& other) : owned_(other.owned_) {
    if (owned_ != nullptr) ++owned_->owners_;
  }
  Owner& operator=(Owner other) {
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Owner() {
    if (owned_ != nullptr && --owned_->owners_ == 0) delete owned_;
  }

  T* get() const { return owned_; }
  T* operator->() const { return owned_; }

 private:
  T* owned_ = nullptr;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_SHARED_H_
