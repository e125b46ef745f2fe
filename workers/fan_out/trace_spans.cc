#include "workers/fan_out/trace_spans.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/enumerator_names.h"
#include "common/domain/fleet_trace.h"

namespace fleet::worker {
namespace {

using domain::FleetState;
using domain::FleetTrace;
using domain::TaskState;
using store::TracedAttempt;
using store::TracedChild;
using store::TracePiece;
using tracing::Span;
using tracing::TraceContext;

// The words of OpenTelemetry's conventions for pipelines.
std::string ResultOf(FleetState state) {
  if (state == FleetState::kCompleted) return "success";
  return state == FleetState::kCancelled ? "cancellation" : "failure";
}

std::string ResultOf(TaskState state, domain::FailureCategory category) {
  switch (state) {
    case TaskState::kCompleted:
      return "success";
    case TaskState::kCancelled:
      return "cancellation";
    case TaskState::kTimedOut:
      return "timeout";
    case TaskState::kFailed:
      // What the work itself came to, or what kept it from coming to anything.
      return category == domain::FailureCategory::kAgent || category == domain::FailureCategory::kGuardrail ? "failure"
                                                                                                            : "error";
    default:
      return "error";  // returned to the queue, as after the loss of its runner
  }
}

void SetResult(TaskState state, domain::FailureCategory category, Span& span) {
  span.attributes.push_back({"cicd.pipeline.task.run.result", ResultOf(state, category)});
  if (state == TaskState::kCompleted || state == TaskState::kCancelled) return;
  span.status = tracing::SpanStatus::kError;
  const bool has_category = category != domain::FailureCategory::kNone;
  span.attributes.push_back(
      {"error.type", has_category ? std::string(domain::NameOf(category)) : std::string("RETURNED")});
}

Span Begin(const char* name, const TraceContext& context, tracing::SpanId parent, absl::Time start, absl::Time end) {
  Span span;
  span.trace_id = context.trace_id;
  span.span_id = context.span_id;
  span.parent_id = parent;
  span.name = name;
  span.start = start;
  span.end = end;
  return span;
}

// "maintenance/add-licence-v1@1.4.0": few names, many versions.
std::pair<std::string, std::string> SplitWorkflow(const std::string& workflow) {
  const std::size_t at = workflow.rfind('@');
  if (at == std::string::npos) return {workflow, ""};
  return {workflow.substr(0, at), workflow.substr(at + 1)};
}

Span RunSpan(const TracePiece& piece, const FleetTrace& trace) {
  Span span =
      Begin("", trace.Run(piece.generation), trace.AboveRun(piece.generation).span_id, piece.began_at, piece.ended_at);
  const auto [workflow, version] = SplitWorkflow(piece.workflow);
  span.name = absl::StrCat("RUN ", workflow);
  span.kind = tracing::SpanKind::kServer;
  span.attributes = {{"cicd.pipeline.name", workflow},
                     {"cicd.pipeline.action.name", std::string("RUN")},
                     {"cicd.pipeline.run.id", piece.fleet_id.ToString()},
                     {"cicd.pipeline.result", ResultOf(piece.state)},
                     {"fleet.id", piece.fleet_id.ToString()},
                     {"fleet.generation", int64_t{piece.generation}},
                     {"fleet.repositories", int64_t{piece.total}},
                     {"fleet.workflow.version", version}};
  if (ResultOf(piece.state) == "failure") {
    span.status = tracing::SpanStatus::kError;
    span.attributes.push_back({"error.type", std::string(domain::NameOf(piece.state))});
  }
  return span;
}

Span ChildSpan(const TracePiece& piece, const FleetTrace& trace, const TracedChild& child) {
  const TraceContext context = trace.Child(child.id.ordinal, piece.generation);
  const TraceContext run = trace.Run(piece.generation);
  const bool is_apart = trace.HasTraceAChild();
  Span span = Begin("child", context, is_apart ? tracing::SpanId() : run.span_id, piece.began_at, child.ended_at);
  if (is_apart) span.links.emplace_back(run.trace_id, run.span_id);
  span.attributes = {{"fleet.id", piece.fleet_id.ToString()},
                     {"fleet.task.id", child.id.ToString()},
                     {"vcs.repository.name", child.repo}};
  SetResult(child.state, child.category, span);
  return span;
}

void AddAttempts(const TracePiece& piece, const FleetTrace& trace, const TracedChild& child, std::vector<Span>& spans) {
  const int32_t ordinal = child.id.ordinal;
  const TraceContext parent = trace.Child(ordinal, piece.generation);
  absl::Time waits_since = piece.began_at;
  const TracedAttempt* before = nullptr;
  for (const TracedAttempt& attempt : child.attempts) {
    spans.push_back(Begin("queue", parent.Below(trace.QueueSpan(ordinal, attempt.attempt)), parent.span_id, waits_since,
                          attempt.leased_at));
    Span span = Begin("attempt", trace.Attempt(ordinal, piece.generation, attempt.attempt), parent.span_id,
                      attempt.leased_at, attempt.ended_at);
    span.attributes = {{"fleet.task.id", child.id.ToString()}, {"fleet.attempt", int64_t{attempt.attempt}}};
    if (!attempt.runner_id.IsNone()) span.attributes.push_back({"cicd.worker.id", attempt.runner_id.ToString()});
    SetResult(attempt.state, attempt.category, span);
    if (before != nullptr) {
      const TraceContext linked = trace.Attempt(ordinal, piece.generation, before->attempt);
      span.links.emplace_back(linked.trace_id, linked.span_id);
    }
    spans.push_back(std::move(span));
    before = &attempt;
    waits_since = attempt.ended_at;
  }
}

}  // namespace

std::vector<Span> SpansOf(const TracePiece& piece) {
  const FleetTrace trace{tracing::ParseTraceparent(piece.traceparent), piece.fleet_id, piece.total};
  std::vector<Span> spans;
  if (trace.submission.IsNone()) return spans;
  for (const TracedChild& child : piece.children) {
    spans.push_back(ChildSpan(piece, trace, child));
    AddAttempts(piece, trace, child, spans);
  }
  if (piece.is_last) spans.push_back(RunSpan(piece, trace));
  return spans;
}

Span SpanOf(const char* name, const store::JobStep& step, absl::Time end, absl::Duration took) {
  const TraceContext run = step.trace.Run(step.generation);
  Span span = Begin(name, run.Below(tracing::NewSpanId()), run.span_id, end - took, end);
  span.attributes = {{"fleet.id", step.key.ToString()}, {"fleet.children", int64_t{step.children}}};
  return span;
}

}  // namespace fleet::worker
