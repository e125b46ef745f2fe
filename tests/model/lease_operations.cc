// Operations of runners that look for work.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tests/model/lease_judge.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

std::string Show(const FleetModel& model, const std::vector<store::GrantedTask>& tasks) {
  return absl::StrJoin(tasks, " ", [&](std::string* out, const auto& task) { out->append(NameOf(model, task)); });
}

// The runner learns of an answer; now and then it is lost on the way, and the runner asks with the same number again.
void Receive(ModelWorld& world, RunnerView& runner, int64_t lease_seq, const store::LeaseAnswer& answer) {
  if (answer.kind == store::LeaseAnswer::Kind::kStale) runner.next_lease_seq = runner.received_lease_seq + 1;
  if (answer.kind != store::LeaseAnswer::Kind::kGranted || world.random.Percent(15)) return;
  for (const store::GrantedTask& task : answer.tasks) {
    if (std::find(runner.held.begin(), runner.held.end(), task) == runner.held.end()) runner.held.push_back(task);
  }
  runner.received_lease_seq = std::max(runner.received_lease_seq, lease_seq);
  runner.next_lease_seq = std::max(runner.next_lease_seq, lease_seq + 1);
}

absl::StatusOr<bool> Lease(ModelWorld& world, const std::vector<store::LeaseDemand>& demands) {
  for (const store::LeaseDemand& demand : demands) {
    world.Log(absl::StrCat("lease for ", RunnerName(world.model, demand.runner_id), " seq ", demand.lease_seq, " max ",
                           demand.max_tasks));
  }
  FLEET_ASSIGN_OR_RETURN(const auto answers, world.LeaseTogether(demands));
  for (const store::LeaseAnswer& answer : answers) {
    world.Log(absl::StrCat("  answer ", static_cast<int>(answer.kind), ": ", Show(world.model, answer.tasks)));
  }
  const std::string problem = LeaseJudge(world.model, demands).Judge(answers);
  if (!problem.empty()) return Differs(absl::StrCat("lease: ", problem));
  for (std::size_t i = 0; i < demands.size(); ++i) {
    const auto runner = std::find_if(world.runners.begin(), world.runners.end(),
                                     [&](const RunnerView& view) { return view.id == demands[i].runner_id; });
    if (runner != world.runners.end()) Receive(world, *runner, demands[i].lease_seq, answers[i]);
  }
  return true;
}

int64_t LeaseSeq(ModelWorld& world, const RunnerView& runner) {
  const int dice = world.random.Between(1, 100);
  if (dice <= 88) return runner.next_lease_seq;
  if (dice <= 94) return std::max<int64_t>(1, runner.received_lease_seq);
  return dice <= 97 ? world.random.Between(1, 10) : runner.next_lease_seq + 2;
}

}  // namespace

absl::StatusOr<bool> LeaseTasks(ModelWorld& world) {
  if (world.runners.empty()) return false;
  const int count = world.random.OneIn(4) ? world.random.Between(2, 5) : 1;
  std::vector<store::LeaseDemand> demands;
  for (int i = 0; i < count; ++i) {
    const RunnerView& runner = world.random.Of(world.runners);
    demands.push_back({runner.id, LeaseSeq(world, runner), world.random.Between(1, 8)});
  }
  if (world.random.OneIn(100)) demands.push_back({world.NextId(), 1, 5});
  return Lease(world, demands);
}

// The same runner asks twice at once, with one number or two.
absl::StatusOr<bool> RepeatLease(ModelWorld& world) {
  if (world.runners.empty()) return false;
  const RunnerView& runner = world.random.Of(world.runners);
  const int64_t seq = LeaseSeq(world, runner);
  return Lease(world, {{runner.id, seq, world.random.Between(1, 8)},
                       {runner.id, world.random.OneIn(2) ? seq : seq + 1, world.random.Between(1, 8)}});
}

absl::StatusOr<bool> AskForWork(ModelWorld& world) {
  world.Log("ask for work");
  FLEET_ASSIGN_OR_RETURN(const bool has_work, world.stores.dispatch.HasWork());
  const bool expected = HasWork(world.model);
  if (has_work != expected) return Differs(absl::StrCat("has work: ", has_work, ", expected ", expected));
  return true;
}

}  // namespace fleet::testing
