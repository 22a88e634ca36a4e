// Writes to a connected socket without Node's stream in between.
#ifndef DUETTO_NAPI_SOCKET_WRITER_H_
#define DUETTO_NAPI_SOCKET_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace duetto {

struct Piece {
  const uint8_t* data;
  size_t length;
};

// Hands the kernel as much as it takes without waiting. Gives the number of
// bytes it took, which may be 0, or -errno if the connection is broken. What
// was not taken is left to the stream, which waits for room.
ptrdiff_t send_now(int fd, const uint8_t* data, size_t length);
ptrdiff_t send_now(int fd, const std::vector<Piece>& pieces);

}  // namespace duetto

#endif  // DUETTO_NAPI_SOCKET_WRITER_H_
