// JavaScript values as the core wants them, with no more checks than memory
// safety asks for: types and ranges were checked in TypeScript.
#ifndef DUETTO_NAPI_CONVERT_H_
#define DUETTO_NAPI_CONVERT_H_

#include <napi.h>

#include <cstdint>
#include <limits>

#include "environment.h"

namespace duetto {

// A call on a session that has been destroyed does nothing and says so.
constexpr int kGone = NGHTTP2_ERR_INVALID_STATE;
// A field that does not survive the way here (it has a NUL in it).
constexpr int kBadField = NGHTTP2_ERR_HTTP_HEADER;

inline int32_t to_int32(napi_env env, napi_value value) {
  int32_t n = 0;
  napi_get_value_int32(env, value, &n);
  return n;
}

inline uint32_t to_uint32(napi_env env, napi_value value) {
  uint32_t n = 0;
  napi_get_value_uint32(env, value, &n);
  return n;
}

inline double to_double(napi_env env, napi_value value) {
  double n = 0;
  napi_get_value_double(env, value, &n);
  return n;
}

// NaN and what is out of range become the nearest number of the kind; a cast would not be defined.
template <typename T>
T to_integer(double n) {
  constexpr double kLeast = static_cast<double>(std::numeric_limits<T>::min());
  // 2^53 at most: beyond, doubles have no units.
  constexpr double kMost = sizeof(T) < 8 ? static_cast<double>(std::numeric_limits<T>::max()) : 9007199254740992.0;
  if (!(n > kLeast)) return std::numeric_limits<T>::min();
  return static_cast<T>(n < kMost ? n : kMost);
}

inline bool to_bool(napi_env env, napi_value value) {
  bool b = false;
  napi_get_value_bool(env, value, &b);
  return b;
}

// There is no memory for what was to be made, in the words of node:http2.
inline void throw_no_memory(Napi::Env env) {
  Napi::Error error = Napi::Error::New(env, "Out of memory");
  error.Set("code", "ERR_HTTP2_NO_MEM");
  error.ThrowAsJavaScriptException();
}

struct Bytes {
  uint8_t* data = nullptr;
  size_t length = 0;
};

// The memory of a Uint8Array (a Buffer too); empty if the value is none, or
// its memory has been transferred away.
inline Bytes to_bytes(napi_env env, napi_value value) {
  Bytes bytes;
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok)
    return bytes;
  if (type != napi_uint8_array || data == nullptr) return bytes;
  bytes.data = static_cast<uint8_t*>(data);
  bytes.length = length;
  return bytes;
}

// The memory of a Float64Array with at least `least` numbers, or nullptr.
inline double* to_doubles(napi_env env, napi_value value, size_t least) {
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok)
    return nullptr;
  if (type != napi_float64_array || length < least) return nullptr;
  return static_cast<double*>(data);
}

// Reads a header block: for each field its name, NUL, its value, NUL and one
// character of nghttp2 flags. The fields point into the environment's scratch
// memory and are good until the next call. False if `text` is no string.
bool to_fields(napi_env env, napi_value text, uint32_t count, Heart* heart);

}  // namespace duetto

#endif  // DUETTO_NAPI_CONVERT_H_
