// The one place that knows which nghttp2 is being compiled in.
//
// Everything else in the core uses the names of this header; a new nghttp2
// that renames or drops something is met here with a check on
// NGHTTP2_VERSION_NUM and nowhere else.
#ifndef DUETTO_CORE_NG_H_
#define DUETTO_CORE_NG_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(_WIN32)
#include <basetsd.h>
typedef SSIZE_T ssize_t;
#else
#include <sys/types.h>
#endif

#include <nghttp2/nghttp2.h>

namespace duetto::ng {

#if NGHTTP2_VERSION_NUM >= 0x013c00  // 1.60.0: nghttp2_ssize and the *2 names
using Ssize = nghttp2_ssize;
using DataProvider = nghttp2_data_provider2;

inline Ssize mem_recv(nghttp2_session* s, const uint8_t* in, size_t n) {
  return nghttp2_session_mem_recv2(s, in, n);
}
inline Ssize mem_send(nghttp2_session* s, const uint8_t** data) {
  return nghttp2_session_mem_send2(s, data);
}
inline int32_t submit_request(nghttp2_session* s, const nghttp2_priority_spec* pri,
                              const nghttp2_nv* nva, size_t n, const DataProvider* data) {
  return nghttp2_submit_request2(s, pri, nva, n, data, nullptr);
}
inline int submit_response(nghttp2_session* s, int32_t id, const nghttp2_nv* nva, size_t n,
                           const DataProvider* data) {
  return nghttp2_submit_response2(s, id, nva, n, data);
}
inline int submit_data(nghttp2_session* s, uint8_t flags, int32_t id, const DataProvider* data) {
  return nghttp2_submit_data2(s, flags, id, data);
}
inline void set_select_padding(nghttp2_session_callbacks* cb,
                               Ssize (*fn)(nghttp2_session*, const nghttp2_frame*, size_t, void*)) {
  nghttp2_session_callbacks_set_select_padding_callback2(cb, fn);
}
inline Ssize inflate(nghttp2_hd_inflater* inflater, nghttp2_nv* nv, int* flags, const uint8_t* in,
                     size_t n) {
  return nghttp2_hd_inflate_hd3(inflater, nv, flags, in, n, 1);
}
#else
using Ssize = ssize_t;
using DataProvider = nghttp2_data_provider;

inline Ssize mem_recv(nghttp2_session* s, const uint8_t* in, size_t n) {
  return nghttp2_session_mem_recv(s, in, n);
}
inline Ssize mem_send(nghttp2_session* s, const uint8_t** data) {
  return nghttp2_session_mem_send(s, data);
}
inline int32_t submit_request(nghttp2_session* s, const nghttp2_priority_spec* pri,
                              const nghttp2_nv* nva, size_t n, const DataProvider* data) {
  return nghttp2_submit_request(s, pri, nva, n, data, nullptr);
}
inline int submit_response(nghttp2_session* s, int32_t id, const nghttp2_nv* nva, size_t n,
                           const DataProvider* data) {
  return nghttp2_submit_response(s, id, nva, n, data);
}
inline int submit_data(nghttp2_session* s, uint8_t flags, int32_t id, const DataProvider* data) {
  return nghttp2_submit_data(s, flags, id, data);
}
inline void set_select_padding(nghttp2_session_callbacks* cb,
                               Ssize (*fn)(nghttp2_session*, const nghttp2_frame*, size_t, void*)) {
  nghttp2_session_callbacks_set_select_padding_callback(cb, fn);
}
inline Ssize inflate(nghttp2_hd_inflater* inflater, nghttp2_nv* nv, int* flags, const uint8_t* in,
                     size_t n) {
  return nghttp2_hd_inflate_hd2(inflater, nv, flags, in, n, 1);
}
#endif

// NGHTTP2_ERR_TOO_MANY_CONTINUATIONS, which some versions have only as a patch.
inline constexpr int kTooManyContinuations = -905;

// RFC 7540 priorities are no-ops from 1.65.0 on.
inline constexpr bool kHasPriorities = NGHTTP2_VERSION_NUM < 0x014100;

// nghttp2_option_set_glitch_rate_limit: 1.67.0.
inline constexpr bool kHasGlitchLimit = NGHTTP2_VERSION_NUM >= 0x014300;

inline void option_set_no_closed_streams(nghttp2_option* o) {
#if NGHTTP2_VERSION_NUM < 0x014100  // 1.65.0: deprecated, closed streams are never kept
  nghttp2_option_set_no_closed_streams(o, 1);
#else
  (void)o;
#endif
}

// 1.57.0; Debian's 1.52 carries it as a patch, which no version number tells.
template <typename Option>
void option_set_stream_reset_rate_limit(Option* o, uint64_t burst, uint64_t rate) {
  if constexpr (requires { nghttp2_option_set_stream_reset_rate_limit(o, burst, rate); })
    nghttp2_option_set_stream_reset_rate_limit(o, burst, rate);
}

// 1.61.0, and patches of older ones.
template <typename Option>
void option_set_max_continuations(Option* o, size_t most) {
  if constexpr (requires { nghttp2_option_set_max_continuations(o, most); })
    nghttp2_option_set_max_continuations(o, most);
}

template <typename Option>
void option_set_glitch_rate_limit(Option* o, uint64_t burst, uint64_t rate) {
  if constexpr (requires { nghttp2_option_set_glitch_rate_limit(o, burst, rate); })
    nghttp2_option_set_glitch_rate_limit(o, burst, rate);
}

// 1.71.0: frames that may wait to be sent, requests that wait for a stream among them.
template <typename Option>
void option_set_max_outbound_queue_size(Option* o) {
  if constexpr (requires { nghttp2_option_set_max_outbound_queue_size(o, SIZE_MAX); })
    nghttp2_option_set_max_outbound_queue_size(o, SIZE_MAX);
}

inline void option_set_lenient_whitespace(nghttp2_option* o) {
#if NGHTTP2_VERSION_NUM >= 0x013200  // 1.50.0
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(o, 1);
#else
  (void)o;
#endif
}

inline void option_set_max_settings(nghttp2_option* o, size_t n) {
  nghttp2_option_set_max_settings(o, n);
}

// The fields of a frame that is sent; none if it carries none.
struct Fields {
  const nghttp2_nv* begin = nullptr;
  size_t count = 0;

  // Bytes of names and values.
  uint64_t length() const {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += begin[i].namelen + begin[i].valuelen;
    return sum;
  }
  // The longest way to write them, as nghttp2 estimates it before it encodes.
  uint64_t longest_block() const { return length() + 12 * count + 17; }
};

inline Fields fields_of(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
      return {frame.headers.nva, frame.headers.nvlen};
    case NGHTTP2_PUSH_PROMISE:
      return {frame.push_promise.nva, frame.push_promise.nvlen};
    default:
      return {};
  }
}

// When nghttp2 ends a session for a limit of its own, only the debug data of its GOAWAY says so.
inline bool says(const nghttp2_goaway& frame, const char* reason) {
  return frame.opaque_data_len == std::strlen(reason) &&
         std::memcmp(frame.opaque_data, reason, frame.opaque_data_len) == 0;
}
inline bool says_frame_too_large(const nghttp2_goaway& frame) {
  return frame.error_code == NGHTTP2_FRAME_SIZE_ERROR && says(frame, "too large frame size");
}
inline bool says_too_many_settings(const nghttp2_goaway& frame) {
  return says(frame, "SETTINGS: too many setting entries");
}

}  // namespace duetto::ng

#endif  // DUETTO_CORE_NG_H_
