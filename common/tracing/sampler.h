// Which traces are recorded: what their beginner decided, or a share of those that begin here.
#ifndef FLEET_COMMON_TRACING_SAMPLER_H_
#define FLEET_COMMON_TRACING_SAMPLER_H_

#include <cstdint>

#include "common/tracing/trace_context.h"

namespace fleet::tracing {

// By the trace's id, so that all who ask of one trace with one ratio decide alike.
class Sampler {
 public:
  // `ratio`: 0: none, 1: all.
  explicit Sampler(double ratio);

  bool Takes(TraceId trace_id) const { return trace_id.low >> 1 < below_; }

 private:
  uint64_t below_;  // of 2^63
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_SAMPLER_H_
