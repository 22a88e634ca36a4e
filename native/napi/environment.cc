#include "environment.h"

#include <algorithm>

#include "calls.h"
#include "convert.h"
#include "inflater.h"
#include "session_wrap.h"

#ifndef DUETTO_NGHTTP2_PATCHES
#define DUETTO_NGHTTP2_PATCHES ""
#endif

// The checksum of the sources of nghttp2, out of the same archive as nghttp2 itself: deps/lib/tree.mjs.
extern "C" const char duetto_nghttp2_tree[];

namespace duetto {

namespace {
constexpr char kWantsBatchMemory[] = "A batch is a number that createBatch gave, and two ArrayBuffers";

// What is no more than misuse of the binding, which only lib/binding knows.
Napi::Value refuse(Napi::Env env, const char* what) {
  if (!env.IsExceptionPending()) Napi::TypeError::New(env, what).ThrowAsJavaScriptException();
  return env.Undefined();
}

// With room for what a batch has at the least: its header, and an error.
bool is_batch_memory(Napi::Value ints, Napi::Value bytes) {
  constexpr size_t kLeast = (kBatchStart + 1 + kFieldInts<kSessionError>) * sizeof(int32_t);
  return ints.IsArrayBuffer() && bytes.IsArrayBuffer() && ints.As<Napi::ArrayBuffer>().ByteLength() >= kLeast;
}
}  // namespace

void LentBatch::lend(Napi::ArrayBuffer ints, Napi::ArrayBuffer bytes) {
  events.ints.lend(static_cast<int32_t*>(ints.Data()), ints.ByteLength() / sizeof(int32_t));
  events.bytes.lend(static_cast<uint8_t*>(bytes.Data()), bytes.ByteLength());
  ints_ = Napi::Reference<Napi::ArrayBuffer>::New(ints, 0);
  bytes_ = Napi::Reference<Napi::ArrayBuffer>::New(bytes, 0);
}

bool LentBatch::abandoned() const { return ints_.Value().IsEmpty(); }

bool LentBatch::adopt(Napi::Env env) {
  if (!events.ints.spilled() && !events.bytes.spilled()) return false;
  if (events.ints.spilled()) {
    Napi::ArrayBuffer ints = Napi::ArrayBuffer::New(env, events.ints.capacity() * sizeof(int32_t));
    // The environment is being torn down: nobody will read the batch.
    if (ints.IsEmpty()) return false;
    events.ints.move_to(static_cast<int32_t*>(ints.Data()), events.ints.capacity());
    ints_ = Napi::Persistent(ints);
  }
  if (events.bytes.spilled()) {
    Napi::ArrayBuffer bytes = Napi::ArrayBuffer::New(env, events.bytes.capacity());
    if (bytes.IsEmpty()) return false;
    events.bytes.move_to(static_cast<uint8_t*>(bytes.Data()), events.bytes.capacity());
    bytes_ = Napi::Persistent(bytes);
  }
  return true;
}

Napi::Value LentBatch::memory(Napi::Env env) {
  Napi::ArrayBuffer ints = ints_.Value();
  Napi::ArrayBuffer bytes = bytes_.Value();
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(uint32_t{0}, ints);
  pair.Set(uint32_t{1}, bytes);
  // From here on it is the reader that holds them.
  ints_ = Napi::Reference<Napi::ArrayBuffer>::New(ints, 0);
  bytes_ = Napi::Reference<Napi::ArrayBuffer>::New(bytes, 0);
  return pair;
}

bool StringArrays::bind(Napi::Env env) {
  if (!names_.IsEmpty()) return false;
  // Arrays of the environment's own context: those of a test runner's would
  // keep that context for good.
  names_ = Napi::Persistent(Napi::Array::New(env));
  values_ = Napi::Persistent(Napi::Array::New(env));
  return true;
}

Napi::Value StringArrays::both(Napi::Env env) const {
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(uint32_t{0}, names_.Value());
  pair.Set(uint32_t{1}, values_.Value());
  return pair;
}

void StringArrays::define(const Napi::Reference<Napi::Array>& array, int32_t id,
                          const uint8_t* data, size_t length) {
  if (array.IsEmpty()) return;
  Napi::Env env = array.Env();
  napi_value text;
  if (napi_create_string_latin1(env, reinterpret_cast<const char*>(data), length, &text) != napi_ok)
    return;
  napi_set_element(env, array.Value(), static_cast<uint32_t>(id), text);
}

void StringArrays::define_name(int32_t id, const uint8_t* data, size_t length) {
  define(names_, id, data, length);
}

void StringArrays::define_static_value(int32_t id, const uint8_t* data, size_t length) {
  define(values_, id, data, length);
}

Environment::Environment(Napi::Env env, Napi::Object exports) : heart_(new Heart()) {
  const nghttp2_info* info = nghttp2_version(0);
  DefineAddon(exports, {
      InstanceMethod("bindStrings", &Environment::bind_strings),
      InstanceMethod("createBatch", &Environment::create_batch),
      InstanceMethod("lendBatch", &Environment::lend_batch),
      InstanceMethod("batchMemory", &Environment::batch_memory),
      InstanceMethod("errorString", &Environment::error_string),
      InstanceMethod("sendPieces", &Environment::send_pieces),
      InstanceMethod("setMeasuring", &Environment::set_measuring),
      InstanceMethod("stats", &Environment::stats),
      InstanceMethod("now", &Environment::now),
      InstanceMethod("setMemoryLimit", &Environment::set_memory_limit),
      InstanceValue("version", Napi::String::New(env, info->version_str), napi_enumerable),
      InstanceValue("patches", Napi::String::New(env, DUETTO_NGHTTP2_PATCHES), napi_enumerable),
      InstanceValue("tree", Napi::String::New(env, duetto_nghttp2_tree), napi_enumerable),
      InstanceValue("doorHash", Napi::String::New(env, kDoorHash), napi_enumerable),
      InstanceValue("hasPriorities", Napi::Boolean::New(env, ng::kHasPriorities), napi_enumerable),
  });
  exports.Set("Session", SessionWrap::Define(env, this));
  define_calls(env, exports, heart_.get());
  exports.Set("Inflater", Inflater::Define(env));
}

// bindStrings(wellKnown): gives the arrays in which field names and values of
// the static table are looked up by their number. There is one pair per
// environment, however many copies of the JavaScript it has; the first copy
// enters the names that everybody sends.
Napi::Value Environment::bind_strings(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!info[0].IsArray()) return refuse(env, "The well-known names are an array");
  if (heart_->arrays.bind(env)) {
    Napi::Array well_known = info[0].As<Napi::Array>();
    Napi::Array names = heart_->arrays.names();
    for (uint32_t i = 0; i < well_known.Length(); ++i) {
      Napi::Value text = well_known.Get(i);
      if (!text.IsString()) return refuse(env, "A well-known name is a string");
      names.Set(i, text);
      const std::string name = text.As<Napi::String>().Utf8Value();
      heart_->shared.strings.seed(reinterpret_cast<const uint8_t*>(name.data()), name.size());
    }
  }
  return heart_->arrays.both(env);
}

// createBatch(ints: ArrayBuffer, bytes: ArrayBuffer): its number
Napi::Value Environment::create_batch(const Napi::CallbackInfo& info) {
  if (!is_batch_memory(info[0], info[1])) return refuse(info.Env(), kWantsBatchMemory);
  const auto ints = info[0].As<Napi::ArrayBuffer>();
  const auto bytes = info[1].As<Napi::ArrayBuffer>();
  std::vector<std::unique_ptr<LentBatch>>& all = heart_->batches;
  const auto free = std::find_if(all.begin(), all.end(), [](const auto& batch) { return batch->abandoned(); });
  const auto index = static_cast<double>(free - all.begin());
  if (free != all.end())
    (*free)->lend(ints, bytes);
  else
    all.push_back(std::make_unique<LentBatch>(ints, bytes));
  return Napi::Number::New(info.Env(), index);
}

// lendBatch(batch, ints: ArrayBuffer, bytes: ArrayBuffer)
Napi::Value Environment::lend_batch(const Napi::CallbackInfo& info) {
  LentBatch* batch = heart_->batch(to_uint32(info.Env(), info[0]));
  if (batch == nullptr || !is_batch_memory(info[1], info[2])) return refuse(info.Env(), kWantsBatchMemory);
  batch->lend(info[1].As<Napi::ArrayBuffer>(), info[2].As<Napi::ArrayBuffer>());
  return info.Env().Undefined();
}

// batchMemory(batch): both of its ArrayBuffers
Napi::Value Environment::batch_memory(const Napi::CallbackInfo& info) {
  LentBatch* batch = heart_->batch(to_uint32(info.Env(), info[0]));
  return batch == nullptr ? refuse(info.Env(), kWantsBatchMemory) : batch->memory(info.Env());
}

Napi::Value Environment::error_string(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), nghttp2_strerror(to_int32(info.Env(), info[0])));
}

// setMeasuring(on): streams read the clock as long as one copy of the
// JavaScript wants it. Each says so when it begins and when it stops.
void Environment::set_measuring(const Napi::CallbackInfo& info) {
  heart_->observers += to_bool(info.Env(), info[0]) ? 1 : -1;
  heart_->shared.measuring = heart_->observers > 0;
}

// stats(out: Float64Array of kStatTotalCount): all sessions of the environment
Napi::Value Environment::stats(const Napi::CallbackInfo& info) {
  double* out = to_doubles(info.Env(), info[0], kStatTotalCount);
  if (out != nullptr) heart_->shared.totals(out);
  return info.Env().Undefined();
}

// now(): nanoseconds of the clock that measurements are taken with
Napi::Value Environment::now(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(now_ns()));
}

// setMemoryLimit(bytes): of all sessions of the environment, 0 for none
Napi::Value Environment::set_memory_limit(const Napi::CallbackInfo& info) {
  heart_->shared.memory_limit = to_integer<uint64_t>(to_double(info.Env(), info[0]));
  return info.Env().Undefined();
}

// sendPieces(fd, chunks, plan, from, to): writes pieces of chunks to a socket.
// The plan has three numbers for each: index of the chunk, offset, length.
// Gives the bytes taken, or -errno.
Napi::Value Environment::send_pieces(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const uint32_t from = to_uint32(env, info[3]);
  const uint32_t to = to_uint32(env, info[4]);
  const double* plan = to_doubles(env, info[2], size_t{to} * 3);
  uint32_t chunk_count = 0;
  napi_get_array_length(env, info[1], &chunk_count);
  if (plan == nullptr || from > to) return Napi::Number::New(env, 0);

  std::vector<Piece>& chunks = heart_->chunks;
  chunks.clear();
  for (uint32_t i = 0; i < chunk_count; ++i) {
    napi_value chunk = nullptr;
    napi_get_element(env, info[1], i, &chunk);
    const Bytes bytes = to_bytes(env, chunk);
    chunks.push_back(Piece{bytes.data, bytes.length});
  }
  std::vector<Piece>& pieces = heart_->pieces;
  pieces.clear();
  for (uint32_t i = from; i < to; ++i) {
    const auto index = to_integer<size_t>(plan[i * 3]);
    const auto offset = to_integer<size_t>(plan[i * 3 + 1]);
    const auto length = to_integer<size_t>(plan[i * 3 + 2]);
    // Memory that was transferred away meanwhile: the reader of the result
    // finds out when it comes to that piece.
    if (index >= chunks.size() || offset > chunks[index].length ||
        length > chunks[index].length - offset)
      break;
    pieces.push_back(Piece{chunks[index].data + offset, length});
  }
  return Napi::Number::New(env, static_cast<double>(send_now(to_int32(env, info[0]), pieces)));
}

}  // namespace duetto
