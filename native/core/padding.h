// How much a DATA or HEADERS frame is padded (RFC 9113, section 6.1).
#ifndef DUETTO_CORE_PADDING_H_
#define DUETTO_CORE_PADDING_H_

#include <cstddef>

#include "options.h"

namespace duetto {

// The payload length to pad a frame of `length` bytes to, at most `most`.
inline size_t padded_length(PaddingStrategy strategy, size_t length, size_t most) {
  switch (strategy) {
    case PaddingStrategy::kAligned:
    case PaddingStrategy::kCallback: {
      // Frame header and payload together become a multiple of 8 bytes.
      const size_t frame = length + 9;
      const size_t wanted = length + (8 - frame % 8) % 8;
      return wanted < most ? wanted : most;
    }
    case PaddingStrategy::kMax:
      return most;
    case PaddingStrategy::kNone:
      break;
  }
  return length;
}

}  // namespace duetto

#endif  // DUETTO_CORE_PADDING_H_
