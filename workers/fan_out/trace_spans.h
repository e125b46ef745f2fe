// What ended fleets did, as spans: the run of a generation, its children, and of each child the waits and attempts.
// Pure.
#ifndef FLEET_WORKERS_FAN_OUT_TRACE_SPANS_H_
#define FLEET_WORKERS_FAN_OUT_TRACE_SPANS_H_

#include <vector>

#include "common/store/jobs/job.h"
#include "common/store/trace_store.h"
#include "common/tracing/span.h"

namespace fleet::worker {

std::vector<tracing::Span> SpansOf(const store::TracePiece& piece);

// Of a step of the job `name` that ended at `end`, below the run of its fleet.
tracing::Span SpanOf(const char* name, const store::JobStep& step, absl::Time end, absl::Duration took);

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_TRACE_SPANS_H_
