// Everything native that belongs to one JavaScript environment (the main
// thread, or one worker): nothing here is shared between threads.
#ifndef DUETTO_NAPI_ENVIRONMENT_H_
#define DUETTO_NAPI_ENVIRONMENT_H_

#include <napi.h>

#include <memory>
#include <vector>

#include "../core/session.h"
#include "session_table.h"
#include "shared.h"
#include "socket_writer.h"

namespace duetto {

// An event batch whose memory is two ArrayBuffers, allocated by JavaScript's
// own means: some hosts forbid external ones. It is JavaScript that holds
// them: with a copy of the module that nobody has any more they go, and the
// batch is free for another.
class LentBatch {
 public:
  LentBatch(Napi::ArrayBuffer ints, Napi::ArrayBuffer bytes) { lend(ints, bytes); }

  void lend(Napi::ArrayBuffer ints, Napi::ArrayBuffer bytes);
  // Moves what did not fit into new, larger ArrayBuffers. Says whether
  // JavaScript has to look at memory() again.
  bool adopt(Napi::Env env);
  Napi::Value memory(Napi::Env env);
  bool abandoned() const;

  EventBatch events;

 private:
  Napi::Reference<Napi::ArrayBuffer> ints_;
  Napi::Reference<Napi::ArrayBuffer> bytes_;
};

// Hands header strings to the arrays in which JavaScript looks them up.
class StringArrays final : public StringSink {
 public:
  // Says whether they were not there yet.
  bool bind(Napi::Env env);
  Napi::Array names() const { return names_.Value(); }
  Napi::Value both(Napi::Env env) const;
  void define_name(int32_t id, const uint8_t* data, size_t length) override;
  void define_static_value(int32_t id, const uint8_t* data, size_t length) override;

 private:
  static void define(const Napi::Reference<Napi::Array>& array, int32_t id, const uint8_t* data,
                     size_t length);
  Napi::Reference<Napi::Array> names_;
  Napi::Reference<Napi::Array> values_;
};

// Outlives the environment's last session, whichever goes first.
struct Heart final : Owned<Heart> {
  Heart() : shared(&arrays) {}
  StringArrays arrays;
  Shared shared;
  int32_t observers = 0;
  std::vector<std::unique_ptr<LentBatch>> batches;
  // Null for a number that is none of a batch.
  LentBatch* batch(uint32_t index) const { return index < batches.size() ? batches[index].get() : nullptr; }
  SessionTable sessions;
  // Scratch for header blocks on their way to nghttp2, which copies them.
  std::vector<char> text = std::vector<char>(16 * 1024);
  std::vector<nghttp2_nv> fields;
  // Scratch for what goes to a socket.
  std::vector<Piece> chunks;
  std::vector<Piece> pieces;
};

class Environment final : public Napi::Addon<Environment> {
 public:
  Environment(Napi::Env env, Napi::Object exports);

  const Owner<Heart>& heart() const { return heart_; }

 private:
  Napi::Value bind_strings(const Napi::CallbackInfo& info);
  Napi::Value create_batch(const Napi::CallbackInfo& info);
  Napi::Value lend_batch(const Napi::CallbackInfo& info);
  Napi::Value batch_memory(const Napi::CallbackInfo& info);
  Napi::Value error_string(const Napi::CallbackInfo& info);
  Napi::Value send_pieces(const Napi::CallbackInfo& info);
  void set_measuring(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value set_memory_limit(const Napi::CallbackInfo& info);
  Napi::Value now(const Napi::CallbackInfo& info);

  Owner<Heart> heart_;
};

}  // namespace duetto

#endif  // DUETTO_NAPI_ENVIRONMENT_H_
