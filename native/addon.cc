// Entry of the addon: which nghttp2 is inside.

#include <napi.h>
#include <nghttp2/nghttp2.h>

#include <string>

namespace {

// The names of the patches that deps/ applied, separated by commas; set by the build.
#ifndef DUETTO_NGHTTP2_PATCHES
#define DUETTO_NGHTTP2_PATCHES ""
#endif

Napi::Array PatchNames(Napi::Env env) {
  Napi::Array names = Napi::Array::New(env);
  const std::string list = DUETTO_NGHTTP2_PATCHES;
  for (size_t start = 0; start < list.size();) {
    size_t end = list.find(',', start);
    if (end == std::string::npos) end = list.size();
    names.Set(names.Length(), Napi::String::New(env, list.substr(start, end - start)));
    start = end + 1;
  }
  return names;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // The run-time version, not the header's: it shows which library was bound.
  const nghttp2_info* info = nghttp2_version(0);
  Napi::Object nghttp2 = Napi::Object::New(env);
  nghttp2.Set("version", Napi::String::New(env, info->version_str));
  nghttp2.Set("versionNumber", Napi::Number::New(env, info->version_num));
  nghttp2.Set("patches", PatchNames(env));
  exports.Set("nghttp2", nghttp2);
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
