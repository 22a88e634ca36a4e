// Frames as lines of text, like those of nghttp, for DUETTO_DEBUG.
#ifndef DUETTO_CORE_TRACE_H_
#define DUETTO_CORE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "ng.h"

namespace duetto {

class Trace {
 public:
  explicit Trace(uint64_t start) : start_(start) {}

  void begin_received(const nghttp2_frame_hd& hd);
  // A field of the block that is being received.
  void field(const nghttp2_vec& name, const nghttp2_vec& value, uint8_t flags);
  void received(const nghttp2_frame* frame);
  // Nobody gets the frame that has begun.
  void refused() { flush_pending(); }
  void invalid(const nghttp2_frame* frame, int code);
  void sent(const nghttp2_frame* frame);
  void not_sent(const nghttp2_frame* frame, int code);

  bool empty() const { return text_.empty(); }
  // The lines since the last call, each with its newline.
  std::string take() { return std::move(text_); }

 private:
  void head(const char* what, const nghttp2_frame_hd& hd);
  void flags(const nghttp2_frame_hd& hd);
  void content(const nghttp2_frame* frame);
  void settings(const nghttp2_settings& frame);
  void put(const char* format, ...);
  void put_text(const uint8_t* data, size_t length);
  void put_field(std::string* to, const uint8_t* name, size_t name_length, const uint8_t* value,
                 size_t value_length, bool sensitive);
  void flush_pending();

  uint64_t start_;
  std::string text_;
  std::string fields_;
  // A frame that has begun and that nobody has told of yet.
  nghttp2_frame_hd pending_{};
  bool has_pending_ = false;
};

}  // namespace duetto

#endif  // DUETTO_CORE_TRACE_H_
