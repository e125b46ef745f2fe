#include "common/store/jobs/job_types.h"

#include <algorithm>

#include "common/store/hint_channels.h"
#include "common/store/jobs/closing.h"
#include "common/store/jobs/deadline.h"
#include "common/store/jobs/expansion.h"
#include "common/store/jobs/queue_age.h"
#include "common/store/jobs/redrive.h"
#include "common/store/jobs/seal_deadline.h"

namespace fleet::store {

const std::vector<JobType>& AllJobTypes() {
  static const auto& kAll = *new std::vector<JobType>{
      {.kind = JobKind::kExpand,
       .name = "expand",
       .loop = JobLoop::kFanOut,
       .step = &ExpandStep,
       .channels = {kChangesChannel, kWorkChannel},
       .give_up = &FailExpansion,
       .done_event = "fleet_expanded"},
      {.kind = JobKind::kSweep,
       .name = "sweep",
       .loop = JobLoop::kClosing,
       .step = &SweepStep,
       .channels = {kChangesChannel}},
      {.kind = JobKind::kEndStragglers,
       .name = "end_stragglers",
       .loop = JobLoop::kClosing,
       .step = &EndStragglersStep,
       .channels = {kChangesChannel}},
      {.kind = JobKind::kRedrive,
       .name = "redrive",
       .loop = JobLoop::kUpkeep,
       .step = &RedriveStep,
       .channels = {kChangesChannel, kWorkChannel, kJobsChannel}},
      {.kind = JobKind::kDeadline,
       .name = "deadline",
       .loop = JobLoop::kUpkeep,
       .step = &DeadlineStep,
       .channels = {kChangesChannel, kWorkChannel, kJobsChannel}},
      {.kind = JobKind::kQueueAge,
       .name = "queue_age",
       .loop = JobLoop::kUpkeep,
       .step = &QueueAgeStep,
       .channels = {kChangesChannel, kWorkChannel, kJobsChannel},
       .schedule = &ScheduleQueueAge},
      {.kind = JobKind::kSealDeadline,
       .name = "seal_deadline",
       .loop = JobLoop::kUpkeep,
       .step = &SealDeadlineStep,
       .channels = {kChangesChannel}},
  };
  return kAll;
}

const JobType& JobTypeOf(JobKind kind) {
  const std::vector<JobType>& all = AllJobTypes();
  return *std::find_if(all.begin(), all.end(), [kind](const JobType& type) { return type.kind == kind; });
}

}  // namespace fleet::store
