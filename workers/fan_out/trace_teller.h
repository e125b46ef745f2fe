// Tells of fleets that have ended, in the traces that they belong to. Nothing was written for it while they ran: what a
// fleet's rows say is told when it is over, a piece at a time, and only as fast as the exporter takes it.
#ifndef FLEET_WORKERS_FAN_OUT_TRACE_TELLER_H_
#define FLEET_WORKERS_FAN_OUT_TRACE_TELLER_H_

#include "absl/status/statusor.h"
#include "common/store/trace_store.h"
#include "common/tracing/tracer.h"

namespace fleet::worker {

class TraceTeller {
 public:
  TraceTeller(store::TraceStore& traces, const tracing::Tracer& tracer) : traces_(traces), tracer_(tracer) {}

  // Tells one piece; true if there may be another, and room for it. Where nothing is exported, what nobody told of
  // within an hour is given up instead.
  absl::StatusOr<bool> RunOnce();

 private:
  store::TraceStore& traces_;
  const tracing::Tracer& tracer_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_TRACE_TELLER_H_
