// Header strings that are worth knowing again: names and values that have
// been handed to the reader once are afterwards named by a number.
//
// Field names and the values of HPACK's static table (RFC 7541, appendix A)
// are shared by all sessions of an environment. Other values belong to their
// session (ValueCache): what one peer sends is never looked up for another.
#ifndef DUETTO_CORE_HEADER_STRINGS_H_
#define DUETTO_CORE_HEADER_STRINGS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "array.h"
#include "ng.h"

namespace duetto {

// Takes a string that has got its number, at once and for good.
class StringSink {
 public:
  virtual void define_name(int32_t id, const uint8_t* data, size_t length) = 0;
  virtual void define_static_value(int32_t id, const uint8_t* data, size_t length) = 0;

 protected:
  ~StringSink() = default;
};

class HeaderStrings {
 public:
  // A peer can invent names without end; past these bounds a new name is
  // decoded each time it is seen.
  static constexpr size_t kMaxNames = 1024;
  static constexpr size_t kMaxNameLength = 64;
  // Of these a session may add so many: one peer must not use them up for all.
  static constexpr uint32_t kShare = 64;

  explicit HeaderStrings(StringSink* sink);

  // Enters a name that the reader already has under the next number.
  void seed(const uint8_t* data, size_t length);

  // The number of a name, or kLiteral. A new one is taken off the share of who asks.
  int32_t name(nghttp2_rcbuf* buffer, uint32_t* share);

  // The number of a value of HPACK's static table. The buffer must be static.
  int32_t static_value(nghttp2_rcbuf* buffer);

 private:
  struct NameSlot {
    uint32_t hash = 0;
    int32_t id = -1;
  };
  struct Name {
    uint8_t length;
    uint8_t text[kMaxNameLength];
  };
  struct StaticSlot {
    nghttp2_rcbuf* buffer = nullptr;
    int32_t name = -1;
    int32_t value = -1;
  };

  static constexpr size_t kNameSlots = kMaxNames * 4;
  static constexpr size_t kStaticSlots = 512;

  // Without a share the reader knows the name already.
  int32_t intern(const uint8_t* data, size_t length, uint32_t* share);
  StaticSlot* static_slot(nghttp2_rcbuf* buffer);

  StringSink* sink_;
  std::vector<NameSlot> name_slots_;
  Array<Name> names_;
  std::vector<StaticSlot> static_slots_;
  size_t static_count_ = 0;
  int32_t next_value_ = 0;
};

// The values of one session that came out of the peer's HPACK dynamic table:
// an indexed value is the same nghttp2_rcbuf each time.
class ValueCache {
 public:
  static constexpr size_t kMaxEntries = 256;
  static constexpr size_t kMaxBytes = 64 * 1024;
  static constexpr size_t kMaxValueLength = 4096;

  enum class Found { kKnown, kNew, kNotKept };
  struct Result {
    Found found;
    int32_t id;
  };

  ValueCache() = default;
  ValueCache(const ValueCache&) = delete;
  ValueCache& operator=(const ValueCache&) = delete;
  ~ValueCache() { clear(); }

  // A buffer is kept, by a reference, when it is seen for the second time:
  // a literal that is never indexed is not worth an entry.
  Result find(nghttp2_rcbuf* buffer, const nghttp2_vec& value);

  // Must be called before the session that owns the buffers goes.
  void clear();

  size_t size() const { return kept_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    nghttp2_rcbuf* buffer = nullptr;
    int32_t id = -1;
  };
  struct Candidate {
    nghttp2_rcbuf* buffer = nullptr;
    uint32_t hash = 0;
    uint32_t length = 0;
  };

  static constexpr size_t kSlots = kMaxEntries * 2;
  static constexpr size_t kCandidates = 64;

  Array<Slot> slots_;
  Array<Candidate> candidates_;
  Array<nghttp2_rcbuf*> kept_;
  size_t bytes_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_HEADER_STRINGS_H_
