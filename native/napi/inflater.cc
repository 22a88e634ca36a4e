#include "inflater.h"

#include "convert.h"

namespace duetto {

namespace {
// A block of a few bytes can stand for megabytes of fields.
constexpr size_t kMostOutput = 1 << 20;
}  // namespace

Napi::Function Inflater::Define(Napi::Env env) {
  return DefineClass(env, "Inflater", {
      InstanceMethod<&Inflater::inflate>("inflate"),
      InstanceMethod<&Inflater::resize>("resize"),
  });
}

Inflater::Inflater(const Napi::CallbackInfo& info) : TaggedWrap<Inflater>(info) {
  if (nghttp2_hd_inflate_new(&inflater_) == 0) return;
  inflater_ = nullptr;
  throw_no_memory(info.Env());
}

Inflater::~Inflater() {
  if (inflater_ != nullptr) nghttp2_hd_inflate_del(inflater_);
}

// inflate(block): names and values by turns, or nghttp2's error as a number.
Napi::Value Inflater::inflate(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const Bytes block = to_bytes(env, info[0]);
  Napi::Array fields = Napi::Array::New(env);
  const uint8_t* in = block.data;
  size_t left = block.length;
  size_t output = 0;
  uint32_t count = 0;
  for (;;) {
    nghttp2_nv nv;
    int flags = 0;
    const ng::Ssize used = ng::inflate(inflater_, &nv, &flags, in, left);
    if (used < 0) return Napi::Number::New(env, static_cast<double>(used));
    in += used;
    left -= static_cast<size_t>(used);
    if (flags & NGHTTP2_HD_INFLATE_EMIT) {
      output += nv.namelen + nv.valuelen;
      if (output > kMostOutput) return Napi::Number::New(env, NGHTTP2_ERR_BUFFER_ERROR);
      for (const auto& [data, length] : {std::pair{nv.name, nv.namelen}, {nv.value, nv.valuelen}}) {
        napi_value text = nullptr;
        napi_create_string_latin1(env, reinterpret_cast<const char*>(data), length, &text);
        napi_set_element(env, fields, count++, text);
      }
    }
    if (flags & NGHTTP2_HD_INFLATE_FINAL) break;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  return fields;
}

// resize(bytes): the size of the table that the writer may use from now on. Gives 0 or nghttp2's error.
Napi::Value Inflater::resize(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), nghttp2_hd_inflate_change_table_size(inflater_, to_uint32(info.Env(), info[0])));
}

}  // namespace duetto
