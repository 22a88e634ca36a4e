// Tests of the core without Node. Run plain, under valgrind, and with the sanitizers.
#include <cstdlib>
#include <cstring>
#include <new>

#include "harness.h"
#include "limits.h"
#include "parts.h"

using namespace duetto;
using namespace duetto::test;

// The linker sends malloc and realloc of the core and of nghttp2 here (--wrap): the n-th from now on fails, and with
// `failing_for_good` all after it. So does `new (std::nothrow)`. Plain `new` is left alone: what a peer makes grow must not
// use it, and `plain_news` tells whether it did.
namespace {
long fails_in = -1;
bool failing_for_good = false;
long asked = 0;
long plain_news = 0;

bool fails() {
  ++asked;
  if (fails_in < 0) return false;
  if (fails_in > 0) {
    --fails_in;
    return false;
  }
  if (!failing_for_good) fails_in = -1;
  return true;
}
}  // namespace

extern "C" {
void* __real_malloc(size_t size);
void* __real_realloc(void* block, size_t size);
void* __wrap_malloc(size_t size) { return fails() ? nullptr : __real_malloc(size); }
void* __wrap_realloc(void* block, size_t size) { return fails() ? nullptr : __real_realloc(block, size); }
}

// Not inlined: compilers that see malloc inside of them complain.
[[gnu::noinline]] void* operator new(size_t size) {
  ++plain_news;
  return __real_malloc(size);
}
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept { return fails() ? nullptr : __real_malloc(size); }
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return fails() ? nullptr : std::aligned_alloc(static_cast<size_t>(alignment), size);
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, size_t, std::align_val_t) noexcept { std::free(block); }

namespace {

struct Connection {
  explicit Connection(std::vector<double> options = no_options())
      : shared(&sink), client(Role::kClient, options.data(), &shared), server(Role::kServer, options.data(), &shared) {}
  NoSink sink;
  Shared shared;
  Peer client, server;
};

const nghttp2_nv kRequest[] = {nv(":method", "POST"), nv(":path", "/"), nv(":scheme", "http"), nv(":authority", "localhost"), nv("x-some", "thing")};
const nghttp2_nv kResponse[] = {nv(":status", "200"), nv("server", "duetto")};

void write(Session* s, int32_t id, size_t n, bool end, bool external) {
  if (external) {
    if (!s->write_external(id, n)) return;
  } else {
    uint8_t* to = s->write_copy(id, n);
    if (to == nullptr) return;
    std::memset(to, 'x', n);
  }
  s->finish_write(id, end, false);
}

// Requests with bodies, answers with bodies, trailers, a push, a ping, settings, a reset, the end.
void exchange(Connection* c, size_t step = 0) {
  Session* client = c->client.session.get();
  Session* server = c->server.session.get();
  const nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 100000};
  client->settings(&window, 1);
  server->settings(nullptr, 0);
  const int32_t one = client->request(kRequest, 5, nullptr, false);
  const int32_t two = client->request(kRequest, 5, nullptr, true);
  write(client, one, 3000, false, false);
  write(client, one, 30000, true, true);
  client->ping(reinterpret_cast<const uint8_t*>("01234567"));
  converse(&c->client, &c->server, step);
  if (c->client.ended || c->server.ended) return;
  server->set_reading(one, true, 0);
  server->push(two, kRequest, 5);
  server->respond(one, kResponse, 2, false);
  server->respond(two, kResponse, 2, false);
  server->respond(2, kResponse, 2, true);
  write(server, one, 20000, true, true);
  uint8_t* to = server->write_copy(two, 10);
  if (to != nullptr) {
    std::memset(to, 'y', 10);
    server->finish_write(two, true, true);
  }
  client->set_reading(one, true, 0);
  converse(&c->client, &c->server, step);
  if (c->client.ended || c->server.ended) return;
  const nghttp2_nv trailer = nv("x-end", "yes");
  for (const int32_t id : c->server.wants_trailers) server->submit_trailers(id, &trailer, 1);
  const int32_t three = client->request(kRequest, 5, nullptr, false);
  converse(&c->client, &c->server, step);
  if (c->client.ended || c->server.ended) return;
  client->reset(three, NGHTTP2_CANCEL);
  client->goaway(NGHTTP2_NO_ERROR, 0, nullptr, 0);
  converse(&c->client, &c->server, step);
}

void check_whole(const Connection& c) {
  CHECK(c.server.told.headers == 3);
  CHECK(c.client.told.headers == 5);
  CHECK(c.server.told.data_length == 33000);
  CHECK(c.client.told.data_length == 20010);
  CHECK(c.server.told.ends == 1 && c.client.told.ends == 1);
  CHECK(c.client.told.errors == 0 && c.server.told.errors == 0);
  CHECK(!c.client.ended && !c.server.ended);
}

void an_exchange_in_chunks_of_any_size() {
  for (const size_t step : {0, 1, 2, 3, 7, 64, 1000}) {
    Connection c;
    exchange(&c, step);
    check_whole(c);
  }
}

void memory_that_fails_once_or_for_good() {
  fails_in = -1;
  asked = 0;
  {
    Connection c;
    exchange(&c);
  }
  const long all = asked;
  CHECK(all > 30);
  size_t met = 0;
  for (const bool for_good : {false, true}) {
    for (long n = 0; n < all; ++n) {
      fails_in = n;
      failing_for_good = for_good;
      {
        NoSink sink;
        Shared shared(&sink);
        const std::vector<double> options = no_options();
        Peer client(Role::kClient, options.data(), &shared);
        Peer server(Role::kServer, options.data(), &shared);
        if (!client.session || !server.session) {
          ++met;
          fails_in = -1;
          continue;
        }
        Session* s = client.session.get();
        s->settings(nullptr, 0);
        server.session->settings(nullptr, 0);
        const int32_t id = s->request(kRequest, 5, nullptr, false);
        if (id > 0) write(s, id, 3000, true, false);
        converse(&client, &server, 500);
        for (const int32_t opened : server.told.streams) {
          server.session->respond(opened, kResponse, 2, false);
          write(server.session.get(), opened, 30000, true, true);
        }
        converse(&client, &server, 500);
        // Nothing that was cut short passes for whole.
        if (client.told.ends > 0) CHECK(client.told.data_length == 30000);
        if (server.told.ends > 0) CHECK(server.told.data_length == 3000);
        if (client.told.errors + server.told.errors > 0 || client.ended || server.ended) ++met;
        s->terminate(NGHTTP2_INTERNAL_ERROR, -1);
        client.pull();
      }
      fails_in = -1;
    }
  }
  failing_for_good = false;
  CHECK(met > 10);
}

// What requests and their answers make grow in the core is asked for in ways that can fail: one request, or a hundred with
// names, values, bodies and pieces of their own, differ in nothing else.
void a_peer_makes_nothing_grow_that_cannot_fail() {
  long news[2];
  for (const int requests : {1, 100}) {
    NoSink sink;
    Shared shared(&sink);
    shared.measuring = true;
    const std::vector<double> values = no_options();
    const std::unique_ptr<Session> client = Session::create(Options::from(Role::kClient, values.data()), &shared);
    const std::unique_ptr<Session> server = Session::create(Options::from(Role::kServer, values.data()), &shared);
    std::vector<int32_t> ints(65536);
    std::vector<uint8_t> bytes(65536);
    std::vector<uint8_t> out(65536);
    EventBatch batch;
    const auto lend = [&] {
      batch.ints.lend(ints.data(), ints.size());
      batch.bytes.lend(bytes.data(), bytes.size());
    };
    std::vector<std::string> texts;
    for (int i = 0; i < requests; ++i) texts.push_back("x-" + std::string(20, 'n') + std::to_string(i));
    const auto pass = [&](Session* from, Session* to) {
      lend();
      from->pull(out.data(), 0, out.size(), 0, &batch);
      // Small chunks, so that header blocks are put aside.
      const auto length = static_cast<size_t>(batch.ints.data()[kBatchOutLength]);
      for (size_t at = 0; at < length; at += 40) {
        lend();
        to->receive(out.data() + at, std::min<size_t>(40, length - at), &batch);
      }
    };
    client->settings(nullptr, 0);
    server->settings(nullptr, 0);
    pass(client.get(), server.get());
    pass(server.get(), client.get());
    const long before = plain_news;
    for (int i = 0; i < requests; ++i) {
      const nghttp2_nv fields[] = {kRequest[0], kRequest[1], kRequest[2], kRequest[3], nv(texts[static_cast<size_t>(i)].c_str(), texts[static_cast<size_t>(i)].c_str())};
      const int32_t id = client->request(fields, 5, nullptr, false);
      CHECK(id > 0);
      for (int k = 0; k < 3; ++k) write(client.get(), id, 200, k == 2, false);
      if (i % 2) pass(client.get(), server.get());
    }
    for (int i = 0; i < 10; ++i) pass(client.get(), server.get());
    for (int i = 0; i < requests; ++i) {
      server->respond(1 + 2 * i, kResponse, 2, false);
      write(server.get(), 1 + 2 * i, 200, true, false);
    }
    for (int i = 0; i < 10; ++i) pass(server.get(), client.get());
    news[requests > 1] = plain_news - before;
    double numbers[kStatCount];
    server->own_stats(numbers);
    CHECK(static_cast<int>(numbers[kStatOpenedByPeer]) == requests);
  }
  CHECK(news[0] == 0 && news[1] == 0);
}

// Of a header block that comes in many chunks, each of them is handled once: the integers and octets that receive()
// touches are about those of the block, in however many chunks it comes.
void a_block_in_many_chunks_is_not_copied_at_each() {
  const size_t length = 4000;
  std::string fields;
  for (const nghttp2_nv& field : {kRequest[0], kRequest[1], kRequest[2], kRequest[3]}) {
    const size_t sizes[] = {field.namelen, field.valuelen};
    fields += std::string(1, '\0') + static_cast<char>(sizes[0]) + std::string(reinterpret_cast<char*>(field.name), sizes[0]) +
              static_cast<char>(sizes[1]) + std::string(reinterpret_cast<char*>(field.value), sizes[1]);
  }
  for (size_t i = 0; fields.size() < length; ++i)
    fields += std::string(1, '\0') + "\3x-" + static_cast<char>('a' + i % 26) + "\40" + std::string(32, static_cast<char>('A' + i % 26));
  const auto frame_size = static_cast<char>(fields.size() & 0xff);
  const std::string head = {0, static_cast<char>(fields.size() >> 8), frame_size, 1, 5, 0, 0, 0, 1};

  NoSink sink;
  Shared shared(&sink);
  const std::vector<double> values = no_options();
  const std::unique_ptr<Session> server = Session::create(Options::from(Role::kServer, values.data()), &shared);
  std::vector<int32_t> ints(4096);
  std::vector<uint8_t> bytes(16384);
  EventBatch batch;
  size_t touched = 0;
  size_t whole = 0;
  const auto receive = [&](const std::string& chunk) {
    std::fill(ints.begin(), ints.end(), INT32_MIN);
    std::fill(bytes.begin(), bytes.end(), uint8_t{1});
    batch.ints.lend(ints.data(), ints.size());
    batch.bytes.lend(bytes.data(), bytes.size());
    server->receive(bytes_of(chunk), chunk.size(), &batch);
    CHECK(!batch.ints.spilled() && !batch.bytes.spilled());
    touched += static_cast<size_t>(std::count_if(ints.begin() + kBatchStart, ints.end(), [](int32_t n) { return n != INT32_MIN; })) * sizeof(int32_t);
    touched += static_cast<size_t>(std::count_if(bytes.begin(), bytes.end(), [](uint8_t n) { return n != 1; }));
    whole = (batch.ints.size() - kBatchStart) * sizeof(int32_t) + batch.bytes.size();
  };
  receive(std::string(NGHTTP2_CLIENT_MAGIC) + std::string("\0\0\0\4\0\0\0\0\0", 9));
  receive(head);
  touched = 0;
  for (const char octet : fields) receive(std::string(1, octet));
  CHECK(batch.ints.data()[kBatchStart] == kHeaders && whole > length / 2);
  CHECK(touched <= 3 * whole);
}

}  // namespace

int main() {
  const std::pair<const char*, void (*)()> tests[] = {
      {"an exchange in chunks of any size", an_exchange_in_chunks_of_any_size},
      {"memory that fails, once or for good", memory_that_fails_once_or_for_good},
      {"ids are found again", ids_are_found_again},
      {"a queue gives what was put in", a_queue_gives_what_was_put_in},
      {"frames are found in chunks of any size", frames_are_found_in_chunks_of_any_size},
      {"streams of a peer are remembered", streams_of_a_peer_are_remembered},
      {"a peer has a share of the names", a_peer_has_a_share_of_the_names},
      {"all sessions share a limit", all_sessions_share_a_limit},
      {"what is not read counts", what_is_not_read_counts},
      {"arenas are given back", arenas_are_given_back},
      {"floods end a session", floods_end_a_session},
      {"limits within a block are told", limits_within_a_block_are_told},
      {"a peer makes nothing grow that cannot fail", a_peer_makes_nothing_grow_that_cannot_fail},
      {"a block in many chunks is not copied at each", a_block_in_many_chunks_is_not_copied_at_each},
  };
  for (const auto& [name, test] : tests) {
    std::printf("%s\n", name);
    std::fflush(stdout);
    test();
  }
  std::printf("all passed\n");
}
