// Operations of runners that tell what became of their work.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

using domain::TaskReport;
using domain::TaskState;

constexpr std::size_t kMostSent = 60;
// PostgreSQL refuses it; the service would have cleaned it.
constexpr char kPoison[] = "not UTF-8: \xff";

bool IsPoisoned(const TaskReport& report) { return report.texts.message == kPoison; }
TaskState RandomState(SeededRandom& random, bool stopping) {
  if (stopping && random.OneIn(2)) return TaskState::kCancelled;
  const int dice = random.Between(1, 100);
  if (dice <= 14) return TaskState::kHydrating;
  if (dice <= 32) return TaskState::kRunning;
  if (dice <= 35) return TaskState::kAwaitingApproval;
  if (dice <= 43) return TaskState::kFinalizing;
  if (dice <= 72) return TaskState::kCompleted;
  if (dice <= 91) return TaskState::kFailed;
  return dice <= 95 ? TaskState::kTimedOut : TaskState::kCancelled;
}

void TellCapacityFault(SeededRandom& random, TaskReport& report) {
  const bool is_disk = random.OneIn(2);
  report.reason = is_disk ? domain::FailureReason::kDiskFull : domain::FailureReason::kRateLimited;
  report.category = is_disk ? domain::FailureCategory::kCompute : domain::FailureCategory::kNetwork;
}

// Some children meet them again and again, so that they come to their bound.
bool HadFaults(const ModelWorld& world, const domain::TaskId& id) {
  const auto fleet = world.model.fleets.find(id.fleet_id);
  return fleet != world.model.fleets.end() && id.ordinal <= fleet->second.Expanded() && id.ordinal % 4 == 1 &&
         fleet->second.Child(id.ordinal).faults > 0;
}

TaskReport RandomReport(ModelWorld& world, const domain::Ulid& runner, const store::GrantedTask& lease) {
  SeededRandom& random = world.random;
  TaskReport report;
  report.task = lease.id;
  report.attempt = lease.attempt;
  report.runner_id = runner;
  const auto fleet = world.model.fleets.find(lease.id.fleet_id);
  report.state = RandomState(random, fleet != world.model.fleets.end() && fleet->second.IsStopping());
  if (HadFaults(world, lease.id) && !random.OneIn(8)) report.state = TaskState::kFailed;
  if (!domain::IsTerminal(report.state)) return report;
  if (random.OneIn(2)) report.cost_micros = random.Between(0, 1'000'000);
  if (random.OneIn(3)) report.texts.message = "a message";
  if (random.OneIn(60)) report.texts.message = kPoison;
  if (report.state == TaskState::kCompleted) {
    report.outcome = static_cast<domain::Outcome>(random.Between(0, 5));
    const char* const host = random.OneIn(8) ? "https://forge.invalid/" : "https://git.invalid/";
    report.pull_request_url = random.OneIn(2) ? absl::StrCat(host, random.Between(1, 99)) : "";
    report.commit = random.OneIn(2) ? absl::StrCat("c0ffee", random.Between(1, 99)) : "";
  }
  if (report.state == TaskState::kFailed) {
    report.category = static_cast<domain::FailureCategory>(random.OneIn(2) ? 2 : random.Between(0, 10));
    if (random.OneIn(4) || HadFaults(world, lease.id)) TellCapacityFault(random, report);
  }
  return report;
}

std::string Show(const FleetModel& model, const TaskReport& report) {
  return absl::StrCat(RunnerName(model, report.runner_id), " ", NameOf(model, {report.task, report.attempt}), " state ",
                      static_cast<int>(report.state), " category ", static_cast<int>(report.category), " reason ",
                      static_cast<int>(report.reason), IsPoisoned(report) ? " poisoned" : "");
}

std::string Show(const FleetModel::Reported& answer) {
  if (answer.refused) return "refused";
  const bool applied = answer.verdict == domain::ReportVerdict::kApply;
  return absl::StrCat("verdict ", static_cast<int>(answer.verdict), applied ? " state " : "",
                      applied ? absl::StrCat(static_cast<int>(answer.state)) : "");
}

// The runner learns of the answer and lets go of what is over.
void Receive(ModelWorld& world, const TaskReport& report, const FleetModel::Reported& answer) {
  const auto runner = std::find_if(world.runners.begin(), world.runners.end(),
                                   [&](const RunnerView& view) { return view.id == report.runner_id; });
  if (runner == world.runners.end() || answer.refused) return;
  if (!domain::IsTerminal(report.state) && answer.verdict != domain::ReportVerdict::kLeaseLost) return;
  const store::GrantedTask lease{report.task, report.attempt};
  runner->held.erase(std::remove(runner->held.begin(), runner->held.end(), lease), runner->held.end());
}

// Sends reports in up to three calls that meet in one batch.
absl::StatusOr<bool> Send(ModelWorld& world, const std::vector<TaskReport>& reports) {
  SeededRandom& random = world.random;
  constexpr double kJitters[] = {0, 0.5, 0.999};
  world.model.jitter = kJitters[random.Between(0, 2)];
  std::vector<std::vector<TaskReport>> submissions(
      static_cast<std::size_t>(random.OneIn(3) ? random.Between(2, 3) : 1));
  for (const TaskReport& report : reports) random.Of(submissions).push_back(report);
  std::vector<TaskReport> together;
  for (const auto& submission : submissions) together.insert(together.end(), submission.begin(), submission.end());
  for (const TaskReport& report : together) world.Log(absl::StrCat("report ", Show(world.model, report)));
  FLEET_ASSIGN_OR_RETURN(const auto outcomes, world.ReportTogether(submissions));
  const std::vector<FleetModel::Reported> expected = world.model.Report(together, &IsPoisoned);
  const bool is_lost = random.Percent(12);
  std::size_t next = 0;
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    if (outcomes[i].size() != submissions[i].size()) return Differs("report: not one answer a report");
    for (std::size_t k = 0; k < submissions[i].size(); ++k, ++next) {
      const auto& outcome = outcomes[i][k];
      const FleetModel::Reported got{!outcome.refused.empty(), outcome.answer.verdict, outcome.answer.state};
      if (Show(got) != Show(expected[next])) {
        return Differs(absl::StrCat("report ", Show(world.model, together[next]), ": ", Show(got), ", expected ",
                                    Show(expected[next])));
      }
      if (!is_lost) Receive(world, together[next], got);
    }
  }
  for (const TaskReport& report : reports) {
    // Without its poison: what cannot be stored is not sent for ever.
    world.sent.push_back(report);
    if (IsPoisoned(report)) world.sent.back().texts.message = "cleaned";
    if (world.sent.size() > kMostSent) world.sent.pop_front();
  }
  return true;
}

std::vector<RunnerView*> Holders(ModelWorld& world) {
  std::vector<RunnerView*> holders;
  for (RunnerView& runner : world.runners) {
    if (!runner.held.empty()) holders.push_back(&runner);
  }
  return holders;
}

}  // namespace

absl::StatusOr<bool> ReportTasks(ModelWorld& world) {
  const std::vector<RunnerView*> holders = Holders(world);
  if (holders.empty()) return false;
  std::vector<TaskReport> reports;
  const int count = world.random.OneIn(3) ? world.random.Between(2, 8) : 1;
  for (int i = 0; i < count; ++i) {
    const RunnerView& runner = *world.random.Of(holders);
    reports.push_back(RandomReport(world, runner.id, world.random.Of(runner.held)));
    // Two stages, or two contradicting ends, of one lease.
    if (world.random.OneIn(8))
      reports.push_back(RandomReport(world, runner.id, {reports.back().task, reports.back().attempt}));
  }
  return Send(world, reports);
}

// As after a lost answer, or by an old connection; the same again, or something else about the same lease.
absl::StatusOr<bool> RepeatReports(ModelWorld& world) {
  if (world.sent.empty()) return false;
  std::vector<TaskReport> reports;
  const int count = world.random.Between(1, 3);
  for (int i = 0; i < count; ++i) {
    const TaskReport& report =
        world.sent[static_cast<std::size_t>(world.random.Between(0, static_cast<int>(world.sent.size()) - 1))];
    reports.push_back(world.random.OneIn(3) ? RandomReport(world, report.runner_id, {report.task, report.attempt})
                                            : report);
  }
  return Send(world, reports);
}

// With another attempt or in another runner's name.
absl::StatusOr<bool> ReportOfOthers(ModelWorld& world) {
  const std::vector<RunnerView*> holders = Holders(world);
  if (holders.empty()) return false;
  const RunnerView& runner = *world.random.Of(holders);
  store::GrantedTask lease = world.random.Of(runner.held);
  const bool other_runner = world.random.OneIn(2);
  if (!other_runner || world.random.OneIn(4)) lease.attempt += world.random.OneIn(2) ? 1 : -1;
  if (world.random.OneIn(20)) lease.id.ordinal = ModelWorld::kRepositories + 1;
  if (world.random.OneIn(20)) lease.id.fleet_id = world.NextId();
  return Send(world, {RandomReport(world, other_runner ? world.random.Of(world.runners).id : runner.id, lease)});
}

}  // namespace fleet::testing
