#include "workers/fan_out/job_reporter.h"

#include <string>

#include "common/logging/structured_log.h"
#include "workers/fan_out/trace_spans.h"

namespace fleet::worker {

void JobReporter::Report(const store::JobType& type, const absl::StatusOr<std::optional<store::JobStep>>& step,
                         absl::Duration took) {
  if (step.ok()) metrics_.MarkSuccess(type.name);
  if (step.ok() && !step->has_value()) return;
  metrics_.ObserveStep(type.name, step.ok(), took);
  if (!step.ok()) return;
  metrics_.CountChildren(type.name, (*step)->children);
  if (tracer_.IsTaken((*step)->trace.submission)) {
    tracer_.Record(SpanOf(type.name, **step, clock_.TimeNow(), took));
  }
  const std::string key = (*step)->key.ToString();
  for (const char* channel : type.channels) hints_.Send(channel, key);
  if (type.done_event != nullptr && (*step)->finished) LogInfo(type.done_event, {{"fleet", key}});
}

}  // namespace fleet::worker
