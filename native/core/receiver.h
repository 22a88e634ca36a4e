// What is received, frame by frame: the concerns are asked what becomes of it, and it is recorded.
#ifndef DUETTO_CORE_RECEIVER_H_
#define DUETTO_CORE_RECEIVER_H_

#include <cstddef>
#include <cstdint>

#include "ng.h"
#include "recorder.h"
#include "stream.h"

namespace duetto {

struct Parts;

class Receiver {
 public:
  explicit Receiver(Parts& parts) : p_(parts) {}

  // See Session::receive.
  void receive(const uint8_t* data, size_t from, size_t to, EventBatch* batch);

  // -- nghttp2's callbacks, which return an error of its own or 0 ---------------------

  int frame_begins(const nghttp2_frame_hd& hd);
  int block_begins(const nghttp2_frame& frame);
  int field(const nghttp2_frame& frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags);
  int malformed_field(const nghttp2_frame& frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value);
  int data(int32_t id, const uint8_t* data, size_t length);
  int frame(const nghttp2_frame& frame);
  int invalid_frame(const nghttp2_frame& frame, int error);
  int stream_closes(int32_t id, uint32_t code);

 private:
  void failed(ng::Ssize error);
  void look_at_chunk(size_t queued);
  int break_limit(const Breach& breach);
  int refuse(int32_t id, const Breach& breach, uint32_t code = NGHTTP2_ENHANCE_YOUR_CALM);
  int let_in(int32_t id, bool promised);
  int block_ends(const nghttp2_frame& frame);
  int data_ends(const nghttp2_frame& frame);

  Parts& p_;
  // What is being received.
  const uint8_t* chunk_ = nullptr;
};

}  // namespace duetto

#endif  // DUETTO_CORE_RECEIVER_H_
