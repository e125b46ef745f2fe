// A child task: a fleet's work on one repository. Plain values. Enumerators have the numbers of fleet.v1, and are
// stored as these.
#ifndef FLEET_COMMON_DOMAIN_TASK_H_
#define FLEET_COMMON_DOMAIN_TASK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/domain/failure.h"
#include "common/domain/identifiers.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

enum class TaskState {
  kQueued = 1,
  kSubmitted = 2,
  kHydrating = 3,
  kRunning = 4,
  kAwaitingApproval = 5,
  kFinalizing = 6,
  kCompleted = 7,
  kFailed = 8,
  kCancelled = 9,
  kTimedOut = 10,
};
inline constexpr std::size_t kTaskStateCount = 11;

enum class Outcome {
  kUnspecified = 0,
  kPullRequestOpened = 1,
  kPullRequestUpdated = 2,
  kBranchPushed = 3,
  kNoChanges = 4,
  kReportOnly = 5,
};
inline constexpr std::size_t kOutcomeCount = 6;

// A child as it is stored: small, since it is rewritten at every step.
struct Task {
  TaskId id;
  std::string repo;
  TaskState state = TaskState::kQueued;
  Outcome outcome = Outcome::kUnspecified;
  FailureCategory category = FailureCategory::kNone;
  int32_t attempt = 0;  // the fence: +1 at every lease, never reset
  int32_t tries = 0;    // attempts charged against the retry budget
  int32_t losses = 0;   // attempts whose runner was lost
  int32_t faults = 0;   // attempts that ended by another capacity fault
  int32_t generation = 1;
  Ulid runner_id;  // of the live or last attempt; none after a loss
  std::optional<absl::Time> retry_at;
  std::optional<absl::Time> leased_at;
  std::optional<absl::Time> ended_at;
  std::optional<absl::Time> cancel_requested_at;
  std::optional<int64_t> cost_micros;  // of all attempts
  std::optional<int64_t> duration_ms;  // of the last ended attempt
  std::string pull_request_url;
  std::string commit;
};

// What an attempt left in words; kept apart from the hot row.
struct AttemptTexts {
  std::string message;
  std::string summary;
  std::string log_tail;
};

// A runner's report on one lease.
struct TaskReport {
  TaskId task;
  int32_t attempt = 0;
  Ulid runner_id;
  TaskState state = TaskState::kRunning;
  Outcome outcome = Outcome::kUnspecified;
  FailureCategory category = FailureCategory::kNone;
  FailureReason reason = FailureReason::kUnspecified;  // if given, `category` is its category
  std::optional<int64_t> cost_micros;                  // of this attempt
  std::string pull_request_url;
  std::string commit;
  AttemptTexts texts;

  std::size_t Bytes() const {
    return 128 + pull_request_url.size() + texts.message.size() + texts.summary.size() + texts.log_tail.size();
  }
};

// Leased and not ended: holds a slot.
constexpr bool IsActive(TaskState state) { return state >= TaskState::kSubmitted && state <= TaskState::kFinalizing; }
constexpr bool IsTerminal(TaskState state) { return state >= TaskState::kCompleted; }

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_TASK_H_
