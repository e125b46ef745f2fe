#include "services/fleet/task_gauges.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/domain/limits.h"
#include "common/observation/domain_labels.h"
#include "common/store/jobs/job_types.h"

namespace fleet::service {
namespace {

using observation::LabelOf;

// As metrics tell times: 0 is none.
double Seconds(const std::optional<absl::Time>& time) {
  return time.has_value() ? static_cast<double>(absl::ToUnixMicros(*time)) / 1e6 : 0;
}

// Number `first` is the first enumerator.
template <typename Enumerator, std::size_t size>
std::map<std::string, double> ByLabel(const std::array<int64_t, size>& numbers, std::size_t first) {
  std::map<std::string, double> by_label;
  for (std::size_t i = first; i < size; ++i) {
    by_label[LabelOf(static_cast<Enumerator>(i))] = static_cast<double>(numbers[i]);
  }
  return by_label;
}

std::map<std::string, double> ByName(const domain::Limits& limits) {
  std::map<std::string, double> by_name;
  for (const domain::LimitKind& kind : domain::AllLimitKinds()) {
    by_name[std::string(kind.name)] = static_cast<double>(limits.*(kind.field));
  }
  return by_name;
}

}  // namespace

void TaskGauges::RunOnce() {
  const absl::StatusOr<store::SystemPictureRecord> record = system_.Read();
  if (record.ok()) gauges_.Set(ReadingOf(*record));
}

metrics::SystemReading TaskGauges::ReadingOf(const store::SystemPictureRecord& record) {
  const domain::SystemPicture& picture = record.picture;
  const domain::SystemSummary summary = domain::Summarize(picture);
  metrics::SystemReading reading;
  reading.read_at = Seconds(picture.now);
  reading.open_fleets = static_cast<double>(picture.fleets.size());
  reading.tasks_active = static_cast<double>(summary.active);
  reading.fleets = ByLabel<domain::FleetState>(summary.fleets, 1);
  reading.waiting = ByLabel<domain::WaitReason>(summary.waiting, 1);
  reading.tasks = ByLabel<domain::TaskState>(summary.tasks, 1);
  reading.outcomes = ByLabel<domain::Outcome>(record.outcomes, 0);
  reading.categories = ByLabel<domain::FailureCategory>(record.categories, 1);
  reading.limits = ByName(picture.limits);
  reading.users_at_limit = {{"open_fleets_user", static_cast<double>(summary.users_at_fleets)},
                            {"user_active", static_cast<double>(summary.users_at_active)}};
  // A worker of a later version may have made jobs of other kinds.
  for (const store::JobType& type : store::AllJobTypes()) {
    const auto jobs = record.jobs.find(type.kind);
    if (jobs == record.jobs.end()) continue;
    reading.jobs[type.name] = static_cast<double>(jobs->second.count);
    reading.oldest_jobs[type.name] = Seconds(jobs->second.oldest_due);
  }
  for (const auto& [name, pool] : summary.pools) {
    reading.pools[name] = {.queued = static_cast<double>(pool.queued),
                           .active = static_cast<double>(pool.active),
                           .runners = static_cast<double>(pool.runners.live),
                           .slots = static_cast<double>(pool.runners.slots),
                           .limit = static_cast<double>(pool.limit),
                           .oldest_task = Seconds(pool.oldest_ready)};
  }
  for (const auto& [name, since] : stalled_.Look(summary.startable, picture.now)) {
    reading.pools[name].oldest_startable_task = Seconds(since);
  }
  return reading;
}

}  // namespace fleet::service
