// A fleet: what was asked for, and the exact picture of where it stands. Plain values; the rules that change them are
// in the files beside this one. Enumerators have the numbers of fleet.v1, and are stored as these.
#ifndef FLEET_COMMON_DOMAIN_FLEET_H_
#define FLEET_COMMON_DOMAIN_FLEET_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

enum class FleetState {
  kPending = 1,
  kExpanding = 2,
  kRunning = 3,
  kPaused = 4,
  kCancelling = 5,
  kCompleted = 6,
  kPartialFailure = 7,
  kFailed = 8,
  kCancelled = 9,
};

enum class CancelMode { kNone = 0, kStop = 1, kDrain = 2 };

// A set of reasons, as bits. Each is lifted by its own cause; children start when none is left.
enum class PauseReason : int32_t { kUser = 1 };

using Parameters = std::map<std::string, std::string>;

// Counters of a fleet's children. Indexed by the enumerators' numbers, so element 0 of `states` and `categories` is
// not used.
struct Rollup {
  int32_t total = 0;
  int32_t expanded = 0;
  std::array<int32_t, kTaskStateCount> states{};
  std::array<int32_t, kOutcomeCount> outcomes{};
  std::array<int32_t, kFailureCategoryCount> categories{};
  int32_t delayed = 0;   // queued children that have a retry_at
  int32_t suspects = 0;  // those of them that lost a runner
  int64_t cost_micros = 0;
  int32_t known_cost = 0;
  int64_t duration_ms = 0;

  int32_t State(TaskState state) const { return states[static_cast<std::size_t>(state)]; }
  int32_t Active() const;
  int32_t Ended() const;
  // Queued children that may start at once.
  int32_t Fresh() const { return State(TaskState::kQueued) - delayed; }
  friend bool operator==(const Rollup&, const Rollup&) = default;
};

struct FleetPolicy {
  int32_t max_concurrency = 0;
  absl::Duration task_timeout;
  int32_t max_tries = 0;
  int32_t priority = 0;
  std::optional<absl::Time> deadline;
};

// From the submission of a fleet whose targets come in parts to its seal; then it fails.
inline constexpr absl::Duration kSealWithin = absl::Hours(1);

struct Fleet {
  Ulid id;
  std::string creator;
  std::string pool;
  // The span that it was submitted below, as a traceparent; empty: it is not traced.
  std::string traceparent;
  FleetPolicy policy;
  FleetState state = FleetState::kPending;
  Rollup rollup;
  int64_t revision = 0;
  // The next ordinal that dispatch looks at; every queued child before it has a retry_at.
  int32_t next_ordinal = 1;
  // No delayed child becomes due before this; absent if none is delayed.
  std::optional<absl::Time> next_retry_at;
  CancelMode cancel_mode = CancelMode::kNone;
  std::string cancelled_by;
  int32_t pause_reasons = 0;  // bits of PauseReason
  std::string paused_by;
  bool expired = false;  // its deadline passed before it ended
  int32_t generation = 1;
  absl::Time queue_since;  // submitted, retried or resumed last: what waits is no older
  bool redriving = false;  // a worker has yet to return children to the queue
  // Its targets come in parts and were not sealed: rollup.total grows, and there is no child.
  bool open_targets = false;
  bool expansion_failed = false;
  std::string failure_message;  // why its expansion failed, or never began
  absl::Time created_at;
  absl::Time updated_at;
  std::optional<absl::Time> started_at;
  std::optional<absl::Time> ended_at;
};

// What does not change after submission; kept out of the hot row.
struct FleetIntent {
  std::string branch;        // that its children push, with the fleet's id in it
  std::string workflow_ref;  // as asked for
  std::string resolved_workflow;
  std::string task_description;
  Parameters parameters;
  bool replace_branch = false;  // of this generation alone
  int32_t omitted_bytes = 0;    // of description and parameters, where both were left out
};

bool IsTerminal(FleetState state);

// Whether it is being brought to its end: then nothing starts any more, and what returns to the queue ends instead.
bool IsClosing(const Fleet& fleet);
// Whether active children are to be stopped too.
bool StopsActive(const Fleet& fleet);
// How children end that a closing fleet keeps from going on: CANCELLED, or TIMED_OUT by its deadline.
TaskState ClosingState(const Fleet& fleet);
// Whether its deadline has passed, acted upon or not.
bool IsLate(const Fleet& fleet, absl::Time now);
// Whether children may start, caps and time aside.
bool MayStart(const Fleet& fleet);

// Where a fleet stands is a function of its counters and its operator's wishes, never remembered: that is what makes
// cancel and pause lose no child.
FleetState DeriveState(const Fleet& fleet);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FLEET_H_
