#include "convert.h"

#include <cstring>

namespace duetto {

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
    if (name_end == nullptr) return false;
    char* field_value = name_end + 1;
    auto* value_end =
        static_cast<char*>(std::memchr(field_value, 0, static_cast<size_t>(end - field_value)));
    if (value_end == nullptr || value_end + 1 >= end) return false;
    nghttp2_nv nv;
    nv.name = reinterpret_cast<uint8_t*>(p);
    nv.namelen = static_cast<size_t>(name_end - p);
    nv.value = reinterpret_cast<uint8_t*>(field_value);
    nv.valuelen = static_cast<size_t>(value_end - field_value);
    nv.flags = static_cast<uint8_t>(value_end[1]);
    heart->fields.push_back(nv);
    p = value_end + 2;
  }
  return heart->fields.size() == count;
}

}  // namespace duetto
