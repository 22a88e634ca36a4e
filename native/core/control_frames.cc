#include "control_frames.h"

#include <algorithm>

namespace duetto {

namespace {
int32_t big_endian(const uint8_t* p) {
  return static_cast<int32_t>(uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]});
}

// The values are those of now: when the record is read, others may have come.
int32_t* put_reported(const Connection& c, bool remote, int32_t* at) {
  for (const int32_t id : kReportedSettings)
    *at++ = static_cast<int32_t>(remote ? c.remote_setting(id) : c.local_setting(id));
  return at;
}
}  // namespace

int ControlFrames::record(const nghttp2_frame& frame) {
  const int32_t id = frame.hd.stream_id;
  const bool ack = (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
  switch (frame.hd.type) {
    case NGHTTP2_SETTINGS:
      return ack ? settings_ack() : settings(frame.settings);
    case NGHTTP2_GOAWAY:
      return goaway(frame.goaway);
    case NGHTTP2_ALTSVC:
      return altsvc(id, *static_cast<const nghttp2_ext_altsvc*>(frame.ext.payload));
    case NGHTTP2_ORIGIN:
      return origin(*static_cast<const nghttp2_ext_origin*>(frame.ext.payload));
    case NGHTTP2_PING: {
      const int32_t first = big_endian(frame.ping.opaque_data);
      const int32_t second = big_endian(frame.ping.opaque_data + 4);
      const bool recorded = ack ? c_.recorder.record<kPingAck>(first, second) : c_.recorder.record<kPing>(first, second);
      return recorded ? 0 : c_.recorder.fail();
    }
    case NGHTTP2_PRIORITY: {
      const nghttp2_priority_spec& pri = frame.priority.pri_spec;
      return c_.recorder.record<kPriority>(id, pri.stream_id, pri.weight, pri.exclusive) ? 0 : c_.recorder.fail();
    }
    default:
      return 0;
  }
}

int ControlFrames::settings_ack() {
  int32_t* at = c_.recorder.batch()->record_in_place<kSettingsAck>();
  if (at == nullptr) return c_.recorder.fail();
  put_reported(c_, false, at);
  return 0;
}

int ControlFrames::settings(const nghttp2_settings& frame) {
  const uint16_t* watched_end = watched_ + watched_count_;
  const auto is_watched = [this, watched_end](const nghttp2_settings_entry& entry) {
    return std::find(static_cast<const uint16_t*>(watched_), watched_end, entry.settings_id) != watched_end;
  };
  LentArray<int32_t>& ints = c_.recorder.batch()->ints;
  int32_t* at = c_.recorder.batch()->record_in_place<kSettings>();
  if (at == nullptr) return c_.recorder.fail();
  const auto custom = std::count_if(frame.iv, frame.iv + frame.niv, is_watched);
  *put_reported(c_, true, at) = static_cast<int32_t>(custom);
  int32_t* pair = custom == 0 ? at : ints.append(2 * static_cast<size_t>(custom));
  if (pair == nullptr) return c_.recorder.fail();
  for (size_t i = 0; custom > 0 && i < frame.niv; ++i) {
    if (!is_watched(frame.iv[i])) continue;
    *pair++ = frame.iv[i].settings_id;
    *pair++ = static_cast<int32_t>(frame.iv[i].value);
  }
  return 0;
}

bool ControlFrames::watch(uint16_t id) {
  if (watched_count_ == kMaxWatched) return false;
  watched_[watched_count_++] = id;
  return true;
}

int ControlFrames::goaway(const nghttp2_goaway& frame) {
  const bool whole = c_.recorder.record<kGoaway>(frame.error_code, frame.last_stream_id, frame.opaque_data_len) &&
                     c_.recorder.batch()->put_bytes(frame.opaque_data, frame.opaque_data_len);
  return whole ? 0 : c_.recorder.fail();
}

int ControlFrames::altsvc(int32_t id, const nghttp2_ext_altsvc& frame) {
  const bool whole = c_.recorder.record<kAltsvc>(id, frame.origin_len, frame.field_value_len) &&
                     c_.recorder.batch()->put_bytes(frame.origin, frame.origin_len) &&
                     c_.recorder.batch()->put_bytes(frame.field_value, frame.field_value_len);
  return whole ? 0 : c_.recorder.fail();
}

int ControlFrames::origin(const nghttp2_ext_origin& frame) {
  EventBatch* batch = c_.recorder.batch();
  if (!c_.recorder.record<kOrigin>(frame.nov)) return c_.recorder.fail();
  if (frame.nov == 0) return 0;
  int32_t* lengths = batch->ints.append(frame.nov);
  if (lengths == nullptr) return c_.recorder.fail();
  for (size_t i = 0; i < frame.nov; ++i) {
    lengths[i] = static_cast<int32_t>(frame.ov[i].origin_len);
    if (!batch->put_bytes(frame.ov[i].origin, frame.ov[i].origin_len)) return c_.recorder.fail();
  }
  return 0;
}

}  // namespace duetto
