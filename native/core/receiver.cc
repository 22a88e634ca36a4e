#include "receiver.h"

#include "parts.h"

namespace duetto {

namespace {
int32_t stream_of(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_PUSH_PROMISE ? frame.push_promise.promised_stream_id : frame.hd.stream_id;
}
}  // namespace

// -- chunks -----------------------------------------------------------------------

void Receiver::receive(const uint8_t* data, size_t from, size_t to, EventBatch* batch) {
  Recorder& recorder = p_.connection.recorder;
  recorder.begin(batch);
  chunk_ = data;
  p_.connection.statistics.count(kStatBytesReceived, to - from);
  p_.flow.chunk_begins();
  p_.headers.resume();
  const size_t queued = p_.connection.outbound_queue_size();
  const ng::Ssize n = from == to ? 0 : p_.inbound.parse(data + from, to - from);
  if (n < 0)
    failed(n);
  else
    look_at_chunk(queued);
  chunk_ = nullptr;
  p_.flow.waits();
  int32_t* header = batch->ints.data();
  header[kBatchNotes] = p_.notes();
  header[kBatchReceived] = static_cast<int32_t>(to);
  recorder.end();
}

void Receiver::failed(ng::Ssize error) {
  p_.headers.drop();
  Connection& c = p_.connection;
  const auto beyond = [&c](Limit limit, uint64_t allowed) { c.recorder.limit_hit({limit, allowed + 1, allowed}, 0); };
  if (error == NGHTTP2_ERR_FLOODED) beyond(kLimitOutboundAcks, c.options.max_outbound_acks);
  if (error == ng::kTooManyContinuations) beyond(kLimitContinuations, c.options.max_continuations);
  // RFC 9113, section 3.4. Whatever code the user's side is given, the peer gets this one.
  if (error == NGHTTP2_ERR_BAD_CLIENT_MAGIC) nghttp2_session_terminate_session(c.ng, NGHTTP2_PROTOCOL_ERROR);
  c.recorder.error(static_cast<int32_t>(error), c.recorder.broken());
}

// nghttp2 is content. `queued` frames waited to be sent before.
void Receiver::look_at_chunk(size_t queued) {
  Recorder& recorder = p_.connection.recorder;
  // First: what is recorded after an open block would be put aside with it.
  if (!p_.headers.put_aside()) recorder.error(NGHTTP2_ERR_NOMEM, kLimitNone);
  const bool going_away = p_.shutdown.is_known();
  if (const Breach breach = p_.floods.ignored(going_away)) recorder.end_for(breach, NGHTTP2_ERR_CALLBACK_FAILURE);
  if (const Breach breach = p_.floods.answers(queued, going_away)) recorder.end_for(breach, NGHTTP2_ERR_FLOODED);
  if (const Breach breach = p_.memory.look()) recorder.end_for(breach, NGHTTP2_ERR_FLOODED);
}

// -- limits that are met ------------------------------------------------------------

// A block that is open goes, and must not take this record with it.
int Receiver::break_limit(const Breach& breach) {
  p_.headers.drop();
  return p_.connection.recorder.break_limit(breach);
}

// A stream is not let in, or not let on: the peer may come back slower.
int Receiver::refuse(int32_t id, const Breach& breach, uint32_t code) {
  Connection& c = p_.connection;
  c.statistics.count(kStatRefused);
  if (c.trace != nullptr) c.trace->refused();
  c.recorder.limit_hit(breach, id);
  if (c.streams.find(id) == nullptr) p_.floods.expect_late(kDefaultWindow);
  return nghttp2_submit_rst_stream(c.ng, NGHTTP2_FLAG_NONE, id, code) == 0 ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE
                                                                           : NGHTTP2_ERR_CALLBACK_FAILURE;
}

// -- frames begin ---------------------------------------------------------------------

int Receiver::frame_begins(const nghttp2_frame_hd& hd) {
  Connection& c = p_.connection;
  c.statistics.frame_begins(hd);
  // nghttp2 says nothing of the end of a block whose stream is gone by then: what is
  // recorded from here on must not be taken for a part of it.
  if (hd.type != NGHTTP2_CONTINUATION) p_.headers.drop();
  if (hd.type == NGHTTP2_HEADERS)
    if (const int rv = p_.inbound.headers_begin(hd)) return rv;
  if (c.trace != nullptr) c.trace->begin_received(hd);
  // Versions without priorities pass over it (RFC 9113, section 6.3).
  if (!ng::kHasPriorities && hd.type == NGHTTP2_PRIORITY && hd.stream_id == 0)
    return p_.shutdown.violation(NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ERR_PROTO);
  const bool crumb = hd.type == NGHTTP2_DATA && hd.length > 0 && hd.length < FloodGuard::kDribble &&
                     p_.flow.is_crumb(c.streams.find(hd.stream_id));
  const Breach breach = p_.floods.frame_begins(hd, crumb);
  return breach ? break_limit(breach) : 0;
}

int Receiver::block_begins(const nghttp2_frame& frame) {
  Connection& c = p_.connection;
  const int32_t id = stream_of(frame);
  Stream* stream = c.streams.find(id);
  if (stream == nullptr) {
    if (const int rv = let_in(id, frame.hd.type == NGHTTP2_PUSH_PROMISE)) return rv;
    stream = c.streams.find(id);
  } else if (frame.hd.type == NGHTTP2_HEADERS) {
    p_.admission.begun(stream);
  }
  if (frame.hd.type == NGHTTP2_HEADERS && (frame.hd.flags & NGHTTP2_FLAG_PRIORITY) != 0 &&
      p_.priorities.note(id, frame.headers.pri_spec.exclusive != 0))
    p_.floods.costly();
  return p_.headers.begin(stream);
}

int Receiver::let_in(int32_t id, bool promised) {
  if (const Breach breach = p_.admission.keeps_out()) {
    const Breach rejected = p_.admission.rejected();
    return rejected ? break_limit(rejected) : refuse(id, breach);
  }
  if (promised) {
    if (const Breach breach = p_.admission.keeps_out_promise()) {
      // Refusing costs as much as a reset that the peer brings about.
      p_.floods.costly();
      return refuse(id, breach, NGHTTP2_CANCEL);
    }
  }
  Stream* stream = p_.open_stream(id);
  if (stream == nullptr) return NGHTTP2_ERR_CALLBACK_FAILURE;
  p_.admission.let_in(stream, promised);
  return 0;
}

// -- header blocks ----------------------------------------------------------------------

int Receiver::field(const nghttp2_frame& frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags) {
  const nghttp2_vec name_text = nghttp2_rcbuf_get_buf(name);
  const nghttp2_vec value_text = nghttp2_rcbuf_get_buf(value);
  if (p_.connection.trace != nullptr) p_.connection.trace->field(name_text, value_text, flags);
  Stream* stream = p_.connection.streams.find(stream_of(frame));
  // Refused when the block began: nghttp2 still decodes it, for the sake of the compression state, and
  // nobody wants to know what is in it.
  if (stream == nullptr || stream->detached || !p_.headers.is_recording() || name_text.len == 0) return 0;
  if (const Breach breach = p_.headers.count_field(stream, name_text.len + value_text.len)) {
    p_.headers.drop();
    return refuse(stream->id, breach);
  }
  return p_.headers.field(stream, name, value, flags);
}

// A malformed field is left out (RFC 9113, section 8.2.1 allows it), but costs as much
// as another; a malformed pseudo-header field is an error of the stream without our doing.
int Receiver::malformed_field(const nghttp2_frame& frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value) {
  Stream* stream = p_.connection.streams.find(stream_of(frame));
  if (stream == nullptr || !p_.headers.is_recording()) return 0;
  p_.floods.suspicious();
  const size_t length = nghttp2_rcbuf_get_buf(name).len + nghttp2_rcbuf_get_buf(value).len;
  if (const Breach breach = p_.headers.count_field(stream, length)) {
    p_.headers.drop();
    return refuse(stream->id, breach);
  }
  ++stream->malformed_fields;
  return 0;
}

int Receiver::block_ends(const nghttp2_frame& frame) {
  if (!p_.headers.is_recording()) return 0;
  Stream* stream = p_.connection.streams.find(stream_of(frame));
  if (stream != nullptr && !stream->detached) return p_.headers.finish(stream, frame);
  p_.headers.drop();
  return 0;
}

// -- DATA ---------------------------------------------------------------------------------

int Receiver::data(int32_t id, const uint8_t* data, size_t length) {
  Connection& c = p_.connection;
  Stream* stream = c.streams.find(id);
  // Of a stream that nghttp2 knows no more there is nothing to open again.
  if (stream == nullptr) {
    p_.flow.pass_over(id, length);
    return 0;
  }
  if (const Breach breach = p_.memory.holds_too_much(stream)) {
    if (p_.flow.pass_over_on_connection(length) != 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
    // This callback has no temporal failure.
    return refuse(id, breach) == NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  c.statistics.data_received(stream, length);
  if (p_.flow.data(stream, length) != 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
  if (stream->detached) return 0;
  if (!c.recorder.record<kData>(id, data - chunk_, length)) return NGHTTP2_ERR_CALLBACK_FAILURE;
  c.recorder.batch()->ints.data()[kBatchHasData] = 1;
  return 0;
}

int Receiver::data_ends(const nghttp2_frame& frame) {
  const int32_t id = frame.hd.stream_id;
  const Stream* stream = p_.connection.streams.find(id);
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || stream == nullptr) return 0;
  p_.inbound.peer_ends(id);
  return stream->detached || p_.connection.recorder.record<kEndStream>(id) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

// -- frames that are whole ------------------------------------------------------------------

int Receiver::frame(const nghttp2_frame& frame) {
  if (p_.connection.trace != nullptr) p_.connection.trace->received(&frame);
  if (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_PUSH_PROMISE) return block_ends(frame);
  p_.headers.drop();
  p_.floods.frame_received(frame);
  switch (frame.hd.type) {
    case NGHTTP2_DATA:
      return data_ends(frame);
    case NGHTTP2_GOAWAY:
      p_.shutdown.goaway_received();
      break;
    case NGHTTP2_RST_STREAM:
      p_.inbound.peer_ends(frame.hd.stream_id);
      break;
    case NGHTTP2_PRIORITY:
      if (p_.priorities.note(frame.hd.stream_id, frame.priority.pri_spec.exclusive != 0)) p_.floods.costly();
      break;
    default:
      break;
  }
  return p_.control_frames.record(frame);
}

// -- frames that are none, and streams that close ---------------------------------------------

int Receiver::invalid_frame(const nghttp2_frame& frame, int error) {
  Connection& c = p_.connection;
  if (c.trace != nullptr) c.trace->invalid(&frame, error);
  p_.headers.drop();
  if (const Breach breach = p_.admission.refused_by_nghttp2(frame, error)) {
    const bool refused = error == NGHTTP2_ERR_REFUSED_STREAM;
    if (refused) c.statistics.count(kStatRefused);
    else p_.shutdown.too_many_streams();
    c.recorder.limit_hit(breach, refused ? frame.hd.stream_id : 0);
  }
  if (const Breach breach = p_.floods.invalid_frame()) return break_limit(breach);
  p_.shutdown.invalid_frame(error);
  return 0;
}

int Receiver::stream_closes(int32_t id, uint32_t code) {
  // A block cut off in the middle was never a message.
  if (p_.headers.stream_id() == id) p_.headers.drop();
  Connection& c = p_.connection;
  Stream* stream = c.streams.remove(id);
  if (stream == nullptr) return 0;
  if (!stream->detached) c.recorder.record<kClose>(id, code);
  if (code != NGHTTP2_NO_ERROR || stream->reset_here) p_.floods.expect_late(stream->window);
  p_.stalls.end(stream);
  c.statistics.stream_closed(stream);
  p_.headers.release(stream);
  p_.admission.begun(stream);
  p_.outbound.release(stream);
  return p_.flow.close(stream) == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

}  // namespace duetto
