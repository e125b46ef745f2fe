#include "workers/task_runner/task_trace.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/enumerator_names.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using domain::FailureCategory;

constexpr char kResult[] = "cicd.pipeline.task.run.result";

// Without the words of a failure: they may quote what a step printed.
FailureCategory CategoryOf(const absl::Status& status) {
  return static_cast<FailureCategory>(ToFailure(status).category());
}

bool IsStopped(const absl::Status& status) { return absl::IsCancelled(status) || absl::IsAborted(status); }

std::string ResultOf(const absl::Status& status) {
  if (status.ok()) return "success";
  if (IsStopped(status)) return "cancellation";
  if (absl::IsDeadlineExceeded(status)) return "timeout";
  const FailureCategory category = CategoryOf(status);
  return category == FailureCategory::kAgent || category == FailureCategory::kGuardrail ? "failure" : "error";
}

}  // namespace

TaskTrace::TaskTrace(const tracing::Tracer& tracer, const Clock& clock, absl::string_view traceparent)
    : tracer_(tracer), clock_(clock), context_(tracing::ParseTraceparent(traceparent)) {}

const TaskTrace& TaskTrace::None() {
  static const TaskTrace kNone(tracing::Tracer::Off(), Clock::System(), "");
  return kNone;
}

TaskTrace::Part TaskTrace::Begin(absl::string_view name) const {
  Part part(*this);
  if (!tracer_.IsTaken(context_)) return part;
  part.span_.trace_id = context_.trace_id;
  part.span_.span_id = tracing::NewSpanId();
  part.span_.parent_id = context_.span_id;
  part.span_.name = std::string(name);
  part.span_.start = clock_.TimeNow();
  return part;
}

TaskTrace::Part TaskTrace::BeginStep(absl::string_view name) const {
  Part part = Begin("step");
  part.Set("cicd.pipeline.task.name", name);
  if (!part.span_.span_id.IsNone()) part.span_.name = absl::StrCat("step ", name);
  return part;
}

std::string TaskTrace::Part::Traceparent() const {
  const tracing::TraceContext& context = trace_.context_;
  return FormatTraceparent(span_.span_id.IsNone() ? context : context.Below(span_.span_id));
}

void TaskTrace::Part::Set(const char* key, absl::string_view value) {
  if (span_.span_id.IsNone()) return;
  tracing::Attribute& attribute = span_.attributes.emplace_back();
  attribute.key = key;
  attribute.value = std::string(value);
}

void TaskTrace::Part::End(const absl::Status& status) {
  if (span_.span_id.IsNone()) return;
  span_.end = trace_.clock_.TimeNow();
  Set(kResult, ResultOf(status));
  if (!status.ok() && !IsStopped(status)) {
    span_.status = tracing::SpanStatus::kError;
    Set("error.type", domain::NameOf(CategoryOf(status)));
  }
  trace_.tracer_.Record(std::move(span_));
  span_ = tracing::Span();
}

}  // namespace fleet::runner
