#include "workers/fan_out/job_reporter.h"

#include <string>

namespace fleet::worker {

absl::StatusOr<bool> JobReporter::Take(const char* job, const absl::StatusOr<std::optional<store::JobStep>>& step,
                                       std::initializer_list<const char*> channels) {
  if (!step.ok()) {
    metrics_.CountStep(job, false);
    return step.status();
  }
  if (!step->has_value()) return false;
  metrics_.CountStep(job, true);
  metrics_.CountChildren(job, (*step)->children);
  const std::string fleet_id = (*step)->fleet_id.ToString();
  for (const char* channel : channels) hints_.Send(channel, fleet_id);
  return true;
}

}  // namespace fleet::worker
