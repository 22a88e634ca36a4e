#include "calls.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "convert.h"
#include "socket_writer.h"

namespace duetto {

namespace {
// Bytes of large chunks that one pull puts between its frame headers: more
// than a socket takes at once, and not so much that the answer to a PING or a
// reset has to wait long.
constexpr size_t kSegmentBudget = 4 * 1024 * 1024;

// The arguments of one call, of which the first is the session's number.
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    void* heart = nullptr;
    size_t count = std::size(arguments_);
    napi_get_cb_info(env, info, &count, arguments_, nullptr, &heart);
    heart_ = static_cast<Heart*>(heart);
    session_ = heart_->sessions.find(to_uint32(env, arguments_[0]));
  }

  // Null once it has been destroyed.
  Session* session() const { return session_; }
  Heart* heart() const { return heart_; }
  // Null if there is none with this number.
  LentBatch* batch(size_t i) const { return heart_->batch(unsigned_at(i)); }
  napi_value operator[](size_t i) const { return arguments_[i]; }
  int32_t int_at(size_t i) const { return to_int32(env_, arguments_[i]); }
  uint32_t unsigned_at(size_t i) const { return to_uint32(env_, arguments_[i]); }
  bool bool_at(size_t i) const { return to_bool(env_, arguments_[i]); }
  Bytes bytes_at(size_t i) const { return to_bytes(env_, arguments_[i]); }
  double double_at(size_t i) const { return to_double(env_, arguments_[i]); }
  // Copies a string as UTF-8, with a NUL behind it, and gives its length.
  size_t text_at(size_t i, uint8_t* to, size_t room) const {
    size_t length = 0;
    napi_get_value_string_utf8(env_, arguments_[i], reinterpret_cast<char*>(to), room, &length);
    return length;
  }
  // Makes the heart's fields those of a header block, and says whether it could.
  bool read_fields(size_t text, size_t count) const {
    return to_fields(env_, arguments_[text], unsigned_at(count), heart_);
  }

  napi_value number(int32_t n) const {
    napi_value value = nullptr;
    napi_create_int32(env_, n, &value);
    return value;
  }
  // What is no more than misuse of the binding, which only lib/binding knows.
  napi_value refuse(const char* what) const {
    napi_throw_type_error(env_, nullptr, what);
    return nullptr;
  }
  napi_value boolean(bool b) const {
    napi_value value = nullptr;
    napi_get_boolean(env_, b, &value);
    return value;
  }
  // The number of integers in a batch; negative says that it has moved to
  // other memory.
  napi_value adopted(LentBatch* batch) const {
    const bool moved = batch->adopt(env_);
    const auto n = static_cast<int32_t>(batch->events.ints.size());
    return number(moved ? -n : n);
  }
  // What `flags` say of a write that is queued.
  bool finish(int32_t id, uint32_t flags) const {
    if ((flags & kWriteFinish) == 0) return true;
    return session_->finish_write(id, (flags & kWriteEnd) != 0, (flags & kWriteTrailersFollow) != 0);
  }

 private:
  napi_env env_;
  napi_value arguments_[8];
  Heart* heart_;
  Session* session_;
};

// receive(session, chunk, from, length, hold, batch): takes a portion of the first
// `length` bytes of `chunk`
napi_value receive(const Call& call) {
  if (call.session() == nullptr) return call.number(0);
  const Bytes chunk = call.bytes_at(1);
  const size_t length = std::min(chunk.length, size_t{call.unsigned_at(3)});
  const size_t from = std::min(length, size_t{call.unsigned_at(2)});
  LentBatch* batch = call.batch(5);
  if (batch == nullptr) return call.refuse("No batch to receive into");
  call.session()->receive_portion(chunk.data, from, length, call.bool_at(4), &batch->events);
  return call.adopted(batch);
}

// pull(session, out, from, batch, fd, hold): an output without segments goes to
// the socket at once, unless fd is negative or more may follow for which `hold`
// wants to wait.
napi_value pull(const Call& call) {
  if (call.session() == nullptr) return call.number(0);
  const Bytes out = call.bytes_at(1);
  const size_t from = std::min(out.length, size_t{call.unsigned_at(2)});
  LentBatch* batch = call.batch(3);
  if (batch == nullptr || out.data == nullptr) return call.refuse("No batch or no memory to pull into");
  call.session()->pull(out.data, from, out.length, kSegmentBudget, &batch->events);
  const int fd = call.int_at(4);
  const bool hold = call.bool_at(5);
  int32_t* header = batch->events.ints.data();
  if (fd >= 0 && header[kBatchOutLength] > 0 && header[kBatchSegments] == 0 &&
      !(hold && header[kBatchHolds] != 0)) {
    header[kBatchSent] = static_cast<int32_t>(
        send_now(fd, out.data, static_cast<size_t>(header[kBatchOutLength])));
  }
  return call.adopted(batch);
}

// request(session, text, count, end, parent, weight, exclusive): the stream id
napi_value request(const Call& call) {
  if (call.session() == nullptr) return call.number(kGone);
  if (!call.read_fields(1, 2)) return call.number(kBadField);
  const bool end = call.bool_at(3);
  const int32_t parent = call.int_at(4);
  const int32_t weight = call.int_at(5);
  nghttp2_priority_spec priority;
  nghttp2_priority_spec_init(&priority, parent, weight, call.bool_at(6) ? 1 : 0);
  const bool plain = parent == 0 && weight == NGHTTP2_DEFAULT_WEIGHT && priority.exclusive == 0;
  const auto& fields = call.heart()->fields;
  return call.number(
      call.session()->request(fields.data(), fields.size(), plain ? nullptr : &priority, end));
}

// respond(session, id, text, count, end)
napi_value respond(const Call& call) {
  if (call.session() == nullptr) return call.number(kGone);
  if (!call.read_fields(2, 3)) return call.number(kBadField);
  const auto& fields = call.heart()->fields;
  return call.number(
      call.session()->respond(call.int_at(1), fields.data(), fields.size(), call.bool_at(4)));
}

// writeCopy(session, id, chunk, length, flags): a small write
napi_value write_copy(const Call& call) {
  if (call.session() == nullptr) return call.boolean(false);
  const int32_t id = call.int_at(1);
  const Bytes chunk = call.bytes_at(2);
  const size_t length = std::min(chunk.length, size_t{call.unsigned_at(3)});
  if (length > 0) {
    uint8_t* to = call.session()->write_copy(id, length);
    if (to == nullptr) return call.boolean(false);
    std::memcpy(to, chunk.data, length);
  }
  return call.boolean(call.finish(id, call.unsigned_at(4)));
}

// writeText(session, id, text, most, flags): a small write of a string, sent as
// UTF-8, of which it has at most `most` bytes
napi_value write_text(const Call& call) {
  if (call.session() == nullptr) return call.boolean(false);
  const int32_t id = call.int_at(1);
  const size_t most = call.unsigned_at(3);
  // One more byte, for the NUL that Node-API writes.
  uint8_t* to = call.session()->write_copy(id, most + 1);
  if (to == nullptr) return call.boolean(false);
  const size_t length = call.text_at(2, to, most + 1);
  call.session()->shorten_copy(id, most + 1 - length);
  return call.boolean(call.finish(id, call.unsigned_at(4)));
}

// writeExternal(session, id, length, flags): a large write, kept by the caller
napi_value write_external(const Call& call) {
  if (call.session() == nullptr) return call.boolean(false);
  const int32_t id = call.int_at(1);
  const auto length = to_integer<size_t>(call.double_at(2));
  return call.boolean(call.session()->write_external(id, length) &&
                      call.finish(id, call.unsigned_at(3)));
}

// finishWrite(session, id, flags)
napi_value finish_write(const Call& call) {
  if (call.session() == nullptr) return call.boolean(false);
  return call.boolean(call.finish(call.int_at(1), call.unsigned_at(2)));
}

// detach(session, id)
napi_value detach(const Call& call) {
  return call.number(call.session() == nullptr ? kGone : call.session()->detach(call.int_at(1)));
}

// setReading(session, id, reading, held)
napi_value set_reading(const Call& call) {
  if (call.session() == nullptr) return call.number(kGone);
  return call.number(call.session()->set_reading(call.int_at(1), call.bool_at(2), call.unsigned_at(3)));
}

template <napi_value (*call)(const Call&)>
napi_value enter(napi_env env, napi_callback_info info) {
  return call(Call(env, info));
}
}  // namespace

void define_calls(Napi::Env env, Napi::Object exports, Heart* heart) {
  const std::pair<const char*, napi_callback> all[] = {
      {"receive", enter<receive>},
      {"pull", enter<pull>},
      {"request", enter<request>},
      {"respond", enter<respond>},
      {"writeCopy", enter<write_copy>},
      {"writeText", enter<write_text>},
      {"writeExternal", enter<write_external>},
      {"finishWrite", enter<finish_write>},
      {"detach", enter<detach>},
      {"setReading", enter<set_reading>},
  };
  for (const auto& [name, callback] : all) {
    napi_value function = nullptr;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, heart, &function) == napi_ok)
      exports.Set(name, function);
  }
}

}  // namespace duetto
