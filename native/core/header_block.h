// The header block that is being received. nghttp2 tells of it field by field, and its frames may
// come in many chunks; the reader gets it as one record, or not at all.
#ifndef DUETTO_CORE_HEADER_BLOCK_H_
#define DUETTO_CORE_HEADER_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "connection.h"
#include "event_batch.h"
#include "header_strings.h"

namespace duetto {

class HeaderBlock {
 public:
  explicit HeaderBlock(Connection& connection) : c_(connection) {}
  HeaderBlock(const HeaderBlock&) = delete;
  HeaderBlock& operator=(const HeaderBlock&) = delete;

  // A chunk begins: a block that was put aside goes on.
  void resume();
  // A chunk ends. Only what is new in it is put aside: what a block costs does not depend on how many
  // chunks it comes in. False without memory.
  bool put_aside();
  // For the batch's notes: whether a block goes on in the next chunk, and whether it was there before.
  int32_t notes() const;

  // These return an error of nghttp2's.
  int begin(Stream* stream);
  int field(Stream* stream, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags);
  int finish(Stream* stream, const nghttp2_frame& frame);

  // Counts a field towards the limits of a block; one that is passed refuses the stream.
  Breach count_field(Stream* stream, size_t length);

  // Whether fields are recorded now.
  bool is_recording() const { return at_ != 0; }
  // The stream of the block, or 0.
  int32_t stream_id();
  // Takes it back out of the batch.
  void drop();

  // A stream's header list is needed no more.
  void release(const Stream* stream) { list_bytes_ -= stream->header_length; }
  // Header lists of open streams.
  size_t list_bytes() const { return list_bytes_; }

  const ValueCache& values() const { return values_; }
  // Before nghttp2's session goes, which owns the buffers.
  void clear_values() { values_.clear(); }

 private:
  void forget_partial();
  bool join();

  Connection& c_;
  size_t at_ = 0;        // where the record is or goes on, 0 if there is none
  size_t bytes_at_ = 0;  // where its bytes begin
  // What came of it in chunks before this one.
  LentArray<int32_t> partial_ints_;
  LentArray<uint8_t> partial_bytes_;
  // It was not there when the last chunk ended.
  bool is_new_ = false;
  ValueCache values_;
  uint32_t names_left_ = HeaderStrings::kShare;
  size_t list_bytes_ = 0;
};

}  // namespace duetto

#endif  // DUETTO_CORE_HEADER_BLOCK_H_
