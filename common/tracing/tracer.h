// What records spans: decides which traces are taken, and keeps what is recorded until it is exported. Where tracing is
// off, or a trace is not sampled, it costs a comparison: ask IsTaken before a Span is made.
//
//   if (tracer.IsTaken(context)) tracer.Record(MakeSpan(...));
#ifndef FLEET_COMMON_TRACING_TRACER_H_
#define FLEET_COMMON_TRACING_TRACER_H_

#include <cstddef>
#include <utility>

#include "common/tracing/sampler.h"
#include "common/tracing/span.h"
#include "common/tracing/span_buffer.h"
#include "common/tracing/trace_context.h"

namespace fleet::tracing {

// Thread-safe.
class Tracer {
 public:
  // Records nothing.
  Tracer() : sampler_(0) {}
  // The buffer must outlive it. `ratio`: of the traces that begin here.
  Tracer(SpanBuffer& buffer, double ratio) : buffer_(&buffer), sampler_(ratio) {}
  // The one that records nothing.
  static const Tracer& Off();

  bool is_on() const { return buffer_ != nullptr; }
  bool IsTaken(const TraceContext& context) const { return buffer_ != nullptr && context.sampled; }
  // A trace of its own, below no span; none unless it is sampled.
  TraceContext Begin() const;

  // Of a trace that IsTaken. Does not wait.
  void Record(Span span) const {
    if (buffer_ != nullptr) buffer_->Add(std::move(span));
  }
  // How many spans would not be dropped now.
  std::size_t room() const { return buffer_ == nullptr ? 0 : buffer_->room(); }

 private:
  SpanBuffer* buffer_ = nullptr;
  Sampler sampler_;
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_TRACER_H_
