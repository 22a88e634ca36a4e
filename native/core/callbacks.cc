#include "callbacks.h"

#include "padding.h"
#include "parts.h"

namespace duetto {

namespace {
Parts& of(void* user) { return *static_cast<Parts*>(user); }

int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* hd, void* user) { return of(user).receiver.frame_begins(*hd); }

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  return of(user).receiver.block_begins(*frame);
}

int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags,
              void* user) {
  return of(user).receiver.field(*frame, name, value, flags);
}

int on_invalid_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t,
                      void* user) {
  return of(user).receiver.malformed_field(*frame, name, value);
}

int on_data_chunk(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t length, void* user) {
  return of(user).receiver.data(id, data, length);
}

int on_frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) { return of(user).receiver.frame(*frame); }

int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
  return of(user).receiver.invalid_frame(*frame, error);
}

int on_stream_close(nghttp2_session*, int32_t id, uint32_t code, void* user) {
  return of(user).receiver.stream_closes(id, code);
}

int send_body(nghttp2_session*, nghttp2_frame* frame, const uint8_t* header, size_t length, nghttp2_data_source* source,
              void* user) {
  return of(user).outbound.send_body(static_cast<Stream*>(source->ptr), *frame, header, length);
}

int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  of(user).frame_sent(*frame);
  return 0;
}

int on_frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
  of(user).outbound.frame_not_sent(*frame, error);
  return 0;
}

ng::Ssize select_padding(nghttp2_session*, const nghttp2_frame* frame, size_t most, void* user) {
  return static_cast<ng::Ssize>(padded_length(of(user).connection.options.padding, frame->hd.length, most));
}

nghttp2_session_callbacks* make(bool pads) {
  nghttp2_session_callbacks* cb = nullptr;
  if (nghttp2_session_callbacks_new(&cb) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_begin_frame_callback(cb, on_begin_frame);
  nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_frame_sent);
  nghttp2_session_callbacks_set_on_begin_headers_callback(cb, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(cb, on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback2(cb, on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data_chunk);
  nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_stream_close);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(cb, on_invalid_frame);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(cb, on_frame_not_sent);
  // No error callback: for each malformed field nghttp2 would print its name and value.
  nghttp2_session_callbacks_set_send_data_callback(cb, send_body);
  if (pads) ng::set_select_padding(cb, select_padding);
  return cb;
}
}  // namespace

ng::Ssize read_body_of(nghttp2_session*, int32_t, uint8_t*, size_t length, uint32_t* flags, nghttp2_data_source* source,
                       void* user) {
  return of(user).outbound.read_body(static_cast<Stream*>(source->ptr), length, flags);
}

const nghttp2_session_callbacks* callbacks_for(PaddingStrategy padding) {
  static nghttp2_session_callbacks* const plain = make(false);
  static nghttp2_session_callbacks* const padded = make(true);
  return padding == PaddingStrategy::kNone ? plain : padded;
}

}  // namespace duetto
