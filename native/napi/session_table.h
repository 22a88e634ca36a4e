// The sessions of an environment by number, as calls.h is given them.
#ifndef DUETTO_NAPI_SESSION_TABLE_H_
#define DUETTO_NAPI_SESSION_TABLE_H_

#include <cstdint>
#include <vector>

#include "../core/session.h"

namespace duetto {

class SessionTable {
 public:
  // Not the number of any session.
  static constexpr uint32_t kNone = 0;

  uint32_t add(Session* session) {
    if (free_.empty()) {
      sessions_.push_back(session);
      return static_cast<uint32_t>(sessions_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    sessions_[number] = session;
    return number;
  }

  // It is destroyed: its number stays taken as long as somebody may use it.
  void forget(uint32_t number) { sessions_[number] = nullptr; }

  Session* find(uint32_t number) const {
    return number < sessions_.size() ? sessions_[number] : nullptr;
  }

  // Nobody can use the number any more.
  void release(uint32_t number) {
    sessions_[number] = nullptr;
    free_.push_back(number);
  }

 private:
  // What is no number becomes 0 on its way here, so there is nothing at 0.
  std::vector<Session*> sessions_{nullptr};
  std::vector<uint32_t> free_;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_SESSION_TABLE_H_
