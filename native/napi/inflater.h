// HPACK for reading (RFC 7541) on its own, for tools that show what was on the
// wire. Sessions do not use it.
#ifndef DUETTO_NAPI_INFLATER_H_
#define DUETTO_NAPI_INFLATER_H_

#include <napi.h>

#include "../core/ng.h"
#include "tagged_wrap.h"

namespace duetto {

class Inflater final : public TaggedWrap<Inflater> {
 public:
  static constexpr napi_type_tag kTag = {0x6a1f0c52d8e94b37, 0x90b4e27715c3da68};

  static Napi::Function Define(Napi::Env env);
  explicit Inflater(const Napi::CallbackInfo& info);
  ~Inflater() override;

 private:
  Napi::Value inflate(const Napi::CallbackInfo& info);
  Napi::Value resize(const Napi::CallbackInfo& info);

  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_INFLATER_H_
