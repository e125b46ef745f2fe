#include "workers/fan_out/job_worker.h"

#include <optional>
#include <utility>

#include "common/status/status_macros.h"

namespace fleet::worker {
namespace {

constexpr absl::Duration kScheduleInterval = absl::Seconds(2);

}  // namespace

JobWorker::JobWorker(store::JobStore& jobs, std::vector<store::JobType> types, JobReporter& reporter,
                     const Clock& clock)
    : jobs_(jobs), types_(std::move(types)), reporter_(reporter), clock_(clock) {
  for (const store::JobType& type : types_) kinds_.push_back(type.kind);
}

absl::StatusOr<bool> JobWorker::RunOnce() {
  FLEET_RETURN_IF_ERROR(Schedule());
  FLEET_ASSIGN_OR_RETURN(const bool any, AnyDue());
  bool moved = false;
  absl::Status failure;
  for (const store::JobType& type : types_) {
    const absl::Duration began = clock_.Elapsed();
    const absl::StatusOr<std::optional<store::JobStep>> step =
        any ? jobs_.RunStep(type) : absl::StatusOr<std::optional<store::JobStep>>(std::nullopt);
    reporter_.Report(type, step, clock_.Elapsed() - began);
    failure.Update(step.status());
    moved = moved || (step.ok() && step->has_value());
  }
  FLEET_RETURN_IF_ERROR(failure);
  return moved;
}

absl::Status JobWorker::Schedule() {
  if (clock_.Elapsed() < next_schedule_) return absl::OkStatus();
  next_schedule_ = clock_.Elapsed() + kScheduleInterval;
  for (const store::JobType& type : types_) FLEET_RETURN_IF_ERROR(jobs_.Schedule(type).status());
  return absl::OkStatus();
}

absl::StatusOr<bool> JobWorker::AnyDue() {
  // A single kind is claimed as quickly as it is asked for.
  if (kinds_.size() == 1) return true;
  return jobs_.AnyDue(kinds_);
}

std::vector<store::JobType> JobTypesOf(store::JobLoop loop) {
  std::vector<store::JobType> types;
  for (const store::JobType& type : store::AllJobTypes()) {
    if (type.loop == loop) types.push_back(type);
  }
  return types;
}

}  // namespace fleet::worker
