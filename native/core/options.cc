#include "options.h"

#include <algorithm>

namespace duetto {

namespace {
template <typename T>
T clamp(double value, T least, T most) {
  if (!(value >= static_cast<double>(least))) return least;
  if (value >= static_cast<double>(most)) return most;
  return static_cast<T>(value);
}

uint32_t u32(double value) { return clamp<uint32_t>(value, 0, UINT32_MAX); }
}  // namespace

Options Options::from(Role role, const double* values) {
  Options o;
  o.role = role;
  std::copy(values, values + kOptCount, o.given_);
  if (o.has(kOptPaddingStrategy)) {
    o.padding = static_cast<PaddingStrategy>(clamp<int32_t>(values[kOptPaddingStrategy], 0, 3));
  }
  if (o.has(kOptMaxHeaderListPairs)) o.max_header_list_pairs = u32(values[kOptMaxHeaderListPairs]);
  // A request cannot have fewer fields than its pseudo-header fields.
  o.max_header_list_pairs = std::max<uint32_t>(o.max_header_list_pairs, role == Role::kServer ? 4 : 1);
  if (o.has(kOptMaxSessionMemory)) {
    // Given in megabytes of 10^6 bytes.
    o.max_session_memory = clamp<uint64_t>(values[kOptMaxSessionMemory] * 1e6, 1, INT64_MAX / 2);
  }
  if (o.has(kOptMaxInvalidFrames)) o.max_invalid_frames = u32(values[kOptMaxInvalidFrames]);
  if (o.has(kOptMaxRejectedStreams)) o.max_rejected_streams = u32(values[kOptMaxRejectedStreams]);
  if (o.has(kOptMaxSettings)) o.max_settings = u32(values[kOptMaxSettings]);
  if (o.has(kOptMaxSendHeaderBlockLength))
    o.max_send_header_block = u32(values[kOptMaxSendHeaderBlockLength]);
  if (o.has(kOptStreamResetRate) && o.has(kOptStreamResetBurst)) {
    o.reset_burst = u32(values[kOptStreamResetBurst]);
    o.reset_rate = u32(values[kOptStreamResetRate]);
  }
  if (o.has(kOptMaxContinuations)) o.max_continuations = u32(values[kOptMaxContinuations]);
  if (o.has(kOptMaxOutboundAcks)) o.max_outbound_acks = u32(values[kOptMaxOutboundAcks]);
  if (o.has(kOptMaxOutboundFrames)) o.max_outbound_frames = u32(values[kOptMaxOutboundFrames]);
  if (o.has(kOptMaxReservedRemoteStreams))
    o.max_reserved_streams = u32(values[kOptMaxReservedRemoteStreams]);
  // node:http2 counts empty frames among the invalid ones.
  o.max_empty_frames =
      o.has(kOptMaxEmptyFrames) ? u32(values[kOptMaxEmptyFrames]) : o.max_invalid_frames;
  if (o.has(kOptGlitchBurst)) o.glitch_burst = u32(values[kOptGlitchBurst]);
  if (o.has(kOptGlitchRate)) o.glitch_rate = u32(values[kOptGlitchRate]);
  o.glitches_of_nghttp2 = o.has(kOptGlitchesOfNghttp2);
  o.trace = o.has(kOptTrace);
  return o;
}

void Options::apply_to(nghttp2_option* option) const {
  // A closed stream is not kept for the priority tree: memory for nothing.
  ng::option_set_no_closed_streams(option);
  // WINDOW_UPDATE is sent when the reader has taken the bytes, not before.
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_peer_max_concurrent_streams(
      option, has(kOptPeerMaxConcurrentStreams) ? u32(given_[kOptPeerMaxConcurrentStreams])
                                                : kDefaultPeerMaxConcurrentStreams);
  if (has(kOptMaxDeflateDynamicTableSize)) {
    nghttp2_option_set_max_deflate_dynamic_table_size(option,
                                                      u32(given_[kOptMaxDeflateDynamicTableSize]));
  }
  // The core counts these two, and says which was met.
  nghttp2_option_set_max_reserved_remote_streams(option, UINT32_MAX);
  ng::option_set_max_outbound_queue_size(option);
  if (has(kOptMaxSendHeaderBlockLength))
    nghttp2_option_set_max_send_header_block_length(option, max_send_header_block);
  if (has(kOptMaxSettings)) ng::option_set_max_settings(option, max_settings);
  if (has(kOptStreamResetRate) && has(kOptStreamResetBurst))
    ng::option_set_stream_reset_rate_limit(option, reset_burst, reset_rate);
  if (has(kOptMaxContinuations)) ng::option_set_max_continuations(option, max_continuations);
  if (has(kOptMaxOutboundAcks)) nghttp2_option_set_max_outbound_ack(option, max_outbound_acks);
  // The core counts more than nghttp2 does, the same with every version of it, and says why.
  if (!glitches_of_nghttp2) ng::option_set_glitch_rate_limit(option, UINT64_MAX, UINT64_MAX);
  if (has(kOptLenientWhitespace) && given_[kOptLenientWhitespace] != 0)
    ng::option_set_lenient_whitespace(option);
  if (role == Role::kClient) {
    nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ALTSVC);
    nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ORIGIN);
  }
}

}  // namespace duetto
