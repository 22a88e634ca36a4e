// libFuzzer targets, chosen by FUZZ_TARGET: 0 receives as a server, 1 as a client, 2 runs commands on both ends of a connection,
// 3 sends SETTINGS of any content.
#include "harness.h"

using namespace duetto;
using namespace duetto::test;

namespace {
class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  uint8_t octet() { return empty() ? 0 : *at_++; }
  uint32_t number(uint32_t below) { return below == 0 ? 0 : (octet() | uint32_t{octet()} << 8) % below; }
  const uint8_t* take(size_t n, size_t* got) {
    *got = std::min(n, static_cast<size_t>(end_ - at_));
    const uint8_t* from = at_;
    at_ += *got;
    return from;
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

std::vector<double> options_of(uint8_t choice) {
  std::vector<double> values = no_options();
  if (choice & 1) values[kOptMaxSessionMemory] = 0.05;
  if (choice & 2) values[kOptMaxHeaderListPairs] = 6;
  if (choice & 4) values[kOptPaddingStrategy] = 1 + (choice >> 6) % 3;
  if (choice & 8) values[kOptMaxInvalidFrames] = 5;
  if (choice & 16) values[kOptTrace] = 1;
  if (choice & 32) values[kOptGlitchBurst] = 10;
  return values;
}

void answer(Peer* peer, Role role, uint8_t how, size_t* answered) {
  Session* s = peer->session.get();
  for (; *answered < peer->told.streams.size(); ++*answered) {
    const int32_t id = peer->told.streams[*answered];
    if (role == Role::kServer) {
      const nghttp2_nv fields[] = {nv(":status", "200"), nv("a", "b")};
      s->respond(id, fields, 2, (how & 3) == 0);
      if ((how & 3) == 1) s->reset(id, NGHTTP2_CANCEL);
      if ((how & 3) == 2) s->detach(id);
      if ((how & 4) && s->write_external(id, 20000)) s->finish_write(id, (how & 8) != 0, (how & 16) != 0);
    }
    s->set_reading(id, (how & 32) != 0, how * 100u);
  }
}

[[maybe_unused]] void receive(Role role, const uint8_t* data, size_t size) {
  NoSink sink;
  Shared shared(&sink);
  Input in(data, size);
  const uint8_t choice = in.octet();
  const uint8_t how = in.octet();
  const size_t step = 1 + in.octet() * 4;
  Peer peer(role, options_of(choice).data(), &shared);
  Session* s = peer.session.get();
  s->settings(nullptr, 0);
  if (role == Role::kClient) {
    const nghttp2_nv fields[] = {nv(":method", "GET"), nv(":path", "/"), nv(":scheme", "http"), nv(":authority", "a")};
    for (int i = 0; i < 3; ++i) s->request(fields, 4, nullptr, i != 1);
    s->ping(reinterpret_cast<const uint8_t*>("01234567"));
  }
  if (how & 128) peer.pull();
  size_t answered = 0;
  if (role == Role::kServer && (how & 64) == 0) peer.receive(reinterpret_cast<const uint8_t*>(NGHTTP2_CLIENT_MAGIC), NGHTTP2_CLIENT_MAGIC_LEN);
  while (!in.empty() && !peer.ended) {
    size_t got;
    const uint8_t* part = in.take(step, &got);
    peer.receive(part, got);
    if (peer.ended) break;
    answer(&peer, role, how, &answered);
    peer.pull();
    for (const int32_t id : std::exchange(peer.wants_trailers, {})) {
      const nghttp2_nv field = nv("t", "u");
      s->submit_trailers(id, &field, how & 1);
    }
  }
  if (how & 2) s->terminate(NGHTTP2_NO_ERROR, -1);
  else s->explain(NGHTTP2_ENHANCE_YOUR_CALM, reinterpret_cast<const uint8_t*>("why"), 3);
  peer.pull();
}

[[maybe_unused]] void command(Peer* peer, Role role, Input* in) {
  Session* s = peer->session.get();
  const auto id = static_cast<int32_t>(in->number(24));
  switch (in->number(18)) {
    case 0: {
      const nghttp2_nv fields[] = {nv(":method", "POST"), nv(":path", "/"), nv(":scheme", "http"), nv(":authority", "a"), nv("x", "yyyy")};
      if (role == Role::kClient) s->request(fields, 4 + in->number(2), nullptr, in->number(2) != 0);
      break;
    }
    case 1: {
      const nghttp2_nv fields[] = {nv(":status", in->number(2) ? "200" : "404"), nv("server", "x")};
      s->respond(id, fields, 2, in->number(2) != 0);
      break;
    }
    case 2: {
      const nghttp2_nv field = nv(":status", "103");
      s->inform(id, &field, 1);
      break;
    }
    case 3: {
      const nghttp2_nv fields[] = {nv(":method", "GET"), nv(":path", "/p"), nv(":scheme", "http"), nv(":authority", "a")};
      s->push(id, fields, 4);
      break;
    }
    case 4: {
      const size_t n = in->number(5000);
      uint8_t* to = s->write_copy(id, n + 3);
      if (to == nullptr) break;
      std::memset(to, 'c', n);
      s->shorten_copy(id, 3);
      s->finish_write(id, in->number(3) == 0, in->number(3) == 0);
      break;
    }
    case 5:
      if (s->write_external(id, in->number(20000))) s->finish_write(id, in->number(3) == 0, in->number(3) == 0);
      break;
    case 6: s->reset(id, in->number(14)); break;
    case 7: s->detach(id); break;
    case 8: s->set_reading(id, in->number(2) != 0, in->number(70000)); break;
    case 9: {
      std::vector<nghttp2_settings_entry> entries;
      for (uint32_t n = in->number(4); n > 0; --n)
        entries.push_back({static_cast<int32_t>(1 + in->number(9)), in->number(3) ? in->number(65535) : 0xffffffffu >> in->number(3)});
      s->settings(entries.data(), entries.size());
      break;
    }
    case 10: s->ping(reinterpret_cast<const uint8_t*>("01234567")); break;
    case 11: s->goaway(in->number(14), id, reinterpret_cast<const uint8_t*>("bye"), in->number(4)); break;
    case 12: if (in->number(8) == 0) s->terminate(in->number(3), static_cast<int32_t>(in->number(8)) - 1); break;
    case 13: {
      const nghttp2_nv field = nv("t", "u");
      s->submit_trailers(id, &field, in->number(2));
      break;
    }
    case 14: s->set_local_window_size(static_cast<int32_t>(in->number(65535)) << in->number(8)); break;
    case 15: s->set_next_stream_id(static_cast<int32_t>(in->number(300))); break;
    case 16: {
      SessionState state = s->state();
      StreamState stream;
      CHECK(state.next_stream_id > 0);
      s->stream_state(id, &stream);
      double numbers[kStatCount];
      s->own_stats(numbers);
      for (const double number : numbers) CHECK(number == number);
      break;
    }
    default: {
      const uint8_t text[] = "https://a.example";
      const nghttp2_origin_entry origin = {const_cast<uint8_t*>(text), sizeof text - 1};
      if (role == Role::kServer) s->origin(&origin, 1);
      s->altsvc(id, text, id == 0 ? sizeof text - 1 : 0, text, 5);
      nghttp2_priority_spec priority;
      nghttp2_priority_spec_init(&priority, static_cast<int32_t>(in->number(24)), 1 + static_cast<int32_t>(in->number(256)), 0);
      s->prioritize(id, &priority, in->number(2) != 0);
    }
  }
}

[[maybe_unused]] void commands(const uint8_t* data, size_t size) {
  NoSink sink;
  Shared shared(&sink);
  Input in(data, size);
  Peer client(Role::kClient, options_of(in.octet()).data(), &shared);
  Peer server(Role::kServer, options_of(in.octet()).data(), &shared);
  client.session->settings(nullptr, 0);
  server.session->settings(nullptr, 0);
  for (int i = 0; i < 2000 && !in.empty(); ++i) {
    const uint8_t what = in.octet();
    Peer& from = what & 1 ? client : server;
    Peer& to = what & 1 ? server : client;
    if (what % 5 != 0) {
      if (!from.ended) command(&from, what & 1 ? Role::kClient : Role::kServer, &in);
      continue;
    }
    std::string out = from.pull(17000 + in.number(4000), in.number(70000));
    if (what % 25 == 0 && !out.empty()) out[in.number(static_cast<uint32_t>(std::min<size_t>(out.size(), 65535)))] ^= static_cast<char>(in.octet());
    const size_t step = 1 + in.number(5000);
    for (size_t at = 0; at < out.size() && !to.ended; at += step) to.receive(bytes_of(out) + at, std::min(step, out.size() - at));
  }
  CHECK(shared.newest != nullptr);
}
// What one end announces is what the other one has, or the session is over.
[[maybe_unused]] void settings(const uint8_t* data, size_t size) {
  NoSink sink;
  Shared shared(&sink);
  Input in(data, size);
  const std::vector<double> values = no_options();
  Peer client(Role::kClient, values.data(), &shared);
  Peer server(Role::kServer, values.data(), &shared);
  client.session->settings(nullptr, 0);
  server.session->settings(nullptr, 0);
  converse(&client, &server);
  while (!in.empty()) {
    Peer& from = in.octet() & 1 ? client : server;
    Peer& to = &from == &client ? server : client;
    std::vector<nghttp2_settings_entry> entries;
    for (uint32_t n = in.octet() % 40; n > 0; --n) {
      const uint32_t high = in.octet();
      entries.push_back({static_cast<int32_t>(high < 200 ? high % 10 : in.number(65536)), in.number(65536) << (in.octet() % 3 * 8)});
    }
    if (from.session->settings(entries.data(), entries.size()) != 0) continue;
    converse(&from, &to, in.octet());
    if (from.ended || to.ended || to.told.errors > 0) return;
    for (size_t i = 0; i < entries.size(); ++i) {
      const nghttp2_settings_entry& last = entries[i];
      const bool again = std::any_of(entries.begin() + static_cast<long>(i) + 1, entries.end(), [&](const auto& one) { return one.settings_id == last.settings_id; });
      if (again || last.settings_id < 1 || last.settings_id > 6) continue;
      CHECK(to.session->remote_setting(last.settings_id) == last.value);
      CHECK(from.session->local_setting(last.settings_id) == last.value);
    }
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
#if FUZZ_TARGET == 0
  receive(Role::kServer, data, size);
#elif FUZZ_TARGET == 1
  receive(Role::kClient, data, size);
#elif FUZZ_TARGET == 3
  settings(data, size);
#else
  commands(data, size);
#endif
  return 0;
}
