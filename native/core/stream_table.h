// The streams of a session that nghttp2 has open, by their ids.
#ifndef DUETTO_CORE_STREAM_TABLE_H_
#define DUETTO_CORE_STREAM_TABLE_H_

#include "id_map.h"
#include "stream.h"

namespace duetto {

class StreamTable {
 public:
  explicit StreamTable(StreamPool* pool) : pool_(pool) {}
  StreamTable(const StreamTable&) = delete;
  StreamTable& operator=(const StreamTable&) = delete;
  ~StreamTable() {
    streams_.each([this](Stream* stream) { pool_->give_back(stream); });
  }

  Stream* find(int32_t id) const { return streams_.find(id); }
  size_t size() const { return streams_.size(); }
  template <typename Visit>
  void each(Visit visit) const {
    streams_.each(visit);
  }

  // A stream, and room for it in the table; nullptr without memory. It may have
  // no id yet.
  Stream* take(int32_t id) { return streams_.make_room() ? pool_->take(id) : nullptr; }
  void insert(Stream* stream) { streams_.insert(stream->id, stream); }
  void give_back(Stream* stream) { pool_->give_back(stream); }
  // Out of the table; nullptr if it is not there.
  Stream* remove(int32_t id) { return streams_.erase(id); }

 private:
  StreamPool* pool_;
  IdMap<Stream> streams_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_STREAM_TABLE_H_
