#include "parts.h"

namespace duetto {

Stream* Parts::open_stream(int32_t id) {
  Stream* stream = connection.streams.take(id);
  if (stream != nullptr) enter(stream);
  return stream;
}

void Parts::enter(Stream* stream) {
  stream->max_header_length = connection.max_header_list_size();
  connection.streams.insert(stream);
  floods.stream_opened();
  connection.statistics.stream_opened(stream, connection.is_peers(stream->id) ? kStatOpenedByPeer : kStatOpenedHere,
                                      connection.streams.size());
}

void Parts::frame_sent(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) {
    const Breach breach = shutdown.is_known() ? Breach{} : floods.limit_of_goaway(frame.goaway);
    if (!shutdown.goaway_sent(frame.goaway, breach)) return;
  }
  connection.statistics.frame_sent(frame);
  if (frame.hd.type != NGHTTP2_GOAWAY)
    floods.frame_sent(frame, frame.hd.type == NGHTTP2_RST_STREAM ? connection.streams.find(frame.hd.stream_id) : nullptr);
  if (connection.trace != nullptr) connection.trace->sent(&frame);
}

}  // namespace duetto
