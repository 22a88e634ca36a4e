// What the tests and fuzzers of the core share: a session with a reader that
// checks every record, and two sessions that talk to each other.
#ifndef DUETTO_TEST_NATIVE_HARNESS_H_
#define DUETTO_TEST_NATIVE_HARNESS_H_

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/event_batch.h"
#include "core/session.h"

#define CHECK(condition)                                                          \
  do {                                                                            \
    if (!(condition)) {                                                           \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                               \
    }                                                                             \
  } while (false)

namespace duetto::test {

struct NoSink : StringSink {
  void define_name(int32_t, const uint8_t*, size_t) override {}
  void define_static_value(int32_t, const uint8_t*, size_t) override {}
};

// What one session has recorded, counted.
struct Told {
  size_t headers = 0, data = 0, ends = 0, closes = 0, errors = 0, wrote = 0, trailers_wanted = 0, limits = 0;
  size_t data_length = 0;
  size_t segments_length = 0;
  int32_t last_error = 0;
  std::vector<int32_t> streams;
};

class Peer {
 public:
  Peer(Role role, const double* values, Shared* shared) : options_(Options::from(role, values)) {
    session = Session::create(options_, shared);
  }

  // Little is lent, so that batches go on in memory of their own.
  void receive(const uint8_t* data, size_t length) {
    // A block of exactly this size: reading beyond it is seen.
    std::vector<uint8_t> chunk(data, data + length);
    for (size_t at = 0; at < length;) {
      lend();
      session->receive_portion(chunk.data(), at, length, false, &batch_);
      const auto to = static_cast<size_t>(batch_.ints.data()[kBatchReceived]);
      CHECK(to > at && to <= length);
      at = to;
      read(length, 0);
    }
  }

  // All that the session has to send; zeros stand for what is external.
  // An output has room for a whole frame, as the one that sockets get.
  std::string pull(size_t capacity = 17000, size_t budget = 4096) {
    std::string all;
    for (int i = 0; i < 10000; ++i) {
      std::vector<uint8_t> out(capacity);
      lend();
      session->pull(out.data(), 0, capacity, budget, &batch_);
      const int32_t* header = batch_.ints.data();
      const auto length = static_cast<size_t>(header[kBatchOutLength]);
      CHECK(length <= capacity);
      const bool more = header[kBatchMore] == 1;
      if (header[kBatchMore] < 0) ended = true;
      segments_.clear();
      read(0, length);
      size_t from = 0;
      for (const auto& [offset, n] : segments_) {
        CHECK(offset >= from && offset <= length);
        all.append(reinterpret_cast<char*>(out.data()) + from, offset - from);
        all.append(n, '\0');
        from = offset;
      }
      all.append(reinterpret_cast<char*>(out.data()) + from, length - from);
      if (!more) break;
    }
    return all;
  }

  std::unique_ptr<Session> session;
  Told told;
  bool ended = false;

 private:
  void lend() {
    ints_.resize(64);
    bytes_.resize(32);
    batch_.ints.lend(ints_.data(), ints_.size());
    batch_.bytes.lend(bytes_.data(), bytes_.size());
  }

  void read(size_t chunk, size_t out) {
    const int32_t* ints = batch_.ints.data();
    const size_t size = batch_.ints.size();
    size_t bytes = 0;
    size_t at = kBatchStart;
    while (at < size) {
      const int32_t* record = ints + at;
      const size_t length = ints_of_record(record);
      CHECK(length > 0 && at + length <= size);
      switch (record[0]) {
        case kHeaders:
          bytes += headers(record + 6, static_cast<size_t>(record[5]), record[4]);
          if (told.streams.empty() || told.streams.back() != record[1]) told.streams.push_back(record[1]);
          ++told.headers;
          break;
        case kData:
          CHECK(record[2] >= 0 && record[3] >= 0);
          CHECK(static_cast<size_t>(record[2]) + static_cast<size_t>(record[3]) <= chunk);
          ++told.data;
          told.data_length += static_cast<size_t>(record[3]);
          break;
        case kEndStream: ++told.ends; break;
        case kClose: ++told.closes; break;
        case kGoaway: bytes += static_cast<size_t>(record[3]); break;
        case kAltsvc: bytes += static_cast<size_t>(record[2]) + static_cast<size_t>(record[3]); break;
        case kOrigin:
          for (int32_t i = 0; i < record[1]; ++i) bytes += static_cast<size_t>(record[2 + i]);
          break;
        case kWrote: ++told.wrote; break;
        case kWantTrailers: ++told.trailers_wanted; wants_trailers.push_back(record[1]); break;
        case kSessionError: ++told.errors; told.last_error = record[1]; ended = true; break;
        case kSegment:
          CHECK(static_cast<size_t>(record[1]) <= out && record[3] > 0);
          segments_.emplace_back(static_cast<size_t>(record[1]), static_cast<size_t>(record[3]));
          told.segments_length += static_cast<size_t>(record[3]);
          break;
        case kLimitHit: ++told.limits; break;
        default: break;
      }
      at += length;
    }
    CHECK(at == size);
    CHECK(bytes == batch_.bytes.size());
    for (size_t i = 0; i < bytes; ++i) sum_ += batch_.bytes.data()[i];
  }

  // Bytes that the pairs have in the byte region.
  static size_t headers(const int32_t* pairs, size_t size, int32_t count) {
    size_t at = 0;
    size_t bytes = 0;
    for (int32_t i = 0; i < count; ++i) {
      const int32_t name = pairs[at++] >> 1;
      if (name == kLiteral) bytes += static_cast<size_t>(pairs[at++]);
      if (pairs[at++] < 0) bytes += static_cast<size_t>(pairs[at++]);
      CHECK(at <= size);
    }
    CHECK(at == size);
    return bytes;
  }

  Options options_;
  EventBatch batch_;
  std::vector<int32_t> ints_;
  std::vector<uint8_t> bytes_;
  std::vector<std::pair<size_t, size_t>> segments_;
  unsigned sum_ = 0;

 public:
  std::vector<int32_t> wants_trailers;
};

inline std::vector<double> no_options() { return std::vector<double>(kOptCount, __builtin_nan("")); }

inline nghttp2_nv nv(const char* name, const char* value) {
  return nghttp2_nv{reinterpret_cast<uint8_t*>(const_cast<char*>(name)), reinterpret_cast<uint8_t*>(const_cast<char*>(value)),
                    std::char_traits<char>::length(name), std::char_traits<char>::length(value), NGHTTP2_NV_FLAG_NONE};
}

inline const uint8_t* bytes_of(const std::string& s) { return reinterpret_cast<const uint8_t*>(s.data()); }

// Lets both talk until neither has more to say.
inline void converse(Peer* a, Peer* b, size_t step = 0) {
  for (int i = 0; i < 100; ++i) {
    bool said = false;
    for (auto [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      if (!from->session) continue;
      const std::string out = from->pull();
      if (out.empty()) continue;
      said = true;
      if (!to->session) continue;
      const size_t most = step == 0 ? out.size() : step;
      for (size_t at = 0; at < out.size(); at += most) to->receive(bytes_of(out) + at, std::min(most, out.size() - at));
    }
    if (!said) return;
  }
}

}  // namespace duetto::test

#endif  // DUETTO_TEST_NATIVE_HARNESS_H_
