// nghttp2's callbacks: each notes what happened, none calls anybody.
#ifndef DUETTO_CORE_CALLBACKS_H_
#define DUETTO_CORE_CALLBACKS_H_

#include "ng.h"
#include "options.h"
#include "records.h"

namespace duetto {

class Session;
struct Stream;

struct Callbacks {
  // nullptr if there is no memory. Lives as long as the process.
  static const nghttp2_session_callbacks* table(PaddingStrategy padding);

  static ng::Ssize read_body(nghttp2_session*, int32_t id, uint8_t* buffer, size_t length,
                             uint32_t* flags, nghttp2_data_source* source, void* user);
  static int on_frame_sent(nghttp2_session*, const nghttp2_frame*, void*);

 private:
  static nghttp2_session_callbacks* make(bool pads);

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame*, void*);
  static int on_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf* name,
                       nghttp2_rcbuf* value, uint8_t flags, void*);
  static int on_invalid_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf* name,
                               nghttp2_rcbuf* value, uint8_t flags, void*);
  static int on_frame_received(nghttp2_session*, const nghttp2_frame*, void*);
  static int on_data_chunk(nghttp2_session*, uint8_t flags, int32_t id, const uint8_t* data,
                           size_t length, void*);
  static int on_stream_close(nghttp2_session*, int32_t id, uint32_t code, void*);
  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int code, void*);
  static int on_frame_not_sent(nghttp2_session*, const nghttp2_frame*, int code, void*);
  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd*, void*);
  static int send_body(nghttp2_session*, nghttp2_frame*, const uint8_t* header, size_t length,
                       nghttp2_data_source*, void*);
  static ng::Ssize select_padding(nghttp2_session*, const nghttp2_frame*, size_t most, void*);

  static void put_settings(Session*, bool remote, int32_t* at);
  static int count_field(Session*, Stream*, size_t length);
  static int end_of_headers(Session*, const nghttp2_frame*, int32_t id);
  static int too_many_invalid_frames(Session*);
  static int look_for_floods(Session*, const nghttp2_frame_hd*);
  static int note_empty_frame(Session*);
  // The session ends: on_limit() has told why.
  static int break_limit(Session*, Limit, uint64_t reached, uint64_t allowed);
  static int refuse(Session*, int32_t id, Limit, uint64_t reached, uint64_t allowed,
                    uint32_t code = NGHTTP2_ENHANCE_YOUR_CALM);
  static int refuse_stream(Session*, int32_t id, Limit);
  static void note_refused_by_nghttp2(Session*, const nghttp2_frame*, int code);
  static void note_too_long_to_send(Session*, const nghttp2_frame*);
  static void want_trailers(Session*, Stream*);
};

}  // namespace duetto

#endif  // DUETTO_CORE_CALLBACKS_H_
