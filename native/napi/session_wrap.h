// The native half of a session as JavaScript holds it. Every method queues or
// asks; none calls back into JavaScript, so none can be re-entered.
#ifndef DUETTO_NAPI_SESSION_WRAP_H_
#define DUETTO_NAPI_SESSION_WRAP_H_

#include <napi.h>

#include <memory>

#include "../core/session.h"
#include "environment.h"

namespace duetto {

class SessionWrap final : public Napi::ObjectWrap<SessionWrap> {
 public:
  static Napi::Function Define(Napi::Env env, Environment* environment);
  explicit SessionWrap(const Napi::CallbackInfo& info);

 private:
  using Info = const Napi::CallbackInfo&;

  Napi::Value receive(Info);
  Napi::Value pull(Info);

  Napi::Value request(Info);
  Napi::Value respond(Info);
  Napi::Value inform(Info);
  Napi::Value push(Info);
  Napi::Value trailers(Info);
  Napi::Value write_copy(Info);
  Napi::Value write_text(Info);
  Napi::Value write_external(Info);
  Napi::Value finish_write(Info);
  Napi::Value reset(Info);
  Napi::Value detach(Info);
  Napi::Value set_reading(Info);
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

  Napi::Value settle(Napi::Env env, LentBatch* batch);
  bool finish(int32_t id, uint32_t flags);

  Owner<Heart> heart_;
  std::unique_ptr<Session> session_;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_SESSION_WRAP_H_
