#include "convert.h"

#include <cstring>

namespace duetto {

namespace {
// A value with a NUL in it does not survive the way here. nghttp2 gets a field
// that no peer accepts in its place: the stream fails, as it does in node:http2.
bool give_up(Heart* heart) {
  static uint8_t nul[] = {0};
  heart->fields.assign(1, nghttp2_nv{nul, nul, 1, 1, NGHTTP2_NV_FLAG_NONE});
  return true;
}
}  // namespace

bool to_fields(napi_env env, napi_value value, uint32_t count, Heart* heart) {
  std::vector<char>& text = heart->text;
  size_t length = 0;
  if (napi_get_value_string_latin1(env, value, text.data(), text.size(), &length) != napi_ok)
    return false;
  if (length + 1 >= text.size()) {
    // It may have been cut off: ask for the whole length.
    napi_get_value_string_latin1(env, value, nullptr, 0, &length);
    if (length + 1 > text.size()) text.resize(length + 1);
    napi_get_value_string_latin1(env, value, text.data(), text.size(), &length);
  }

  heart->fields.clear();
  char* p = text.data();
  char* const end = p + length;
  while (p < end) {
    auto* name_end = static_cast<char*>(std::memchr(p, 0, static_cast<size_t>(end - p)));
    if (name_end == nullptr) return give_up(heart);
    char* field_value = name_end + 1;
    auto* value_end =
        static_cast<char*>(std::memchr(field_value, 0, static_cast<size_t>(end - field_value)));
    if (value_end == nullptr || value_end + 1 >= end) return give_up(heart);
    nghttp2_nv nv;
    nv.name = reinterpret_cast<uint8_t*>(p);
    nv.namelen = static_cast<size_t>(name_end - p);
    nv.value = reinterpret_cast<uint8_t*>(field_value);
    nv.valuelen = static_cast<size_t>(value_end - field_value);
    nv.flags = static_cast<uint8_t>(value_end[1]);
    heart->fields.push_back(nv);
    p = value_end + 2;
  }
  return heart->fields.size() == count || give_up(heart);
}

}  // namespace duetto
