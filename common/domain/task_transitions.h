// What a report, a lost runner or a cancel does to a child: pure rules, no clock, no I/O.
#ifndef FLEET_COMMON_DOMAIN_TASK_TRANSITIONS_H_
#define FLEET_COMMON_DOMAIN_TASK_TRANSITIONS_H_

#include <vector>

#include "absl/time/time.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::domain {

// Lost attempts a child may have before it counts as the killer of its runners and fails.
inline constexpr int32_t kMaxLosses = 5;
// Other capacity faults (a full disk, a forge's rate limit) a child may have before it fails.
inline constexpr int32_t kMaxFaults = 10;

enum class ReportVerdict {
  kApply,      // the child changes
  kRepeat,     // recorded before: nothing changes, answered OK
  kStop,       // the lease is live, but it or its fleet is being ended: nothing changes
  kLeaseLost,  // the lease is not live: nothing changes
};

// The verdict on `report`, given the child as it is locked. Of the fleet only what operators and deadlines set and what
// never changes may be gone by, here and in AfterReport: no counter, no state (common/store/fleet_controls.h).
ReportVerdict JudgeReport(const Task& task, const Fleet& fleet, const TaskReport& report);

// Why an attempt failed, in its runner's words: a reason it names decides. kNone if it did not fail.
FailureCategory ReportedCategory(const TaskReport& report);

// The child after a report whose verdict is kApply. `now` is the database's. `jitter` in [0, 1) spreads retries.
// A retryable failure with tries left returns to the queue, or ends if the child or its fleet is being ended. A
// capacity fault uses no try, but a child has no more than kMaxFaults of them.
Task AfterReport(const Task& task, const Fleet& fleet, const TaskReport& report, absl::Time now, double jitter);

// The child after its runner was lost or gave its lease back. No try is charged; a runner lost kMaxLosses times with
// it fails it (compute).
enum class ReturnCause { kRunnerLost, kGivenBack };
Task AfterReturn(const Task& task, const Fleet& fleet, ReturnCause cause, absl::Time now);

// A queued or active child after it was cancelled, an active one after its timeout ran out.
Task AfterCancel(const Task& task, absl::Time now);
Task AfterTimeout(const Task& task, absl::Time now);
// A queued or active child of a closing fleet (IsClosing): CANCELLED, or TIMED_OUT by the fleet's deadline.
Task AfterClosing(const Task& task, const Fleet& fleet, absl::Time now);
// A queued child that waited longer than it may: FAILED (concurrency).
Task AfterQueueAge(const Task& task, absl::Time now);
// An ended child that an operator returns to the queue, for a new generation. Only its attempt goes on counting.
Task AfterRedrive(const Task& task, int32_t generation);

// Full jitter: uniform between 0 and min(5 min, 2 s · 2^(tries-1)).
absl::Duration RetryBackoff(int32_t tries, double jitter);

// Keeps a rollup in step with its children: `before` became `after`.
void Move(Rollup& rollup, const Task& before, const Task& after);

// Several reports on one lease in one batch become the one that counts: the first terminal one, else the latest stage.
// (One UPDATE … FROM would apply any one of them.) A terminal one that contradicts it stays, after it, to be refused as
// it would be in a batch of its own. Returns for each report the index, in `folded`, of the one that speaks for it.
std::vector<std::size_t> FoldReports(const std::vector<TaskReport>& reports, std::vector<TaskReport>& folded);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_TASK_TRANSITIONS_H_
