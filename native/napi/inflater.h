// HPACK for reading (RFC 7541) on its own, for tools that show what was on the
// wire. Sessions do not use it.
#ifndef DUETTO_NAPI_INFLATER_H_
#define DUETTO_NAPI_INFLATER_H_

#include <napi.h>

#include "../core/ng.h"

namespace duetto {

class Inflater final : public Napi::ObjectWrap<Inflater> {
 public:
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
