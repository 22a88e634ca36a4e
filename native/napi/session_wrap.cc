#include "session_wrap.h"

#include <cstring>

#include "convert.h"

namespace duetto {

namespace {
Napi::Value number(Napi::Env env, double n) { return Napi::Number::New(env, n); }
}  // namespace

Napi::Function SessionWrap::Define(Napi::Env env, Environment* environment) {
  return DefineClass(env, "NativeSession", {
      InstanceMethod<&SessionWrap::inform>("inform"),
      InstanceMethod<&SessionWrap::push>("push"),
      InstanceMethod<&SessionWrap::trailers>("trailers"),
      InstanceMethod<&SessionWrap::reset>("reset"),
      InstanceMethod<&SessionWrap::prioritize>("prioritize"),
      InstanceMethod<&SessionWrap::settings>("settings"),
      InstanceMethod<&SessionWrap::ping>("ping"),
      InstanceMethod<&SessionWrap::goaway>("goaway"),
      InstanceMethod<&SessionWrap::explain>("explain"),
      InstanceMethod<&SessionWrap::terminate>("terminate"),
      InstanceMethod<&SessionWrap::altsvc>("altsvc"),
      InstanceMethod<&SessionWrap::origin>("origin"),
      InstanceMethod<&SessionWrap::set_next_stream_id>("setNextStreamId"),
      InstanceMethod<&SessionWrap::set_local_window_size>("setLocalWindowSize"),
      InstanceMethod<&SessionWrap::watch_remote_setting>("watchRemoteSetting"),
      InstanceMethod<&SessionWrap::setting>("setting"),
      InstanceMethod<&SessionWrap::state>("state"),
      InstanceMethod<&SessionWrap::stream_state>("streamState"),
      InstanceMethod<&SessionWrap::stats>("stats"),
      InstanceMethod<&SessionWrap::take_trace>("takeTrace"),
      InstanceMethod<&SessionWrap::take_goaways>("takeGoaways"),
      InstanceMethod<&SessionWrap::take_measurements>("takeMeasurements"),
      InstanceMethod<&SessionWrap::destroy>("destroy"),
  }, environment);
}

// new Session(role, options: Float64Array)
SessionWrap::SessionWrap(Info info) : TaggedWrap<SessionWrap>(info) {
  Napi::Env env = info.Env();
  if (env.IsExceptionPending()) return;
  heart_ = static_cast<Environment*>(info.Data())->heart();
  const double* values = to_doubles(env, info[1], kOptCount);
  if (values == nullptr) {
    Napi::TypeError::New(env, "A session wants its options as a Float64Array").ThrowAsJavaScriptException();
    return;
  }
  const auto role = to_int32(env, info[0]) == 0 ? Role::kServer : Role::kClient;
  session_ = Session::create(Options::from(role, values), &heart_->shared);
  if (session_ == nullptr) {
    throw_no_memory(env);
    return;
  }
  number_ = heart_->sessions.add(session_.get());
  info.This().As<Napi::Object>().Set("number", number(env, number_));
}

SessionWrap::~SessionWrap() {
  if (number_ != SessionTable::kNone) heart_->sessions.release(number_);
}

// inform(id, text, count)
Napi::Value SessionWrap::inform(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  if (!to_fields(env, info[1], to_uint32(env, info[2]), heart_.get()))
    return number(env, kBadField);
  return number(env, session_->inform(to_int32(env, info[0]), heart_->fields.data(),
                                      heart_->fields.size()));
}

// push(id, text, count): the promised stream's id
Napi::Value SessionWrap::push(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  if (!to_fields(env, info[1], to_uint32(env, info[2]), heart_.get()))
    return number(env, kBadField);
  return number(env, session_->push(to_int32(env, info[0]), heart_->fields.data(),
                                    heart_->fields.size()));
}

// trailers(id, text, count)
Napi::Value SessionWrap::trailers(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  if (!to_fields(env, info[1], to_uint32(env, info[2]), heart_.get()))
    return number(env, kBadField);
  return number(env, session_->submit_trailers(to_int32(env, info[0]), heart_->fields.data(),
                                               heart_->fields.size()));
}

// reset(id, code)
Napi::Value SessionWrap::reset(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  return number(env, session_->reset(to_int32(env, info[0]), to_uint32(env, info[1])));
}

// prioritize(id, parent, weight, exclusive, silent)
Napi::Value SessionWrap::prioritize(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  nghttp2_priority_spec priority;
  nghttp2_priority_spec_init(&priority, to_int32(env, info[1]), to_int32(env, info[2]),
                             to_bool(env, info[3]) ? 1 : 0);
  return number(env, session_->prioritize(to_int32(env, info[0]), &priority, to_bool(env, info[4])));
}

// settings(pairs: Float64Array, count)
Napi::Value SessionWrap::settings(Info info) {
  Napi::Env env = info.Env();
  const uint32_t count = to_uint32(env, info[1]);
  const double* pairs = to_doubles(env, info[0], size_t{count} * 2);
  // An empty array has no memory.
  if (session_ == nullptr || (pairs == nullptr && count > 0)) return number(env, kGone);
  std::vector<nghttp2_settings_entry> entries(count);
  for (uint32_t i = 0; i < count; ++i) {
    entries[i].settings_id = to_integer<int32_t>(pairs[2 * i]);
    entries[i].value = to_integer<uint32_t>(pairs[2 * i + 1]);
  }
  return number(env, session_->settings(entries.data(), count));
}

// ping(payload: 8 bytes)
Napi::Value SessionWrap::ping(Info info) {
  const Bytes payload = to_bytes(info.Env(), info[0]);
  if (session_ == nullptr || payload.length != 8) return number(info.Env(), kGone);
  return number(info.Env(), session_->ping(payload.data));
}

// goaway(code, lastStreamId, opaqueData | undefined)
Napi::Value SessionWrap::goaway(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  const Bytes opaque = to_bytes(env, info[2]);
  return number(env, session_->goaway(to_uint32(env, info[0]), to_int32(env, info[1]), opaque.data,
                                      opaque.length));
}

// explain(code, opaqueData)
Napi::Value SessionWrap::explain(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  const Bytes opaque = to_bytes(env, info[1]);
  return number(env, session_->explain(to_uint32(env, info[0]), opaque.data, opaque.length));
}

// terminate(code, lastStreamId)
Napi::Value SessionWrap::terminate(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  return number(env, session_->terminate(to_uint32(env, info[0]), to_int32(env, info[1])));
}

// altsvc(id, origin: string, value: string)
Napi::Value SessionWrap::altsvc(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  char origin[16384];
  char value[16384];
  size_t origin_length = 0;
  size_t value_length = 0;
  // What fills its room may have been cut off, and is too long for a frame anyway.
  if (napi_get_value_string_latin1(env, info[1], origin, sizeof origin, &origin_length) != napi_ok ||
      napi_get_value_string_latin1(env, info[2], value, sizeof value, &value_length) != napi_ok ||
      origin_length + 1 == sizeof origin || value_length + 1 == sizeof value)
    return number(env, NGHTTP2_ERR_INVALID_ARGUMENT);
  return number(env, session_->altsvc(to_int32(env, info[0]), reinterpret_cast<uint8_t*>(origin),
                                      origin_length, reinterpret_cast<uint8_t*>(value),
                                      value_length));
}

// origin(text, count): each origin followed by a NUL
Napi::Value SessionWrap::origin(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  size_t length = 0;
  if (napi_get_value_string_latin1(env, info[0], nullptr, 0, &length) != napi_ok)
    return number(env, NGHTTP2_ERR_INVALID_ARGUMENT);
  std::vector<char> text(length + 1);
  napi_get_value_string_latin1(env, info[0], text.data(), text.size(), &length);
  std::vector<nghttp2_origin_entry> entries;
  char* const end = text.data() + length;
  for (char* p = text.data(); p < end;) {
    nghttp2_origin_entry entry;
    entry.origin = reinterpret_cast<uint8_t*>(p);
    entry.origin_len = std::strlen(p);
    entries.push_back(entry);
    p += entry.origin_len + 1;
  }
  return number(env, session_->origin(entries.data(), entries.size()));
}

Napi::Value SessionWrap::set_next_stream_id(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  return number(env, session_->set_next_stream_id(to_int32(env, info[0])));
}

Napi::Value SessionWrap::set_local_window_size(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, kGone);
  return number(env, session_->set_local_window_size(to_int32(env, info[0])));
}

Napi::Value SessionWrap::watch_remote_setting(Info info) {
  if (session_ == nullptr) return number(info.Env(), kGone);
  return number(info.Env(), session_->watch_remote_setting(static_cast<uint16_t>(to_uint32(info.Env(), info[0]))));
}

// setting(identifier, remote)
Napi::Value SessionWrap::setting(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return number(env, 0);
  const int32_t id = to_int32(env, info[0]);
  return number(env, to_bool(env, info[1]) ? session_->remote_setting(id)
                                           : session_->local_setting(id));
}

// state(out: Float64Array of kStateCount)
Napi::Value SessionWrap::state(Info info) {
  double* out = to_doubles(info.Env(), info[0], kStateCount);
  if (session_ == nullptr || out == nullptr) return Napi::Boolean::New(info.Env(), false);
  const SessionState s = session_->state();
  out[kStateEffectiveLocalWindowSize] = s.effective_local_window_size;
  out[kStateEffectiveRecvDataLength] = s.effective_recv_data_length;
  out[kStateNextStreamId] = s.next_stream_id;
  out[kStateLocalWindowSize] = s.local_window_size;
  out[kStateLastProcStreamId] = s.last_proc_stream_id;
  out[kStateRemoteWindowSize] = s.remote_window_size;
  out[kStateOutboundQueueSize] = static_cast<double>(s.outbound_queue_size);
  out[kStateDeflateDynamicTableSize] = static_cast<double>(s.deflate_dynamic_table_size);
  out[kStateInflateDynamicTableSize] = static_cast<double>(s.inflate_dynamic_table_size);
  return Napi::Boolean::New(info.Env(), true);
}

// streamState(id, out: Float64Array of kStreamStateCount)
Napi::Value SessionWrap::stream_state(Info info) {
  double* out = to_doubles(info.Env(), info[1], kStreamStateCount);
  StreamState s;
  if (session_ == nullptr || out == nullptr ||
      !session_->stream_state(to_int32(info.Env(), info[0]), &s)) {
    return Napi::Boolean::New(info.Env(), false);
  }
  out[kStreamStateState] = s.state;
  out[kStreamStateWeight] = s.weight;
  out[kStreamStateSumDependencyWeight] = s.sum_dependency_weight;
  out[kStreamStateLocalClose] = s.local_close;
  out[kStreamStateRemoteClose] = s.remote_close;
  out[kStreamStateLocalWindowSize] = s.local_window_size;
  return Napi::Boolean::New(info.Env(), true);
}

// stats(out: Float64Array of kStatCount)
Napi::Value SessionWrap::stats(Info info) {
  double* out = to_doubles(info.Env(), info[0], kStatCount);
  if (session_ == nullptr || out == nullptr) return Napi::Boolean::New(info.Env(), false);
  session_->own_stats(out);
  return Napi::Boolean::New(info.Env(), true);
}

// takeTrace(): lines of text since the last call
Napi::Value SessionWrap::take_trace(Info info) {
  return Napi::String::New(info.Env(), session_ == nullptr ? std::string() : session_->take_trace());
}

// takeGoaways(): kGoawayCount values for each GOAWAY sent since the last call
Napi::Value SessionWrap::take_goaways(Info info) {
  Napi::Env env = info.Env();
  Napi::Array all = Napi::Array::New(env);
  if (session_ == nullptr) return all;
  uint32_t at = 0;
  for (const SentGoaway& sent : session_->take_goaways()) {
    all.Set(at + kGoawayCode, number(env, sent.held ? -1.0 : sent.code));
    all.Set(at + kGoawayLastStreamId, number(env, sent.last_stream_id));
    all.Set(at + kGoawayLimit, number(env, sent.breach.limit));
    all.Set(at + kGoawayReached, number(env, static_cast<double>(sent.breach.reached)));
    all.Set(at + kGoawayAllowed, number(env, static_cast<double>(sent.breach.allowed)));
    Napi::Buffer<uint8_t> opaque =
        Napi::Buffer<uint8_t>::Copy(env, sent.opaque.data(), sent.opaque.size());
    // No memory, or the environment is being torn down.
    if (opaque.IsEmpty()) return env.Undefined();
    all.Set(at + kGoawayOpaqueData, opaque);
    at += kGoawayCount;
  }
  return all;
}

// takeMeasurements(open): kMeasuredCount numbers for each stream that ended since the
// last call, and for those that are open if these are wanted too
Napi::Value SessionWrap::take_measurements(Info info) {
  Napi::Env env = info.Env();
  if (session_ == nullptr) return Napi::Float64Array::New(env, 0);
  const Array<Measurement> all = session_->take_measurements(to_bool(env, info[0]));
  Napi::Float64Array numbers = Napi::Float64Array::New(env, all.size() * kMeasuredCount);
  if (numbers.IsEmpty()) return env.Undefined();
  double* to = numbers.Data();
  for (const Measurement& m : all) {
    const auto put = [to](MeasuredField field, auto value) { to[field] = static_cast<double>(value); };
    put(kMeasuredId, m.id);
    put(kMeasuredStart, m.start);
    put(kMeasuredEnd, m.end);
    put(kMeasuredFirstHeader, m.first_header);
    put(kMeasuredFirstByte, m.first_byte);
    put(kMeasuredFirstByteSent, m.first_byte_sent);
    put(kMeasuredBytesRead, m.bytes_read);
    put(kMeasuredBytesWritten, m.bytes_written);
    to += kMeasuredCount;
  }
  return numbers;
}

// Frees what nghttp2 holds now rather than when the garbage collector comes.
Napi::Value SessionWrap::destroy(Info info) {
  heart_->sessions.forget(number_);
  session_.reset();
  return info.Env().Undefined();
}

}  // namespace duetto
