// What is recorded of frames that are not parts of a message.
#ifndef DUETTO_CORE_CONTROL_FRAMES_H_
#define DUETTO_CORE_CONTROL_FRAMES_H_

#include <cstddef>
#include <cstdint>

#include "connection.h"

namespace duetto {

class ControlFrames {
 public:
  explicit ControlFrames(Connection& connection) : c_(connection) {}

  // An error of nghttp2's if there is no memory.
  int record(const nghttp2_frame& frame);
  // Which custom settings of the peer are reported; false if they are too many.
  bool watch(uint16_t id);

 private:
  // node:http2's MAX_ADDITIONAL_SETTINGS.
  static constexpr size_t kMaxWatched = 10;

  int settings(const nghttp2_settings& frame);
  int settings_ack();
  int goaway(const nghttp2_goaway& frame);
  int altsvc(int32_t id, const nghttp2_ext_altsvc& frame);
  int origin(const nghttp2_ext_origin& frame);

  Connection& c_;
  uint16_t watched_[kMaxWatched];
  size_t watched_count_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_CONTROL_FRAMES_H_
