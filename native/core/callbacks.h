// nghttp2's callbacks: each hands what it is told to the concern that it is about.
#ifndef DUETTO_CORE_CALLBACKS_H_
#define DUETTO_CORE_CALLBACKS_H_

#include "ng.h"
#include "options.h"

namespace duetto {

// Those of all sessions, whose user data are their Parts. nullptr if there is no memory. Lives as long as the
// process.
const nghttp2_session_callbacks* callbacks_for(PaddingStrategy padding);

// Reads the body of a stream, which is the source.
ng::Ssize read_body_of(nghttp2_session*, int32_t id, uint8_t* buffer, size_t length, uint32_t* flags,
                       nghttp2_data_source* source, void* parts);

}  // namespace duetto

#endif  // DUETTO_CORE_CALLBACKS_H_
