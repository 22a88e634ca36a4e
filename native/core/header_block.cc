#include "header_block.h"

namespace duetto {

namespace {
// Where in the record the fields are that are known at the end of the block.
constexpr size_t kCategory = 2;
constexpr size_t kFlags = 3;
constexpr size_t kFieldCount = 4;
constexpr size_t kPairInts = 5;
constexpr size_t kRecordInts = 1 + kFieldInts<kHeaders>;

// A number, or kLiteral and such with the length behind it and the bytes in their region.
bool put_code(EventBatch* batch, int32_t code, bool literal, const nghttp2_vec& text) {
  int32_t* at = batch->ints.append(literal ? 2 : 1);
  if (at == nullptr) return false;
  at[0] = code;
  if (!literal) return true;
  at[1] = static_cast<int32_t>(text.len);
  return batch->put_bytes(text.base, text.len);
}
}  // namespace

void HeaderBlock::resume() {
  is_new_ = false;
  if (partial_ints_.size() == 0) return;
  at_ = c_.recorder.batch()->ints.size();
  bytes_at_ = c_.recorder.batch()->bytes.size();
}

bool HeaderBlock::put_aside() {
  if (at_ == 0) return true;
  EventBatch* batch = c_.recorder.batch();
  const size_t ints = batch->ints.size() - at_;
  const size_t bytes = batch->bytes.size() - bytes_at_;
  const bool fits = partial_ints_.insert(partial_ints_.size(), batch->ints.data() + at_, ints) &&
                    partial_bytes_.insert(partial_bytes_.size(), batch->bytes.data() + bytes_at_, bytes);
  batch->ints.truncate(at_);
  batch->bytes.truncate(bytes_at_);
  at_ = 0;
  return fits;
}

int32_t HeaderBlock::notes() const {
  if (partial_ints_.size() == 0) return 0;
  return is_new_ ? kNoteBlockBegins : kNoteBlockGoesOn;
}

int HeaderBlock::begin(Stream* stream) {
  release(stream);
  stream->header_pairs = 0;
  stream->malformed_fields = 0;
  stream->header_length = 0;
  drop();
  is_new_ = true;
  EventBatch* batch = c_.recorder.batch();
  at_ = batch->ints.size();
  bytes_at_ = batch->bytes.size();
  return c_.recorder.record<kHeaders>(stream->id, 0, 0, 0, 0) ? 0 : c_.recorder.fail();
}

Breach HeaderBlock::count_field(Stream* stream, size_t length) {
  c_.statistics.count(kStatFieldsReceived, length);
  const uint64_t size = length + 32;  // RFC 9113, section 6.5.2
  const uint64_t pairs = uint64_t{stream->header_pairs} + stream->malformed_fields + 1;
  if (pairs > c_.options.max_header_list_pairs)
    return {kLimitHeaderListPairs, pairs, c_.options.max_header_list_pairs};
  if (stream->header_length + size > stream->max_header_length)
    return {kLimitHeaderListSize, stream->header_length + size, stream->max_header_length};
  stream->header_length += size;
  list_bytes_ += size;
  return {};
}

int HeaderBlock::field(Stream* stream, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags) {
  ++stream->header_pairs;
  EventBatch* batch = c_.recorder.batch();
  const bool sensitive = (flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0;
  const int32_t name_id = c_.shared->strings.name(name, &names_left_);
  if (!put_code(batch, name_id * 2 + (sensitive ? 1 : 0), name_id == kLiteral, nghttp2_rcbuf_get_buf(name)))
    return c_.recorder.fail();

  const nghttp2_vec text = nghttp2_rcbuf_get_buf(value);
  int32_t code = kLiteral;
  if (nghttp2_rcbuf_is_static(value)) {
    const int32_t known = c_.shared->strings.static_value(value);
    if (known != kLiteral) code = known * 2;
  } else if (!sensitive) {
    const ValueCache::Result found = values_.find(value, text);
    if (found.found == ValueCache::Found::kKnown) code = found.id * 2 + 1;
    if (found.found == ValueCache::Found::kNew) code = -(found.id + 2);
  }
  c_.statistics.count(code < 0 ? kStatCacheMisses : kStatCacheHits);
  return put_code(batch, code, code < 0, text) ? 0 : c_.recorder.fail();
}

int HeaderBlock::finish(Stream* stream, const nghttp2_frame& frame) {
  if (!join()) return c_.recorder.fail();
  LentArray<int32_t>& ints = c_.recorder.batch()->ints;
  int32_t* record = ints.data() + at_;
  c_.statistics.header_block(stream);
  record[kCategory] = frame.hd.type == NGHTTP2_HEADERS ? frame.headers.cat : NGHTTP2_HCAT_REQUEST;
  record[kFlags] = frame.hd.flags;
  record[kFieldCount] = static_cast<int32_t>(stream->header_pairs);
  record[kPairInts] = static_cast<int32_t>(ints.size() - at_ - kRecordInts);
  at_ = 0;
  return 0;
}

void HeaderBlock::drop() {
  if (stream_id() == 0) return;
  if (at_ != 0) {
    c_.recorder.batch()->ints.truncate(at_);
    c_.recorder.batch()->bytes.truncate(bytes_at_);
  }
  forget_partial();
  at_ = 0;
  // The block may have given out numbers that the reader now never learns.
  values_.clear();
}

void HeaderBlock::forget_partial() {
  partial_ints_.lend(nullptr, 0);
  partial_bytes_.lend(nullptr, 0);
}

bool HeaderBlock::join() {
  if (partial_ints_.size() == 0) return true;
  EventBatch* batch = c_.recorder.batch();
  const bool fits = batch->ints.insert(at_, partial_ints_.data(), partial_ints_.size()) &&
                    batch->bytes.insert(bytes_at_, partial_bytes_.data(), partial_bytes_.size());
  forget_partial();
  return fits;
}

int32_t HeaderBlock::stream_id() {
  if (partial_ints_.size() > 0) return partial_ints_.data()[1];
  return at_ == 0 ? 0 : c_.recorder.batch()->ints.data()[at_ + 1];
}

}  // namespace duetto
