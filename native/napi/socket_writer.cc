#include "socket_writer.h"

#if defined(_WIN32)

namespace duetto {
ptrdiff_t send_now(int, const uint8_t*, size_t) { return 0; }
ptrdiff_t send_now(int, const std::vector<Piece>&) { return 0; }
}  // namespace duetto

#else

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace duetto {

namespace {
// Most pieces of one system call: IOV_MAX on every system that has a number.
constexpr size_t kMaxPieces = 1024;

#if defined(MSG_NOSIGNAL)
constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
// libuv sets SO_NOSIGPIPE on its sockets where this flag is missing.
constexpr int kFlags = MSG_DONTWAIT;
#endif

template <typename Call>
ptrdiff_t uninterrupted(Call call) {
  ptrdiff_t n;
  do {
    n = call();
  } while (n < 0 && errno == EINTR);
  return n;
}

// Only what says that the connection is gone counts as broken. A descriptor
// that cannot be sent to in this way is the stream's business.
ptrdiff_t refused() {
  switch (errno) {
    case EPIPE:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
      return -errno;
    default:
      return 0;
  }
}
}  // namespace

ptrdiff_t send_now(int fd, const uint8_t* data, size_t length) {
  const ptrdiff_t n = uninterrupted([&] { return send(fd, data, length, kFlags); });
  return n < 0 ? refused() : n;
}

ptrdiff_t send_now(int fd, const std::vector<Piece>& pieces) {
  iovec io[kMaxPieces];
  ptrdiff_t sent = 0;
  for (size_t at = 0; at < pieces.size();) {
    const size_t count = std::min(pieces.size() - at, kMaxPieces);
    size_t length = 0;
    for (size_t i = 0; i < count; ++i) {
      const Piece& piece = pieces[at + i];
      io[i].iov_base = const_cast<uint8_t*>(piece.data);
      io[i].iov_len = piece.length;
      length += piece.length;
    }
    msghdr message = {};
    message.msg_iov = io;
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    const ptrdiff_t n = uninterrupted([&] { return sendmsg(fd, &message, kFlags); });
    if (n < 0) {
      const ptrdiff_t error = refused();
      return error < 0 ? error : sent;
    }
    sent += n;
    if (static_cast<size_t>(n) < length) break;
    at += count;
  }
  return sent;
}

}  // namespace duetto

#endif
