// One call as a trace sees it: the trace that it belongs to, and a span of kind SERVER once it has ended.
#ifndef FLEET_COMMON_RPC_CALL_TRACE_H_
#define FLEET_COMMON_RPC_CALL_TRACE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/rpc/method_table.h"
#include "common/rpc/transport.h"
#include "common/tracing/tracer.h"

namespace fleet::rpc {

// Of a call that is not traced it keeps a few numbers, and does nothing.
class CallTrace {
 public:
  // Joins the trace that the caller names; without one, may begin one if the method does. What is malformed or sent
  // twice counts for nothing. Call once.
  void Begin(const Method& method, const Metadata& metadata, const tracing::Tracer& tracer, const Clock& clock);
  // What the call's work is traced below, as Caller::traceparent has it.
  std::string Traceparent() const;
  // As logs have it; empty: none.
  std::string Name() const { return tracing::TraceName(context_); }
  // Records the span, if there is one.
  void End(const Method& method, absl::StatusCode code, const tracing::Tracer& tracer, const Clock& clock) const;

 private:
  tracing::TraceContext context_;  // of the call itself; without a span of ours that of its caller
  tracing::SpanId parent_;
  absl::Time started_ = absl::InfinitePast();  // of the span; infinite: none
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_CALL_TRACE_H_
