// Bytes on their way to nghttp2: which belong to the next portion, and what in them nghttp2 would pass
// over though it breaks the protocol.
#ifndef DUETTO_CORE_INBOUND_H_
#define DUETTO_CORE_INBOUND_H_

#include <cstddef>
#include <cstdint>

#include "connection.h"
#include "flood_guard.h"
#include "frame_scanner.h"
#include "peer_streams.h"
#include "portions.h"
#include "shutdown.h"

namespace duetto {

class Inbound {
 public:
  Inbound(Connection& connection, FloodGuard& floods, Shutdown& shutdown)
      : c_(connection), floods_(floods), shutdown_(shutdown), portions_(preface()), scanner_(preface()) {}

  // Bytes of the next portion.
  size_t portion(const uint8_t* data, size_t length, bool hold) {
    return portions_.next(data, length, hold, peer_streams_.newest());
  }
  // Hands bytes to nghttp2. An error of nghttp2's is negative.
  ng::Ssize parse(const uint8_t* data, size_t length);

  // A frame that begins a header block begins a stream, or goes on with one. HEADERS for one that is
  // gone are decoded for the sake of the compression state, and nobody hears of them: bytes that are
  // ignored. An error of nghttp2's if it breaks the protocol.
  int headers_begin(const nghttp2_frame_hd& hd);
  // The peer has said its last word on a stream.
  void peer_ends(int32_t id) { peer_streams_.end(id); }

 private:
  // A client's preface comes before the first frame (RFC 9113, section 3.4).
  size_t preface() const { return c_.is_server() ? NGHTTP2_CLIENT_MAGIC_LEN : 0; }

  Connection& c_;
  FloodGuard& floods_;
  Shutdown& shutdown_;
  Portions portions_;
  FrameScanner scanner_;
  // On a server: those that the client began, refused or not.
  PeerStreams peer_streams_;
};

}  // namespace duetto

#endif  // DUETTO_CORE_INBOUND_H_
