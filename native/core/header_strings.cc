#include "header_strings.h"

#include <cstring>

#include "records.h"

namespace duetto {

namespace {
uint32_t hash_bytes(const uint8_t* data, size_t length) {
  uint64_t h = 0x9e3779b97f4a7c15u ^ length;
  while (length >= 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
    data += 8;
    length -= 8;
  }
  uint64_t rest = 0;
  std::memcpy(&rest, data, length);
  h = (h ^ rest) * 0xff51afd7ed558ccdu;
  return static_cast<uint32_t>(h ^ (h >> 32));
}

size_t hash_pointer(const void* p) {
  const auto bits = reinterpret_cast<uintptr_t>(p);
  return static_cast<size_t>((bits >> 4) * 0x9e3779b97f4a7c15u >> 32);
}
}  // namespace

HeaderStrings::HeaderStrings(StringSink* sink)
    : sink_(sink), name_slots_(kNameSlots), static_slots_(kStaticSlots) {}

void HeaderStrings::seed(const uint8_t* data, size_t length) { intern(data, length, nullptr); }

int32_t HeaderStrings::intern(const uint8_t* data, size_t length, uint32_t* share) {
  if (length > kMaxNameLength) return kLiteral;
  const uint32_t hash = hash_bytes(data, length);
  size_t i = hash % kNameSlots;
  for (; name_slots_[i].id >= 0; i = (i + 1) % kNameSlots) {
    if (name_slots_[i].hash != hash) continue;
    const Name& known = names_[static_cast<size_t>(name_slots_[i].id)];
    if (known.length == length && std::memcmp(known.text, data, length) == 0)
      return name_slots_[i].id;
  }
  if (names_.size() >= kMaxNames || (share != nullptr && *share == 0)) return kLiteral;
  const auto id = static_cast<int32_t>(names_.size());
  Name* name = names_.append(1);
  if (name == nullptr) return kLiteral;
  name->length = static_cast<uint8_t>(length);
  std::memcpy(name->text, data, length);
  name_slots_[i] = NameSlot{hash, id};
  if (share != nullptr) {
    --*share;
    sink_->define_name(id, data, length);
  }
  return id;
}

HeaderStrings::StaticSlot* HeaderStrings::static_slot(nghttp2_rcbuf* buffer) {
  size_t i = hash_pointer(buffer) % kStaticSlots;
  while (static_slots_[i].buffer != nullptr && static_slots_[i].buffer != buffer)
    i = (i + 1) % kStaticSlots;
  if (static_slots_[i].buffer == nullptr) {
    // The static table has fewer than 200 strings; should an nghttp2 have
    // more, the rest are literals.
    if (static_count_ >= kStaticSlots / 2) return nullptr;
    ++static_count_;
    static_slots_[i].buffer = buffer;
  }
  return &static_slots_[i];
}

int32_t HeaderStrings::name(nghttp2_rcbuf* buffer, uint32_t* share) {
  const nghttp2_vec text = nghttp2_rcbuf_get_buf(buffer);
  if (!nghttp2_rcbuf_is_static(buffer)) return intern(text.base, text.len, share);
  StaticSlot* slot = static_slot(buffer);
  if (slot == nullptr) return intern(text.base, text.len, share);
  if (slot->name < 0) slot->name = intern(text.base, text.len, share);
  return slot->name;
}

int32_t HeaderStrings::static_value(nghttp2_rcbuf* buffer) {
  StaticSlot* slot = static_slot(buffer);
  if (slot == nullptr) return kLiteral;
  if (slot->value < 0) {
    const nghttp2_vec text = nghttp2_rcbuf_get_buf(buffer);
    slot->value = next_value_++;
    sink_->define_static_value(slot->value, text.base, text.len);
  }
  return slot->value;
}

ValueCache::Result ValueCache::find(nghttp2_rcbuf* buffer, const nghttp2_vec& value) {
  const size_t hash = hash_pointer(buffer);
  if (!slots_.empty()) {
    for (size_t i = hash % kSlots; slots_[i].buffer != nullptr; i = (i + 1) % kSlots)
      if (slots_[i].buffer == buffer) return {Found::kKnown, slots_[i].id};
  }
  if (value.len > kMaxValueLength || value.len == 0) return {Found::kNotKept, -1};

  if (candidates_.empty() && !candidates_.renew(kCandidates)) return {Found::kNotKept, -1};
  Candidate& candidate = candidates_[hash % kCandidates];
  const uint32_t content = hash_bytes(value.base, value.len);
  const auto length = static_cast<uint32_t>(value.len);
  if (candidate.buffer != buffer || candidate.hash != content || candidate.length != length) {
    candidate = Candidate{buffer, content, length};
    return {Found::kNotKept, -1};
  }

  // Full: start over. The numbers are given out again from 0, each with the
  // string it now stands for, so a reader that goes through the records in
  // order is never wrong.
  if (kept_.size() >= kMaxEntries || bytes_ + value.len > kMaxBytes) clear();
  if ((slots_.empty() && !slots_.renew(kSlots)) || !kept_.reserve(1)) return {Found::kNotKept, -1};
  nghttp2_rcbuf_incref(buffer);
  const auto id = static_cast<int32_t>(kept_.size());
  kept_.push(buffer);
  bytes_ += value.len;
  size_t i = hash % kSlots;
  while (slots_[i].buffer != nullptr) i = (i + 1) % kSlots;
  slots_[i] = Slot{buffer, id};
  candidate = Candidate{};
  return {Found::kNew, id};
}

void ValueCache::clear() {
  for (nghttp2_rcbuf* buffer : kept_) nghttp2_rcbuf_decref(buffer);
  kept_.clear();
  slots_.clear();
  bytes_ = 0;
}

}  // namespace duetto
