#include "inbound.h"

namespace duetto {

ng::Ssize Inbound::parse(const uint8_t* data, size_t length) {
  if (!c_.is_server()) return ng::mem_recv(c_.ng, data, length);
  size_t fed = 0;
  bool resets = false;
  FrameHead head;
  for (size_t at = 0; scanner_.next(data, length, &at, &head);) {
    if (head.type == NGHTTP2_RST_STREAM) resets = true;
    // What is known to be open, and is not reset within this chunk, is nghttp2's to judge.
    if (head.type != NGHTTP2_DATA || (!resets && c_.streams.find(head.stream_id) != nullptr)) continue;
    const size_t before = at < FrameHead::kLength ? 0 : at - FrameHead::kLength;
    if (before > fed) {
      const ng::Ssize n = ng::mem_recv(c_.ng, data + fed, before - fed);
      if (n < 0) return n;
      fed = before;
    }
    if (peer_streams_.is_over(head.stream_id) && c_.streams.find(head.stream_id) == nullptr)
      return shutdown_.violation(NGHTTP2_STREAM_CLOSED, NGHTTP2_ERR_STREAM_CLOSED);
  }
  return fed < length ? ng::mem_recv(c_.ng, data + fed, length - fed) : 0;
}

int Inbound::headers_begin(const nghttp2_frame_hd& hd) {
  const int32_t id = hd.stream_id;
  const bool open = c_.streams.find(id) != nullptr;
  if (!c_.is_server() || (id & 1) == 0) {
    if (!open) floods_.passes_over(hd);
    return 0;
  }
  if (id > peer_streams_.newest()) {
    // Ids can be left out such that those that are used fall on one place of nghttp2's table.
    if (peer_streams_.begin(id)) floods_.costly();
  } else if (!open) {
    if (peer_streams_.was_left_out(id)) return shutdown_.violation(NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ERR_PROTO);
    if (peer_streams_.is_over(id)) return shutdown_.violation(NGHTTP2_STREAM_CLOSED, NGHTTP2_ERR_STREAM_CLOSED);
    floods_.passes_over(hd);
  }
  if ((hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) peer_streams_.end(id);
  return 0;
}

}  // namespace duetto
