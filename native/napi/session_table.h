// The sessions of an environment by number, as calls.h is given them.
#ifndef DUETTO_NAPI_SESSION_TABLE_H_
#define DUETTO_NAPI_SESSION_TABLE_H_

#include <cstdint>
#include <vector>

#include "../core/session.h"

namespace duetto {

class SessionTable {
 public:
  // A number for a session that is yet to be.
  uint32_t add() {
    if (free_.empty()) {
      sessions_.push_back(nullptr);
      return static_cast<uint32_t>(sessions_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  // Null when it is destroyed: its number stays taken as long as somebody may
  // use it.
  void set(uint32_t number, Session* session) { sessions_[number] = session; }

  Session* find(uint32_t number) const {
    return number < sessions_.size() ? sessions_[number] : nullptr;
  }

  // Nobody can use the number any more.
  void release(uint32_t number) {
    sessions_[number] = nullptr;
    free_.push_back(number);
  }

 private:
  std::vector<Session*> sessions_;
  std::vector<uint32_t> free_;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_SESSION_TABLE_H_
