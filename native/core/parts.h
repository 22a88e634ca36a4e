// A session's concerns, each of which owns what it knows. nghttp2's callbacks are given all of them.
#ifndef DUETTO_CORE_PARTS_H_
#define DUETTO_CORE_PARTS_H_

#include "admission.h"
#include "connection.h"
#include "control_frames.h"
#include "flood_guard.h"
#include "flow_control.h"
#include "header_block.h"
#include "inbound.h"
#include "memory.h"
#include "outbound.h"
#include "priorities.h"
#include "receiver.h"
#include "shutdown.h"
#include "stalls.h"

namespace duetto {

struct Parts {
  Parts(const Options& options, Shared* shared)
      : connection(options, shared), headers(connection), flow(connection), floods(connection), stalls(connection),
        shutdown(connection), priorities(connection), control_frames(connection), outbound(connection, floods, stalls, shutdown),
        memory(connection, headers, flow, outbound), admission(connection, memory), inbound(connection, floods, shutdown),
        receiver(*this) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Those below know those above, but for the receiver, which calls all of them.
  Connection connection;
  HeaderBlock headers;
  FlowControl flow;
  FloodGuard floods;
  Stalls stalls;
  Shutdown shutdown;
  Priorities priorities;
  ControlFrames control_frames;
  Outbound outbound;
  Memory memory;
  Admission admission;
  Inbound inbound;
  Receiver receiver;

  // For the batch's header.
  int32_t notes() const {
    return (connection.trace != nullptr && !connection.trace->empty() ? kNoteTrace : 0) |
           (shutdown.has_sent() ? kNoteGoaway : 0) | (connection.statistics.has_measurements() ? kNoteMeasurements : 0) |
           headers.notes();
  }
  // A frame has left.
  void frame_sent(const nghttp2_frame& frame);
  // A stream begins; nullptr without memory.
  Stream* open_stream(int32_t id);
  // The same for one that has been taken out of the table's pool before.
  void enter(Stream* stream);
};

}  // namespace duetto

#endif  // DUETTO_CORE_PARTS_H_
