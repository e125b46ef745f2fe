// What a run does at random. To add an operation, write a function like these and put it into the table.
#ifndef FLEET_TESTS_MODEL_MODEL_OPERATIONS_H_
#define FLEET_TESTS_MODEL_MODEL_OPERATIONS_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/model/model_world.h"

namespace fleet::testing {

// Does one thing to the product and to the model, and compares the answers; what was written is compared after it.
// False if there was nothing to do it to. Returns what Differs.
using Operation = absl::StatusOr<bool> (*)(ModelWorld&);

struct WeightedOperation {
  const char* name;
  int weight;
  Operation run;
};
const std::vector<WeightedOperation>& ModelOperations();

// fleet_operations.cc
absl::StatusOr<bool> SubmitFleet(ModelWorld& world);
absl::StatusOr<bool> RepeatSubmission(ModelWorld& world);
absl::StatusOr<bool> SubmitUnknown(ModelWorld& world);
absl::StatusOr<bool> SubmitOpenFleet(ModelWorld& world);
absl::StatusOr<bool> AddTargets(ModelWorld& world);
absl::StatusOr<bool> SealFleet(ModelWorld& world);
absl::StatusOr<bool> ExpandOnce(ModelWorld& world);
absl::StatusOr<bool> SweepOnce(ModelWorld& world);
absl::StatusOr<bool> EndStragglersOnce(ModelWorld& world);
absl::StatusOr<bool> CancelFleet(ModelWorld& world);
absl::StatusOr<bool> PauseFleet(ModelWorld& world);
absl::StatusOr<bool> ResumeFleet(ModelWorld& world);

absl::StatusOr<bool> RedriveOnce(ModelWorld& world);
absl::StatusOr<bool> PassDeadlineOnce(ModelWorld& world);
absl::StatusOr<bool> PassSealDeadlineOnce(ModelWorld& world);
absl::StatusOr<bool> FailAgedOnce(ModelWorld& world);

// control_operations.cc
absl::StatusOr<bool> RetryFleet(ModelWorld& world);
absl::StatusOr<bool> UpdateFleet(ModelWorld& world);
absl::StatusOr<bool> CancelFleetTask(ModelWorld& world);
absl::StatusOr<bool> LetTaskGraceEnd(ModelWorld& world);

// lease_operations.cc
absl::StatusOr<bool> LeaseTasks(ModelWorld& world);
absl::StatusOr<bool> RepeatLease(ModelWorld& world);
absl::StatusOr<bool> AskForWork(ModelWorld& world);

// report_operations.cc
absl::StatusOr<bool> ReportTasks(ModelWorld& world);
absl::StatusOr<bool> RepeatReports(ModelWorld& world);
absl::StatusOr<bool> ReportOfOthers(ModelWorld& world);

// runner_operations.cc
absl::StatusOr<bool> RegisterRunner(ModelWorld& world);
absl::StatusOr<bool> RegisterAgain(ModelWorld& world);
absl::StatusOr<bool> Heartbeat(ModelWorld& world);
absl::StatusOr<bool> OldHeartbeat(ModelWorld& world);
absl::StatusOr<bool> LoseRunner(ModelWorld& world);
absl::StatusOr<bool> ReclaimOnce(ModelWorld& world);
absl::StatusOr<bool> RunPastTimeout(ModelWorld& world);

// time_operations.cc
absl::StatusOr<bool> LetRetriesBecomeDue(ModelWorld& world);
absl::StatusOr<bool> LetGraceEnd(ModelWorld& world);
absl::StatusOr<bool> ChangeLimits(ModelWorld& world);
absl::StatusOr<bool> LetDeadlinePass(ModelWorld& world);
absl::StatusOr<bool> ChangeOverride(ModelWorld& world);
absl::StatusOr<bool> LetQueueAge(ModelWorld& world);
absl::StatusOr<bool> ChangeQueueAge(ModelWorld& world);
absl::StatusOr<bool> ScheduleQueueAge(ModelWorld& world);

// read_operations.cc
absl::StatusOr<bool> ReadFleet(ModelWorld& world);
absl::StatusOr<bool> WatchFleet(ModelWorld& world);
absl::StatusOr<bool> CompareEverything(ModelWorld& world);

// Brings every fleet to its end, as it must be possible from anywhere: one operation after the other, with
// `after_each` after each. Returns what Differs.
absl::Status EndEverything(ModelWorld& world, const std::function<absl::Status()>& after_each);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_OPERATIONS_H_
