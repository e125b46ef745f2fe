// An attempt's part in its fleet's trace: a span for each piece of work that the runner does for it.
//
//   TaskTrace::Part part = trace.Begin("clone");
//   ... part.Set("vcs.ref.head.name", branch) ...
//   part.End(status);
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_TRACE_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_TRACE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/tracing/tracer.h"

namespace fleet::runner {

// Thread-safe. Of an attempt that is not sampled it does nothing.
class TaskTrace {
 public:
  // One span, unless the attempt is not sampled. Not thread-safe; the trace must outlive it.
  class Part {
   public:
    // What is done within is traced below. Of an attempt that is not sampled, the attempt's; empty: it has none.
    std::string Traceparent() const;
    // `key` is a constant.
    void Set(const char* key, absl::string_view value);
    // Records it. Without, it is not told of.
    void End(const absl::Status& status);

   private:
    friend class TaskTrace;
    explicit Part(const TaskTrace& trace) : trace_(trace) {}

    const TaskTrace& trace_;
    tracing::Span span_;  // with an id only if it is recorded
  };

  // `traceparent`: of the lease. The others must outlive it.
  TaskTrace(const tracing::Tracer& tracer, const Clock& clock, absl::string_view traceparent);
  // Of an attempt that belongs to no trace.
  static const TaskTrace& None();

  // `name`: one of few.
  Part Begin(absl::string_view name) const;
  // Of a step of a workflow.
  Part BeginStep(absl::string_view name) const;

 private:
  const tracing::Tracer& tracer_;
  const Clock& clock_;
  const tracing::TraceContext context_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_TRACE_H_
