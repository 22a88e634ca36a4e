// Tests of parts of the core: what needs no session, and what the sessions of an environment share.
#ifndef DUETTO_TEST_NATIVE_PARTS_H_
#define DUETTO_TEST_NATIVE_PARTS_H_

#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/arena.h"
#include "core/frame_scanner.h"
#include "core/id_map.h"
#include "core/outbound_queue.h"
#include "core/peer_streams.h"
#include "harness.h"

namespace duetto::test {

inline void frames_are_found_in_chunks_of_any_size() {
  std::mt19937 random(4);
  std::string all(24, 'p');
  std::vector<FrameHead> heads;
  for (int i = 0; i < 200; ++i) {
    const uint32_t length = random() % 3 == 0 ? 0 : random() % 40;
    const FrameHead head{length, static_cast<uint8_t>(random()), static_cast<uint8_t>(random()), static_cast<int32_t>(random() >> 1)};
    for (const uint32_t octet : {0u, 0u, length, uint32_t{head.type}, uint32_t{head.flags}}) all.push_back(static_cast<char>(octet));
    // The reserved bit says nothing.
    for (int shift = 24; shift >= 0; shift -= 8) all.push_back(static_cast<char>((static_cast<uint32_t>(head.stream_id) | 0x80000000) >> shift));
    all.append(length, 'x');
    heads.push_back(head);
  }
  for (size_t step = 1; step < 60; ++step) {
    FrameScanner scanner(24);
    size_t found = 0;
    for (size_t from = 0; from < all.size(); from += step) {
      const std::vector<uint8_t> chunk(all.begin() + static_cast<long>(from), all.begin() + static_cast<long>(std::min(from + step, all.size())));
      FrameHead head;
      for (size_t at = 0; scanner.next(chunk.data(), chunk.size(), &at, &head); ++found) {
        CHECK(found < heads.size() && head.length == heads[found].length && head.type == heads[found].type);
        CHECK(head.flags == heads[found].flags && head.stream_id == heads[found].stream_id);
      }
    }
    CHECK(found == heads.size());
  }
}

inline void streams_of_a_peer_are_remembered() {
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    PeerStreams streams;
    std::set<int32_t> used, over;
    int32_t newest = 0;
    for (int i = 0; i < 3000; ++i) {
      const uint32_t skipped = random() % 40 == 0 ? random() % 3000 : random() % 8 == 0 ? random() % 5 : 0;
      const int32_t id = (newest == 0 ? 1 : newest + 2) + 2 * static_cast<int32_t>(skipped);
      CHECK(streams.begin(id) == (newest != 0 && skipped > 0));
      used.insert(id);
      newest = id;
      const int32_t ended = newest - 2 * static_cast<int32_t>(random() % 2000);
      if (used.count(ended)) {
        streams.end(ended);
        over.insert(ended);
      }
      for (int k = 0; k < 5; ++k) {
        const int32_t asked = newest - 2 * static_cast<int32_t>(random() % 1200);
        const bool remembered = asked > 0 && newest - asked < 2 * static_cast<int32_t>(PeerStreams::kRemembered);
        // One that ended when it was remembered no more does not count.
        if (!remembered) CHECK(!streams.is_over(asked) && !streams.was_left_out(asked));
        else CHECK(streams.was_left_out(asked) == !used.count(asked) && streams.is_over(asked) == (over.count(asked) > 0));
      }
      CHECK(!streams.is_over(newest + 2) && !streams.was_left_out(newest + 2) && !streams.was_left_out(newest - 1) && !streams.is_over(0));
    }
  }
}

// An octet for the length: names are short here.
inline std::string literal(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}

inline std::string frame_of(size_t length, uint8_t type, uint8_t flags, uint32_t id) {
  std::string head;
  for (const uint32_t octet : {uint32_t{0}, static_cast<uint32_t>(length >> 8), static_cast<uint32_t>(length & 255), uint32_t{type}, uint32_t{flags},
                               id >> 24, id >> 16 & 255, id >> 8 & 255, id & 255})
    head.push_back(static_cast<char>(octet));
  return head;
}

// Blocks that say :method, :path, :scheme and :authority.
inline const std::string kGet("\x82\x84\x86\x01\x01u");
inline const std::string kPost("\x83\x84\x86\x01\x01u");

struct Names final : StringSink {
  size_t defined = 0;
  void define_name(int32_t, const uint8_t*, size_t) override { ++defined; }
  void define_static_value(int32_t, const uint8_t*, size_t) override {}
};

inline void a_peer_has_a_share_of_the_names() {
  Names names;
  Shared shared(&names);
  const std::vector<double> options = no_options();
  const auto send = [&](const std::string& prefix, uint32_t count) {
    Peer server(Role::kServer, options.data(), &shared);
    server.receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
    server.receive(reinterpret_cast<const uint8_t*>("\0\0\0\4\0\0\0\0\0"), 9);
    for (uint32_t i = 0; i < count; ++i) {
      const std::string block = kGet + literal(prefix + std::to_string(i), "v");
      const std::string frame = frame_of(block.size(), 1, 5, 1 + 2 * i) + block;
      server.receive(bytes_of(frame), frame.size());
    }
    CHECK(server.told.headers == count);
  };
  send("a", 500);
  const size_t first = names.defined;
  CHECK(first <= HeaderStrings::kShare);
  send("b", 20);
  CHECK(names.defined >= first + 20);
}

// Memory of all sessions together: streams are refused, then the session that uses most ends.
inline void all_sessions_share_a_limit() {
  NoSink sink;
  Shared shared(&sink);
  const std::vector<double> options = no_options();
  const auto begin = [](Peer* server) {
    server->receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
    server->receive(reinterpret_cast<const uint8_t*>("\0\0\0\4\0\0\0\0\0"), 9);
  };
  const auto open = [](Peer* server, uint32_t id) {
    const std::string frame = frame_of(kPost.size(), 1, 4, id) + kPost;
    server->receive(bytes_of(frame), frame.size());
  };
  {
    Peer small(Role::kServer, options.data(), &shared), large(Role::kServer, options.data(), &shared);
    begin(&small);
    begin(&large);
    open(&small, 1);
    const uint64_t empty = shared.memory;
    CHECK(empty > 0);
    shared.memory_limit = empty + 100'000;
    for (uint32_t i = 0; i < 90; ++i) open(&large, 1 + 2 * i);
    CHECK(large.told.headers < 90 && large.told.limits > 0 && !large.ended);
    // The last one that was let in may need some more.
    CHECK(shared.memory <= shared.memory_limit + 8000);
    const size_t streams = large.told.headers;
    const size_t refused = small.told.limits;
    open(&small, 3);
    CHECK(small.told.limits == refused + 1 && small.told.headers == 1);
    // Bodies that nobody reads.
    const std::string body = frame_of(16000, 0, 0, 1) + std::string(16000, 'x');
    for (int i = 0; i < 4 && !large.ended; ++i) large.receive(bytes_of(body), body.size());
    CHECK(large.ended && streams == large.told.headers);
    open(&small, 5);
    CHECK(!small.ended);
  }
  CHECK(shared.memory == 0 && shared.open == 0);
}

// What a reader has not taken is known until it has, though the stream be closed.
inline void what_is_not_read_counts() {
  NoSink sink;
  Shared shared(&sink);
  const std::vector<double> options = no_options();
  Peer server(Role::kServer, options.data(), &shared);
  server.receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
  server.receive(reinterpret_cast<const uint8_t*>("\0\0\0\4\0\0\0\0\0"), 9);
  const auto send = [&](const std::string& frame) { server.receive(bytes_of(frame), frame.size()); };
  Session* session = server.session.get();
  send(frame_of(kPost.size(), 1, 4, 1) + kPost);
  server.pull();
  const size_t before = session->memory_in_use();
  send(frame_of(10000, 0, 1, 1) + std::string(10000, 'x'));
  CHECK(session->memory_in_use() >= before + 10000);
  session->set_reading(1, true, 4000);
  CHECK(session->memory_in_use() >= before + 4000 && session->memory_in_use() < before + 10000);
  const nghttp2_nv status = nv(":status", "200");
  session->respond(1, &status, 1, true);
  server.pull();
  CHECK(server.told.closes == 1);
  send(frame_of(8, 6, 0, 0) + "pingping");
  CHECK(session->memory_in_use() >= 4000);
  const size_t with = session->memory_in_use();
  session->set_reading(1, true, 1000);
  CHECK(session->memory_in_use() == with - 3000);
  session->detach(1);
  CHECK(session->memory_in_use() < with - 4000);
}

inline void ids_are_found_again() {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    IdMap<int> map;
    std::map<int32_t, int*> model;
    std::vector<int> values(2000);
    for (int i = 0; i < 4000; ++i) {
      const auto id = static_cast<int32_t>(1 + random() % 500) * (round % 2 ? 1 : 65536);
      if (random() % 3 == 0) {
        const auto known = model.find(id);
        CHECK(map.erase(id) == (known == model.end() ? nullptr : known->second));
        if (known != model.end()) model.erase(known);
      } else if (!model.count(id)) {
        int* value = &values[random() % values.size()];
        CHECK(map.make_room());
        map.insert(id, value);
        model[id] = value;
      }
      CHECK(map.size() == model.size());
    }
    for (const auto& [id, value] : model) CHECK(map.find(id) == value);
    CHECK(map.find(7'000'001) == nullptr);
  }
}

inline void a_queue_gives_what_was_put_in() {
  std::mt19937 random(2);
  OutboundQueue queue;
  std::string in, out;
  for (int i = 0; i < 20000; ++i) {
    const size_t n = 1 + random() % 300;
    switch (random() % 4) {
      case 0: {
        uint8_t* to = queue.append_copy(n + 5);
        for (size_t k = 0; k < n; ++k) to[k] = static_cast<uint8_t>(in.size() + k);
        for (size_t k = 0; k < n; ++k) in.push_back(static_cast<char>(in.size()));
        queue.shorten_copy(5);
        break;
      }
      case 1:
        queue.append_external(n);
        in.append(n, '\0');
        break;
      default: {
        const size_t take = std::min(n, queue.length());
        const size_t copied = queue.copied_of_next(take);
        size_t seen = 0;
        queue.take(take, [&](const uint8_t* data, size_t length) { seen += length; out.append(reinterpret_cast<const char*>(data), length); },
                   [&](size_t length) { out.append(length, '\0'); });
        CHECK(seen == copied);
      }
    }
    CHECK(in.size() - out.size() == queue.length());
  }
  CHECK(in.compare(0, out.size(), out) == 0);
}

inline void arenas_are_given_back() {
  ArenaPool pool;
  std::vector<std::unique_ptr<Arena>> arenas;
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    if (random() % 2 && !arenas.empty()) {
      arenas.erase(arenas.begin() + static_cast<long>(random() % arenas.size()));
      continue;
    }
    auto arena = std::make_unique<Arena>(&pool);
    std::vector<std::pair<uint8_t*, size_t>> blocks;
    for (int k = 0; k < 40; ++k) {
      const size_t sizes[] = {16, 100, 600, 1500, 2500, 9000, 16500};
      const size_t size = sizes[random() % 7];
      uint8_t* block = arena->place(size);
      if (block == nullptr) continue;
      CHECK(arena->owns(block) && arena->owns(block + size - 1));
      CHECK(reinterpret_cast<uintptr_t>(block) % 16 == 0);
      for (const auto& [other, length] : blocks) CHECK(block + size <= other || other + length <= block);
      std::memset(block, i, size);
      blocks.emplace_back(block, size);
    }
    arenas.push_back(std::move(arena));
  }
}

}  // namespace duetto::test

#endif  // DUETTO_TEST_NATIVE_PARTS_H_
