#include "tests/crash/crash_schedule.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fleet::crash {
namespace {

constexpr std::array<absl::string_view, kFaultKinds> kFaultNames = {
    "kill-service",         "kill-worker",         "kill-runner",       "stop-postgres",
    "terminate-backends",   "freeze-service",      "freeze-worker",     "freeze-runner",
    "cut-service-database", "cut-worker-database", "cut-runner-service"};
constexpr std::array<absl::string_view, kCuts> kCutNames = {
    "reset", "black-hole", "hold-replies", "hold-requests", "black-hole-then-reset", "hold-replies-then-reset"};
// How often a kind comes, in parts of their sum.
constexpr std::array<uint64_t, kFaultKinds> kWeights = {4, 4, 4, 3, 4, 4, 2, 4, 4, 2, 4};

// How long fleets have work, if nothing goes wrong, and the latest moment at which a fault begins.
constexpr absl::Duration kBusy = absl::Milliseconds(1600);
constexpr int kLastFaultMillis = 1100;
// What passes between a child's stages.
constexpr absl::Duration kBetween = absl::Milliseconds(60);

// The standard's distributions differ between libraries, its generators do not.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  int Between(int low, int high) { return low + static_cast<int>(random_() % static_cast<uint64_t>(high - low + 1)); }
  bool OneIn(int n) { return Between(1, n) == 1; }
  absl::Duration Millis(int low, int high) { return absl::Milliseconds(Between(low, high)); }
  FaultKind Kind() {
    uint64_t sum = 0;
    for (const uint64_t weight : kWeights) sum += weight;
    uint64_t left = random_() % sum;
    int kind = 0;
    while (left >= kWeights[static_cast<std::size_t>(kind)]) left -= kWeights[static_cast<std::size_t>(kind++)];
    return static_cast<FaultKind>(kind);
  }

 private:
  std::mt19937_64 random_;
};

bool HitsWorker(FaultKind kind) {
  return kind == FaultKind::kKillWorker || kind == FaultKind::kFreezeWorker || kind == FaultKind::kCutWorkerDatabase;
}

bool HitsRunner(FaultKind kind) {
  return kind == FaultKind::kKillRunner || kind == FaultKind::kFreezeRunner || kind == FaultKind::kCutRunnerService;
}

bool IsCut(FaultKind kind) {
  return kind == FaultKind::kCutServiceDatabase || kind == FaultKind::kCutWorkerDatabase ||
         kind == FaultKind::kCutRunnerService;
}

bool HasVictim(FaultKind kind) { return kind != FaultKind::kStopPostgres && kind != FaultKind::kTerminateBackends; }

absl::Duration LastsFor(Dice& dice, FaultKind kind, absl::Duration lease) {
  switch (kind) {
    case FaultKind::kFreezeRunner:
      // Around the moment when it is found lost, and long after.
      return dice.OneIn(3) ? lease * 2 + dice.Millis(0, 1000) : lease + dice.Millis(10, 600);
    case FaultKind::kFreezeService:
      // Long enough for its runners to be found lost, and short enough for its transaction to go on.
      if (dice.OneIn(2)) return std::min(lease + dice.Millis(100, 500), absl::Milliseconds(1900));
      [[fallthrough]];
    case FaultKind::kFreezeWorker:
    case FaultKind::kCutServiceDatabase:
    case FaultKind::kCutWorkerDatabase:
      // Past the two seconds after which PostgreSQL ends an idle transaction, in some.
      return dice.OneIn(3) ? dice.Millis(2100, 2800) : dice.Millis(50, 900);
    case FaultKind::kCutRunnerService:
      return dice.OneIn(2) ? lease + dice.Millis(0, 1000) : dice.Millis(50, 900);
    case FaultKind::kTerminateBackends:
      return dice.Millis(20, 500);
    default:
      return dice.Millis(0, 600);
  }
}

Fault MakeFault(Dice& dice, const CrashSchedule& schedule, std::optional<FaultKind> only) {
  Fault fault;
  fault.kind = dice.Kind();
  if (only.has_value()) fault.kind = *only;
  const int many = HitsRunner(fault.kind) ? schedule.runners : HitsWorker(fault.kind) ? kWorkers : kServices;
  fault.victim = HasVictim(fault.kind) ? dice.Between(0, many - 1) : 0;
  fault.aimed = dice.OneIn(2) || fault.kind == FaultKind::kFreezeService;
  // A worker is inside a transaction for milliseconds in a fleet's life, unless the fleet is large.
  if (HitsWorker(fault.kind)) fault.aimed = fault.aimed && schedule.fleets[0].targets > 5000;
  fault.at = HitsWorker(fault.kind) && fault.aimed ? absl::ZeroDuration() : dice.Millis(0, kLastFaultMillis);
  fault.lasts = LastsFor(dice, fault.kind, schedule.lease);
  if (IsCut(fault.kind)) fault.cut = static_cast<Cut>(dice.Between(0, kCuts - 1));
  return fault;
}

// One fault a process, so that each is known to have done its work; any number on what has no victim.
void AddFaults(Dice& dice, CrashSchedule& schedule, std::optional<FaultKind> only) {
  const int wanted = dice.Between(1, 4);
  std::set<std::pair<int, int>> hit;
  for (int i = 0; i < wanted; ++i) {
    const Fault fault = MakeFault(dice, schedule, only);
    const int group = HitsRunner(fault.kind) ? 2 : HitsWorker(fault.kind) ? 1 : HasVictim(fault.kind) ? 0 : 3;
    const int victim = HasVictim(fault.kind) ? fault.victim : static_cast<int>(fault.kind);
    if (hit.insert({group, victim}).second) schedule.faults.push_back(fault);
  }
  std::sort(schedule.faults.begin(), schedule.faults.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
}

// How many children one fleet needs to keep its runners at work for `busy`: measured, about half of the longest work
// each, and some time between.
int TargetsFor(const CrashSchedule& schedule, int cap, absl::Duration busy) {
  const int at_once = std::min({cap, schedule.system_active, schedule.user_active, schedule.runners * schedule.slots});
  return std::max(10, static_cast<int>(at_once * absl::FDivDuration(busy, schedule.longest_work / 2 + kBetween)));
}

// What operators do to a fleet that nobody cancels: it goes on to its end.
void AddControls(Dice& dice, CrashSchedule& schedule) {
  const int fleet = static_cast<int>(schedule.fleets.size()) - 1;
  using Kind = OperatorAction::Kind;
  if (dice.OneIn(3)) {
    const absl::Duration at = dice.Millis(100, 1200);
    schedule.actions.push_back({Kind::kPause, fleet, at, 0});
    schedule.actions.push_back({Kind::kResume, fleet, at + dice.Millis(50, 400), 0});
  }
  // The first fleet's watcher is done when it ends the first time.
  const bool may_retry = fleet > 0 || !schedule.watched;
  if (may_retry && dice.OneIn(3)) schedule.actions.push_back({Kind::kRetry, fleet, dice.Millis(300, 2000), 0});
  if (dice.OneIn(3)) schedule.actions.push_back({Kind::kUpdate, fleet, dice.Millis(100, 1200), dice.Between(4, 30)});
  const FleetPlan& plan = schedule.fleets.back();
  for (int i = dice.Between(0, 2); i > 0; --i) {
    schedule.actions.push_back({Kind::kCancelChild, fleet, dice.Millis(100, 1500), dice.Between(1, plan.targets)});
  }
  if (dice.OneIn(4)) schedule.actions.push_back({Kind::kSetLimit, fleet, dice.Millis(100, 1200), dice.Between(6, 30)});
}

bool Freezes(const CrashSchedule& schedule) {
  return std::any_of(schedule.faults.begin(), schedule.faults.end(),
                     [](const Fault& fault) { return fault.kind == FaultKind::kFreezeService; });
}

// Where a service is frozen, operators often act just then.
void Aim(Dice& dice, CrashSchedule& schedule) {
  if (!Freezes(schedule)) return;
  for (OperatorAction& action : schedule.actions) {
    const bool shuts = action.kind != OperatorAction::Kind::kResume && action.kind != OperatorAction::Kind::kRetry;
    action.during_freeze = shuts && dice.OneIn(2);
  }
}

// Some fleet is at work until the last fault: one that is cancelled has another beside it.
void AddFleets(Dice& dice, CrashSchedule& schedule) {
  const bool large = dice.OneIn(6);
  const bool cancelled = large || dice.OneIn(4);
  FleetPlan first;
  first.user = "alice";
  first.max_concurrency = dice.OneIn(3) ? dice.Between(6, 20) : 1000;
  first.max_tries = dice.Between(1, 2);
  first.targets =
      large ? dice.Between(5'500, 15'000) : TargetsFor(schedule, first.max_concurrency, kBusy + dice.Millis(0, 400));
  schedule.fleets.push_back(first);
  // Only a cancel ends a large one in time.
  if (cancelled) {
    schedule.actions.push_back({dice.OneIn(2) ? OperatorAction::Kind::kCancelStop : OperatorAction::Kind::kCancelDrain,
                                0, dice.Millis(100, 1500), 0});
  }
  if (!cancelled && dice.OneIn(2)) return;
  FleetPlan second = first;
  second.user = dice.OneIn(4) ? "alice" : "bob";
  second.max_concurrency = 1000;
  second.targets = cancelled ? TargetsFor(schedule, 1000, kBusy) : dice.Between(10, 40);
  second.at = cancelled ? dice.Millis(0, 300) : dice.Millis(0, 1000);
  schedule.fleets.push_back(second);
}

}  // namespace

absl::string_view FaultName(FaultKind kind) { return kFaultNames[static_cast<std::size_t>(kind)]; }

std::optional<FaultKind> FaultNamed(absl::string_view name) {
  const auto found = std::find(kFaultNames.begin(), kFaultNames.end(), name);
  if (found == kFaultNames.end()) return std::nullopt;
  return static_cast<FaultKind>(found - kFaultNames.begin());
}

CrashSchedule MakeCrashSchedule(uint64_t seed, std::optional<FaultKind> only) {
  Dice dice(seed);
  CrashSchedule schedule;
  schedule.seed = seed;
  schedule.lease = dice.Millis(1000, 1500);
  schedule.wake_up_hints = !dice.OneIn(4);
  schedule.runners = dice.Between(2, 3);
  schedule.slots = dice.Between(4, 10);
  schedule.longest_work = dice.Millis(150, 400);
  schedule.system_active = dice.OneIn(3) ? dice.Between(8, 24) : 2000;
  schedule.user_active = dice.OneIn(3) ? dice.Between(8, 24) : 200;
  AddFleets(dice, schedule);
  AddFaults(dice, schedule, only);
  schedule.watched = dice.OneIn(2);
  AddControls(dice, schedule);
  Aim(dice, schedule);
  return schedule;
}

std::string Describe(const Fault& fault) {
  std::string text(FaultName(fault.kind));
  if (HasVictim(fault.kind)) absl::StrAppend(&text, " ", fault.victim + 1);
  if (IsCut(fault.kind)) absl::StrAppend(&text, " ", kCutNames[static_cast<std::size_t>(fault.cut)]);
  if (fault.aimed) absl::StrAppend(&text, " aimed");
  return absl::StrCat(text, " at ", absl::FormatDuration(fault.at), " for ", absl::FormatDuration(fault.lasts));
}

std::string Describe(const CrashSchedule& schedule) {
  std::string text = absl::StrCat(
      "lease ", absl::FormatDuration(schedule.lease), schedule.wake_up_hints ? "" : ", no hints",
      schedule.watched ? ", watched" : "", ", ", schedule.runners, " runners of ", schedule.slots, ", work to ",
      absl::FormatDuration(schedule.longest_work), ", limits ", schedule.system_active, "/", schedule.user_active);
  for (const FleetPlan& fleet : schedule.fleets) {
    absl::StrAppend(&text, "; ", fleet.user, " ", fleet.targets, " targets at ", absl::FormatDuration(fleet.at),
                    ", cap ", fleet.max_concurrency, ", tries ", fleet.max_tries);
  }
  for (const OperatorAction& action : schedule.actions) {
    constexpr const char* kNames[] = {"cancel-stop", "cancel-drain", "pause",        "resume",
                                      "retry",       "update",       "cancel-child", "limit"};
    absl::StrAppend(&text, "; ", kNames[static_cast<int>(action.kind)], " fleet ", action.fleet + 1, " at ",
                    absl::FormatDuration(action.at));
    if (action.value != 0) absl::StrAppend(&text, " to ", action.value);
    if (action.during_freeze) absl::StrAppend(&text, " in a freeze");
  }
  for (const Fault& fault : schedule.faults) absl::StrAppend(&text, "; ", Describe(fault));
  return text;
}

Fate FateOf(uint64_t seed, int ordinal, int attempt) {
  std::mt19937_64 random(seed * 1'000'003 + static_cast<uint64_t>(ordinal));
  if (random() % 20 == 0) return Fate::kFailsForGood;
  for (int i = 1; i < attempt; ++i) random();
  return random() % 15 == 0 ? Fate::kFailsRetryably : Fate::kCompletes;
}

}  // namespace fleet::crash
