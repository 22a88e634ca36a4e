#include "trace.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "counters.h"

namespace duetto {

namespace {
// A line is for reading: of a long value its beginning will do.
constexpr size_t kMostOfValue = 256;
constexpr size_t kMostOfFields = 8192;

const char* type_name(uint8_t type) {
  static const char* const names[] = {"DATA",         "HEADERS", "PRIORITY", "RST_STREAM",    "SETTINGS",
                                      "PUSH_PROMISE", "PING",    "GOAWAY",   "WINDOW_UPDATE", "CONTINUATION",
                                      "ALTSVC",       "(0x0b)",  "ORIGIN"};
  return type < sizeof names / sizeof *names ? names[type] : nullptr;
}

const char* setting_name(int32_t id) {
  switch (id) {
    case 1: return "HEADER_TABLE_SIZE";
    case 2: return "ENABLE_PUSH";
    case 3: return "MAX_CONCURRENT_STREAMS";
    case 4: return "INITIAL_WINDOW_SIZE";
    case 5: return "MAX_FRAME_SIZE";
    case 6: return "MAX_HEADER_LIST_SIZE";
    case 8: return "ENABLE_CONNECT_PROTOCOL";
    case 9: return "NO_RFC7540_PRIORITIES";
    default: return "UNKNOWN";
  }
}

bool is(const uint8_t* name, size_t length, const char* other) {
  return length == std::strlen(other) && std::memcmp(name, other, length) == 0;
}

// Whoever marks fields as sensitive forgets these: they are secrets by nature.
bool is_secret(const uint8_t* name, size_t length) {
  return is(name, length, "authorization") || is(name, length, "proxy-authorization") ||
         is(name, length, "cookie") || is(name, length, "set-cookie");
}

// What could forge a line, or disturb a terminal, is escaped.
void escape(std::string* to, const uint8_t* data, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    if (i == kMostOfValue) {
      to->append("...");
      return;
    }
    if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '\\') {
      to->push_back(static_cast<char>(data[i]));
    } else {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", data[i]);
      to->append(hex);
    }
  }
}
}  // namespace

void Trace::put(const char* format, ...) {
  char buffer[256];
  va_list args;
  va_start(args, format);
  std::vsnprintf(buffer, sizeof buffer, format, args);
  va_end(args);
  text_.append(buffer);
}

void Trace::put_text(const uint8_t* data, size_t length) { escape(&text_, data, length); }

void Trace::put_field(std::string* to, const uint8_t* name, size_t name_length,
                      const uint8_t* value, size_t value_length, bool sensitive) {
  if (to->size() > kMostOfFields) return;
  to->append(" [");
  escape(to, name, name_length);
  to->append(": ");
  if (sensitive || is_secret(name, name_length))
    to->append("<sensitive>");
  else
    escape(to, value, value_length);
  to->append("]");
}

void Trace::head(const char* what, const nghttp2_frame_hd& hd) {
  put("[%7.3f] %s ", static_cast<double>(now_ns() - start_) / 1e9, what);
  const char* name = type_name(hd.type);
  if (name != nullptr)
    put("%s", name);
  else
    put("(0x%02x)", hd.type);
  put(" frame <length=%zu, flags=0x%02x, stream_id=%d>", hd.length, hd.flags, hd.stream_id);
  flags(hd);
}

void Trace::flags(const nghttp2_frame_hd& hd) {
  const bool block = hd.type == NGHTTP2_HEADERS || hd.type == NGHTTP2_PUSH_PROMISE;
  if ((hd.type == NGHTTP2_SETTINGS || hd.type == NGHTTP2_PING) && (hd.flags & NGHTTP2_FLAG_ACK))
    put(" ACK");
  if ((hd.type == NGHTTP2_DATA || hd.type == NGHTTP2_HEADERS) &&
      (hd.flags & NGHTTP2_FLAG_END_STREAM))
    put(" END_STREAM");
  if (block && (hd.flags & NGHTTP2_FLAG_END_HEADERS)) put(" END_HEADERS");
  if ((block || hd.type == NGHTTP2_DATA) && (hd.flags & NGHTTP2_FLAG_PADDED)) put(" PADDED");
  if (hd.type == NGHTTP2_HEADERS && (hd.flags & NGHTTP2_FLAG_PRIORITY)) put(" PRIORITY");
}

void Trace::settings(const nghttp2_settings& frame) {
  for (size_t i = 0; i < frame.niv; ++i)
    put(" [%s(0x%02x): %u]", setting_name(frame.iv[i].settings_id), frame.iv[i].settings_id,
        frame.iv[i].value);
}

void Trace::content(const nghttp2_frame* frame) {
  switch (frame->hd.type) {
    case NGHTTP2_PRIORITY:
      put(" (dep_stream_id=%d, weight=%d, exclusive=%d)", frame->priority.pri_spec.stream_id,
          frame->priority.pri_spec.weight, frame->priority.pri_spec.exclusive);
      break;
    case NGHTTP2_RST_STREAM:
      put(" (error_code=%s(0x%02x))", nghttp2_http2_strerror(frame->rst_stream.error_code),
          frame->rst_stream.error_code);
      break;
    case NGHTTP2_SETTINGS:
      settings(frame->settings);
      break;
    case NGHTTP2_PUSH_PROMISE:
      put(" (promised_stream_id=%d)", frame->push_promise.promised_stream_id);
      break;
    case NGHTTP2_PING:
      put(" (opaque_data=");
      for (const uint8_t byte : frame->ping.opaque_data) put("%02x", byte);
      put(")");
      break;
    case NGHTTP2_GOAWAY:
      put(" (last_stream_id=%d, error_code=%s(0x%02x), opaque_data=", frame->goaway.last_stream_id,
          nghttp2_http2_strerror(frame->goaway.error_code), frame->goaway.error_code);
      put_text(frame->goaway.opaque_data, frame->goaway.opaque_data_len);
      put(")");
      break;
    case NGHTTP2_WINDOW_UPDATE:
      put(" (window_size_increment=%d)", frame->window_update.window_size_increment);
      break;
    default:
      break;
  }
}

void Trace::flush_pending() {
  if (!has_pending_) return;
  has_pending_ = false;
  head("recv", pending_);
  text_.append(" ignored\n");
  fields_.clear();
}

void Trace::begin_received(const nghttp2_frame_hd& hd) {
  // A block goes on: its frame is told of when it is whole.
  if (hd.type == NGHTTP2_CONTINUATION) {
    head("recv", hd);
    text_.append("\n");
    return;
  }
  flush_pending();
  pending_ = hd;
  has_pending_ = true;
}

void Trace::field(const nghttp2_vec& name, const nghttp2_vec& value, uint8_t flags) {
  put_field(&fields_, name.base, name.len, value.base, value.len,
            (flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0);
}

void Trace::received(const nghttp2_frame* frame) {
  has_pending_ = false;
  head("recv", frame->hd);
  content(frame);
  text_.append(fields_).append("\n");
  fields_.clear();
}

void Trace::invalid(const nghttp2_frame* frame, int code) {
  has_pending_ = false;
  head("recv", frame->hd);
  put(" invalid: %s\n", nghttp2_strerror(code));
  fields_.clear();
}

void Trace::sent(const nghttp2_frame* frame) {
  head("send", frame->hd);
  content(frame);
  const nghttp2_nv* nva = nullptr;
  size_t n = 0;
  if (frame->hd.type == NGHTTP2_HEADERS) {
    nva = frame->headers.nva;
    n = frame->headers.nvlen;
  } else if (frame->hd.type == NGHTTP2_PUSH_PROMISE) {
    nva = frame->push_promise.nva;
    n = frame->push_promise.nvlen;
  }
  std::string fields;
  for (size_t i = 0; i < n; ++i)
    put_field(&fields, nva[i].name, nva[i].namelen, nva[i].value, nva[i].valuelen,
              (nva[i].flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0);
  text_.append(fields).append("\n");
}

void Trace::not_sent(const nghttp2_frame* frame, int code) {
  head("not sent:", frame->hd);
  put(" %s\n", nghttp2_strerror(code));
}

}  // namespace duetto
