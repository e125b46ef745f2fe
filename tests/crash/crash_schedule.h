// One crash schedule: which fleets run on what, and which faults meet them when. A plain value, made from a seed alone.
#ifndef FLEET_TESTS_CRASH_CRASH_SCHEDULE_H_
#define FLEET_TESTS_CRASH_CRASH_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet::crash {

inline constexpr int kServices = 2;
inline constexpr int kWorkers = 2;

enum class FaultKind {
  kKillService,         // SIGKILL; started again after `lasts`
  kKillWorker,          // the same
  kKillRunner,          // the same, as a new runner
  kStopPostgres,        // pg_ctl stop -m immediate; started again after `lasts`
  kTerminateBackends,   // pg_terminate_backend on sessions that are in a transaction, for as long as `lasts`
  kFreezeService,       // SIGSTOP inside a transaction, SIGCONT after `lasts`
  kFreezeWorker,        // the same
  kFreezeRunner,        // SIGSTOP while it holds leases, SIGCONT after `lasts`, which is longer than a lease
  kCutServiceDatabase,  // the network between one service and PostgreSQL
  kCutWorkerDatabase,   // between one worker and PostgreSQL
  kCutRunnerService,    // between one runner and every service
};
inline constexpr int kFaultKinds = 11;

// "kill-service" and so on.
absl::string_view FaultName(FaultKind kind);
std::optional<FaultKind> FaultNamed(absl::string_view name);

enum class Cut {
  kReset,        // connections are reset
  kBlackHole,    // nothing moves for `lasts`, then all of it arrives
  kHoldReplies,  // requests arrive, answers only after `lasts`
  kHoldRequests,
  kBlackHoleThenReset,    // what was under way is lost for good
  kHoldRepliesThenReset,  // work was done, and its answers are lost for good
};
inline constexpr int kCuts = 6;

struct Fault {
  FaultKind kind = FaultKind::kKillService;
  int victim = 0;  // from 0, among services, workers or runners
  // Whether to wait until the victim is seen inside a transaction. Faults on runners always wait for a runner that
  // holds leases.
  bool aimed = false;
  absl::Duration at;     // after the first child was leased
  absl::Duration lasts;  // until it heals
  Cut cut = Cut::kReset;
};

struct FleetPlan {
  std::string user;
  int targets = 0;
  int max_concurrency = 0;
  int max_tries = 0;
  absl::Duration at;  // after the start
};

// What an operator does besides submitting. More kinds are added here, to Operator::Act and to Describe.
struct OperatorAction {
  // kRetry: the failed children of the fleet, whether or not it has ended. kUpdate: another max_concurrency.
  // kCancelChild: one child. kSetLimit: the system's cap.
  enum class Kind { kCancelStop, kCancelDrain, kPause, kResume, kRetry, kUpdate, kCancelChild, kSetLimit };
  Kind kind = Kind::kCancelStop;
  int fleet = 0;      // which plan, from 0
  absl::Duration at;  // after that fleet was accepted
  int32_t value = 0;  // kUpdate, kSetLimit: the new value; kCancelChild: its ordinal
  // Waits until a service is frozen inside a transaction, and asks the other one: what that transaction has read is
  // not so any more when it goes on.
  bool during_freeze = false;
};

struct CrashSchedule {
  uint64_t seed = 0;
  absl::Duration lease;  // lease time of runners
  bool wake_up_hints = true;
  int runners = 0;
  int slots = 0;                // tasks a runner holds at most
  absl::Duration longest_work;  // of one child
  int system_active = 0;        // limits
  int user_active = 0;
  std::vector<FleetPlan> fleets;
  std::vector<OperatorAction> actions;
  std::vector<Fault> faults;  // in order of time
  bool watched = false;       // whether somebody watches the first fleet
};

// The same on every machine and compiler. With `only`, every fault is of that kind.
CrashSchedule MakeCrashSchedule(uint64_t seed, std::optional<FaultKind> only = std::nullopt);

// In one line, for people.
std::string Describe(const Fault& fault);
std::string Describe(const CrashSchedule& schedule);

// What a child's attempt comes to: a function of seed, ordinal and attempt, so that runner and judge agree.
enum class Fate { kCompletes, kFailsForGood, kFailsRetryably };
Fate FateOf(uint64_t seed, int ordinal, int attempt);

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_CRASH_SCHEDULE_H_
