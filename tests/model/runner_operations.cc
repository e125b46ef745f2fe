// Operations on runners: that they come, beat, fall silent.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

constexpr std::size_t kMostRunners = 8;

absl::StatusOr<bool> Register(ModelWorld& world, const RunnerView& runner) {
  const store::RunnerRegistration registration{runner.id, "runner", "alice", runner.pool, world.random.Between(2, 24)};
  const absl::Status registered = world.stores.runners.Register(registration).status();
  const std::string expected = world.model.Register(registration);
  world.Log(absl::StrCat("register ", RunnerName(world.model, runner.id), " in pool ", runner.pool));
  if ((registered.ok() ? "" : GetErrorInfo(registered).reason) != expected) {
    return Differs(absl::StrCat("register: ", registered.ToString(), ", expected ", expected));
  }
  return true;
}

std::string Show(const FleetModel& model, const std::vector<store::StopOrder>& orders) {
  return absl::StrJoin(orders, " ", [&](std::string* out, const store::StopOrder& order) {
    absl::StrAppend(out, NameOf(model, order.lease), ":", static_cast<int>(order.reason));
  });
}

absl::StatusOr<bool> Beat(ModelWorld& world, RunnerView& runner, const store::RunnerHeartbeat& heartbeat,
                          const std::vector<store::GrantedTask>& overdue,
                          const std::vector<store::GrantedTask>& far_overdue) {
  world.Log(absl::StrCat("heartbeat ", heartbeat.seq, " of ", RunnerName(world.model, runner.id), " received ",
                         heartbeat.received_lease_seq, " holds ",
                         absl::StrJoin(heartbeat.held, " ", [&](std::string* out, const auto& held) {
                           out->append(NameOf(world.model, held));
                         })));
  const absl::StatusOr<std::vector<store::StopOrder>> orders = world.stores.runners.Heartbeat(heartbeat);
  const FleetModel::Beaten expected = world.model.Heartbeat(heartbeat, overdue, far_overdue);
  if ((orders.ok() ? "" : GetErrorInfo(orders.status()).reason) != expected.reason) {
    return Differs(absl::StrCat("heartbeat: ", orders.status().ToString(), ", expected ", expected.reason));
  }
  if (expected.reason == "INVALID_ARGUMENT") return true;
  if (!orders.ok()) {
    // It stops all work; it may come again under a new name.
    const domain::Ulid id = runner.id;
    world.runners.erase(std::remove_if(world.runners.begin(), world.runners.end(),
                                       [&](const RunnerView& view) { return view.id == id; }),
                        world.runners.end());
    return true;
  }
  if (Show(world.model, *orders) != Show(world.model, expected.orders)) {
    return Differs(absl::StrCat("heartbeat: orders ", Show(world.model, *orders), ", expected ",
                                Show(world.model, expected.orders)));
  }
  for (const store::StopOrder& order : *orders) {
    // What is lost needs no report; what is stopped is held until its report is answered.
    if (order.reason == store::StopOrder::Reason::kCancelled) continue;
    runner.held.erase(std::remove(runner.held.begin(), runner.held.end(), order.lease), runner.held.end());
  }
  return true;
}

// What it holds, now and then forgetting some, or naming what it never had. What is beyond its slots it lets go, but
// for now and then.
std::vector<store::GrantedTask> HeldBy(ModelWorld& world, const RunnerView& runner) {
  std::vector<store::GrantedTask> held;
  const bool forgets = world.random.OneIn(6);
  for (const store::GrantedTask& lease : runner.held) {
    if (!forgets || world.random.OneIn(2)) held.push_back(lease);
  }
  const RunnerView& other = world.random.Of(world.runners);
  if (world.random.OneIn(20) && !other.held.empty()) held.push_back(world.random.Of(other.held));
  const auto slots = static_cast<std::size_t>(world.model.runners.at(runner.id).slots);
  if (held.size() > slots && !world.random.OneIn(5)) held.resize(slots);
  return held;
}

std::string Array(const std::vector<store::GrantedTask>& leases) {
  return absl::StrJoin(leases, ",", [](std::string* out, const store::GrantedTask& lease) {
    absl::StrAppend(out, "('", lease.id.fleet_id.ToUuid(), "'::uuid,", lease.id.ordinal, ")");
  });
}

// Moves the whole history of children, so that their attempts still follow each other.
void MoveHistory(ModelWorld& world, const std::vector<store::GrantedTask>& leases, absl::Duration by) {
  const std::string interval = absl::StrCat(absl::ToInt64Seconds(by), " * interval '1 second'");
  const std::string which = absl::StrCat("(fleet_id, ordinal) in (", Array(leases), ")");
  world.database.Execute(absl::StrCat("update tasks set leased_at = leased_at + ", interval, " where ", which,
                                      "; update task_attempts set leased_at = leased_at + ", interval,
                                      ", ended_at = ended_at + ", interval, " where ", which));
  for (const store::GrantedTask& lease : leases) {
    world.model.fleets.at(lease.id.fleet_id).Child(lease.id.ordinal).leased.micros += absl::ToInt64Microseconds(by);
  }
}

// Of the children that the runner holds, what the unluckiest has lost.
int32_t MostLosses(const ModelWorld& world, const domain::Ulid& runner) {
  int32_t most = 0;
  for (const auto& [id, fleet] : world.model.fleets) {
    for (const ModelChild& child : fleet.children) {
      if (child.runner == runner && domain::IsActive(child.state)) most = std::max(most, child.losses);
    }
  }
  return most;
}

}  // namespace

absl::StatusOr<bool> RegisterRunner(ModelWorld& world) {
  if (world.runners.size() >= kMostRunners) return false;
  const bool is_second_pool = world.random.OneIn(4);
  return Register(world, world.AddRunner(is_second_pool ? "large" : "default"));
}

absl::StatusOr<bool> RegisterAgain(ModelWorld& world) {
  if (world.runners.empty()) return false;
  return Register(world, world.random.Of(world.runners));
}

absl::StatusOr<bool> Heartbeat(ModelWorld& world) {
  if (world.runners.empty()) return false;
  RunnerView& runner = world.random.Of(world.runners);
  const int64_t received = world.random.OneIn(10) ? world.random.Between(0, static_cast<int>(runner.received_lease_seq))
                                                  : runner.received_lease_seq;
  return Beat(world, runner, {runner.id, ++runner.heartbeat_seq, HeldBy(world, runner), received}, {}, {});
}

absl::StatusOr<bool> OldHeartbeat(ModelWorld& world) {
  if (world.runners.empty()) return false;
  RunnerView& runner = world.random.Of(world.runners);
  const int64_t seq = world.random.Between(0, static_cast<int>(runner.heartbeat_seq));
  return Beat(world, runner, {runner.id, seq, {}, runner.received_lease_seq}, {}, {});
}

absl::StatusOr<bool> LoseRunner(ModelWorld& world) {
  std::vector<ModelRunner*> live;
  for (auto& [id, runner] : world.model.runners) {
    if (runner.state == ModelRunner::State::kLive) live.push_back(&runner);
  }
  if (live.empty()) return false;
  // Mostly the one whose child has lost most runners before, so that children come to their bound of losses.
  if (!world.random.OneIn(3)) {
    const auto losses = [&](const ModelRunner* runner) { return MostLosses(world, runner->id); };
    live = {*std::max_element(live.begin(), live.end(),
                              [&](const ModelRunner* a, const ModelRunner* b) { return losses(a) < losses(b); })};
  }
  if (!world.random.OneIn(10)) {
    ModelRunner& runner = *world.random.Of(live);
    world.Log(absl::StrCat("R", runner.number, " falls silent"));
    world.database.Execute(absl::StrCat("update runners set heartbeat_at = heartbeat_at - interval '2 hours' where ",
                                        "runner_id = '", runner.id.ToUuid(), "'"));
    runner.silent = true;
    runner.touched = true;
  }
  if (world.random.OneIn(4)) return true;
  world.Log("mark lost");
  FLEET_ASSIGN_OR_RETURN(const int lost, world.stores.runners.MarkLost(absl::Hours(1)));
  const int expected = world.model.MarkLost();
  if (lost != expected) return Differs(absl::StrCat("mark lost: ", lost, ", expected ", expected));
  return true;
}

absl::StatusOr<bool> ReclaimOnce(ModelWorld& world) {
  const bool any = std::any_of(world.model.runners.begin(), world.model.runners.end(),
                               [](const auto& entry) { return entry.second.state == ModelRunner::State::kLost; });
  if (!any && !world.random.OneIn(20)) return false;
  world.Log("reclaim");
  FLEET_ASSIGN_OR_RETURN(const std::optional<int> reclaimed, world.stores.runners.ReclaimStep());
  const std::optional<int> expected = world.model.Reclaim();
  if (reclaimed != expected) {
    return Differs(absl::StrCat("reclaim: ", reclaimed.value_or(-1), ", expected ", expected.value_or(-1)));
  }
  return any;
}

// Some of a runner's leases run past their timeout, or far past it, before it beats.
absl::StatusOr<bool> RunPastTimeout(ModelWorld& world) {
  if (world.runners.empty()) return false;
  RunnerView& runner = world.random.Of(world.runners);
  std::vector<store::GrantedTask> late;
  for (const store::GrantedTask& lease : runner.held) {
    if (world.model.Live(runner.id, lease) != nullptr && world.random.OneIn(2)) late.push_back(lease);
  }
  if (late.empty()) return false;
  const bool far = world.random.OneIn(2);
  // The timeout is an hour; 15 s past it the runner is told to stop, 60 s past it the task is ended.
  const absl::Duration age = absl::Hours(far ? 2 : 1) + absl::Seconds(20);
  world.Log(absl::StrCat(late.size(), far ? " leases ran far past their timeout" : " leases ran past their timeout"));
  MoveHistory(world, late, -age);
  const store::RunnerHeartbeat heartbeat{runner.id, ++runner.heartbeat_seq, HeldBy(world, runner),
                                         runner.received_lease_seq};
  FLEET_RETURN_IF_ERROR(Beat(world, runner, heartbeat, far ? std::vector<store::GrantedTask>() : late,
                             far ? late : std::vector<store::GrantedTask>())
                            .status());
  // A lease past its timeout must not come to be far past it while the test goes on.
  late.erase(std::remove_if(late.begin(), late.end(),
                            [&](const auto& lease) { return world.model.Live(heartbeat.runner_id, lease) == nullptr; }),
             late.end());
  if (!late.empty()) MoveHistory(world, late, age);
  return true;
}

}  // namespace fleet::testing
