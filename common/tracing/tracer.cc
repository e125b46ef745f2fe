#include "common/tracing/tracer.h"

namespace fleet::tracing {

const Tracer& Tracer::Off() {
  static const Tracer kOff;
  return kOff;
}

TraceContext Tracer::Begin() const {
  if (buffer_ == nullptr) return {};
  const TraceId trace_id = NewTraceId();
  if (!sampler_.Takes(trace_id)) return {};
  return {trace_id, {}, true};
}

}  // namespace fleet::tracing
