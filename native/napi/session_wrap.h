// The native half of a session as JavaScript holds it, and the calls that are
// not made for each request (those are in calls.h). Every method queues or asks;
// none calls back into JavaScript, so none can be re-entered.
#ifndef DUETTO_NAPI_SESSION_WRAP_H_
#define DUETTO_NAPI_SESSION_WRAP_H_

#include <napi.h>

#include <memory>

#include "../core/session.h"
#include "environment.h"
#include "tagged_wrap.h"

namespace duetto {

class SessionWrap final : public TaggedWrap<SessionWrap> {
 public:
  static constexpr napi_type_tag kTag = {0x3c8b51e07f2d4a96, 0xa7d60e9b42f1583c};

  static Napi::Function Define(Napi::Env env, Environment* environment);
  explicit SessionWrap(const Napi::CallbackInfo& info);
  ~SessionWrap() override;

 private:
  using Info = const Napi::CallbackInfo&;

  Napi::Value inform(Info);
  Napi::Value push(Info);
  Napi::Value trailers(Info);
  Napi::Value reset(Info);
  Napi::Value prioritize(Info);

  Napi::Value settings(Info);
  Napi::Value ping(Info);
  Napi::Value goaway(Info);
  Napi::Value explain(Info);
  Napi::Value terminate(Info);
  Napi::Value altsvc(Info);
  Napi::Value origin(Info);
  Napi::Value set_next_stream_id(Info);
  Napi::Value set_local_window_size(Info);
  Napi::Value watch_remote_setting(Info);
  Napi::Value setting(Info);
  Napi::Value state(Info);
  Napi::Value stream_state(Info);
  Napi::Value stats(Info);
  Napi::Value take_trace(Info);
  Napi::Value take_goaways(Info);
  Napi::Value take_measurements(Info);
  Napi::Value destroy(Info);

  Owner<Heart> heart_;
  std::unique_ptr<Session> session_;
  // What `calls.h` knows it by; none until it has been made.
  uint32_t number_ = SessionTable::kNone;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_SESSION_WRAP_H_
