// What a request costs in the core: requests and answers between two sessions, in batches of 32 streams. To be counted by
// callgrind (instructions do not depend on how busy a machine is): test/native/core/bench.mjs.
#include <cstdlib>
#include <cstring>

#include "harness.h"

using namespace duetto;
using namespace duetto::test;

namespace {
constexpr int kStreams = 32;

struct End {
  End(Role role, Shared* shared) : session(Session::create(Options::from(role, no_options().data()), shared)) {
    batch.ints.lend(ints.data(), ints.size());
    batch.bytes.lend(bytes.data(), bytes.size());
  }
  std::unique_ptr<Session> session;
  std::vector<int32_t> ints = std::vector<int32_t>(16 * 1024);
  std::vector<uint8_t> bytes = std::vector<uint8_t>(32 * 1024);
  std::vector<uint8_t> out = std::vector<uint8_t>(64 * 1024);
  EventBatch batch;
};

void pass(End* from, End* to) {
  from->session->pull(from->out.data(), 0, from->out.size(), 1 << 20, &from->batch);
  const auto length = static_cast<size_t>(from->batch.ints.data()[kBatchOutLength]);
  for (size_t at = 0; at < length; at = static_cast<size_t>(to->batch.ints.data()[kBatchReceived]))
    to->session->receive_portion(from->out.data(), at, length, false, &to->batch);
}

void write(Session* s, int32_t id, const char* text) {
  const size_t n = std::strlen(text);
  std::memcpy(s->write_copy(id, n), text, n);
  s->finish_write(id, true, false);
}
}  // namespace

// bench ROUNDS [post]
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1000;
  const bool post = argc > 2;
  NoSink sink;
  Shared shared(&sink);
  End client(Role::kClient, &shared);
  End server(Role::kServer, &shared);
  client.session->settings(nullptr, 0);
  server.session->settings(nullptr, 0);
  const nghttp2_nv request[] = {nv(":method", post ? "POST" : "GET"), nv(":path", "/"), nv(":scheme", "http"), nv(":authority", "localhost:8080"),
                                nv("user-agent", "bench/1.0"), nv("accept", "*/*")};
  const nghttp2_nv response[] = {nv(":status", "200"), nv("content-type", "text/plain"), nv("date", "Sat, 28 Nov 2026 00:00:00 GMT")};
  for (int round = 0; round < rounds; ++round) {
    int32_t ids[kStreams];
    for (int32_t& id : ids) {
      id = client.session->request(request, 6, nullptr, !post);
      CHECK(id > 0);
      client.session->set_reading(id, true, 0);
      if (post) write(client.session.get(), id, "hello world");
    }
    pass(&client, &server);
    for (const int32_t id : ids) {
      if (post) server.session->set_reading(id, true, 0);
      CHECK(server.session->respond(id, response, 3, false) == 0);
      write(server.session.get(), id, "hello world");
    }
    pass(&server, &client);
    pass(&client, &server);
  }
  double numbers[kStatCount];
  client.session->own_stats(numbers);
  CHECK(static_cast<int>(numbers[kStatClosed]) == rounds * kStreams);
  std::printf("%d\n", rounds * kStreams);
}
