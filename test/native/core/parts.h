// Tests of what needs no session: the finder of frames and the memory of streams.
#ifndef DUETTO_TEST_NATIVE_PARTS_H_
#define DUETTO_TEST_NATIVE_PARTS_H_

#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/frame_scanner.h"
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

}  // namespace duetto::test

#endif  // DUETTO_TEST_NATIVE_PARTS_H_
