// Tests of limits that a peer meets.
#ifndef DUETTO_TEST_NATIVE_LIMITS_H_
#define DUETTO_TEST_NATIVE_LIMITS_H_

#include <string>
#include <vector>

#include "harness.h"

namespace duetto::test {

inline void floods_end_a_session() {
  const auto cut_off = [](const std::string& flood, std::vector<double> options) {
    NoSink sink;
    Shared shared(&sink);
    Peer server(Role::kServer, options.data(), &shared);
    server.receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
    server.receive(reinterpret_cast<const uint8_t*>("\0\0\0\4\0\0\0\0\0"), 9);
    for (int i = 0; i < 200 && !server.ended; ++i) {
      server.receive(bytes_of(flood), flood.size());
      if (!server.ended) server.pull();
    }
    return server.ended && server.told.limits == 1;
  };
  std::vector<double> options = no_options();
  options[kOptGlitchBurst] = 50;
  options[kOptGlitchRate] = 0;
  CHECK(cut_off(std::string("\0\0\x8\x6\0\0\0\0\0pingping", 17), options));
  CHECK(cut_off(std::string("\0\0\x4\x8\0\0\0\0\0\0\0\0\1", 13), options));
  CHECK(cut_off(std::string("\0\0\x5\x2\0\0\0\0\3\0\0\0\0\1", 14), options));
  CHECK(cut_off(std::string("\0\0\x20\x2a\0\0\0\0\0", 9) + std::string(32, 'u'), options));
}

// The limit is met while a header block is open: the session is told so, and nothing of the block.
inline void limits_within_a_block_are_told() {
  const auto told_of = [](const std::vector<std::string>& chunks, std::vector<double> options) {
    NoSink sink;
    Shared shared(&sink);
    Peer server(Role::kServer, options.data(), &shared);
    server.receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
    server.receive(reinterpret_cast<const uint8_t*>("\0\0\0\4\0\0\0\0\0"), 9);
    for (const std::string& chunk : chunks) {
      CHECK(!server.ended);
      server.receive(bytes_of(chunk), chunk.size());
    }
    return server.ended && server.told.limits == 1 && server.told.headers == 0;
  };
  const std::string open("\0\0\3\1\0\0\0\0\1\x82\x84\x86", 12);
  const std::string empty("\0\0\0\x9\0\0\0\0\1", 9);
  const std::string unknown = std::string("\0\x20\0\x2a\0\0\0\0\0", 9) + std::string(8192, 'u');
  std::vector<double> options = no_options();
  options[kOptGlitchBurst] = 5;
  options[kOptGlitchRate] = 0;
  std::string ignored;
  for (int i = 0; i < 20; ++i) ignored += unknown;
  CHECK(told_of({ignored + open}, options));
  std::string continued;
  for (int i = 0; i < 7; ++i) continued += empty;
  CHECK(told_of({open + continued}, options));
  CHECK(told_of({open, continued}, options));
  options = no_options();
  options[kOptMaxEmptyFrames] = 5;
  CHECK(told_of({open + continued}, options));
  CHECK(told_of({open, continued}, options));
}

}  // namespace duetto::test

#endif  // DUETTO_TEST_NATIVE_LIMITS_H_
