#include "cli/fleetctl/commands/result_report.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/fleetctl/commands/task_pages.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/task_summary.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"

namespace fleet::cli {
namespace {

constexpr std::size_t kMaxFailures = 20;

void Mention(const absl::Status& status, CommandContext& context) {
  if (!status.ok()) context.environment.err << "cannot list repositories: " << SanitizeLine(status.message()) << "\n";
}

void PrintFailures(const v1::Fleet& fleet, CommandContext& context) {
  const int64_t failed = int64_t{fleet.rollup().states().failed()} + fleet.rollup().states().timed_out();
  if (failed == 0) return;
  std::ostream& out = context.environment.out;
  out << "\nFailed:\n";
  TableWriter table(out, context.terminal, {"REPO", "STATE", DetailColumn("ATTEMPT", 1), TextColumn("REASON")});
  std::size_t shown = 0;
  Mention(ReadTasks(context, fleet.fleet_id(), {v1::TASK_STATE_FAILED, v1::TASK_STATE_TIMED_OUT},
                    [&](const v1::ListFleetTasksResponse& page) {
                      for (const v1::Task& task : page.tasks()) {
                        if (shown == kMaxFailures) return false;
                        table.Add({task.repo(),
                                   {Name(task.state()), ColorOf(task.state())},
                                   std::to_string(task.attempt()),
                                   DescribeResult(task)});
                        ++shown;
                      }
                      return shown < kMaxFailures;
                    }),
          context);
  table.Flush();
  if (failed > static_cast<int64_t>(shown)) {
    out << "and " << failed - static_cast<int64_t>(shown)
        << " more: " << context.Suggest({"tasks", fleet.fleet_id(), "--state", "failed", "--state", "timed-out"})
        << "\n";
  }
  out << "See a log with: " << context.Suggest({"logs", fleet.fleet_id(), "OWNER/NAME"}) << "\n";
}

// The branch has one name in every repository: the first that is listed tells it.
std::string FindBranch(const v1::Fleet& fleet, CommandContext& context) {
  std::string branch;
  Mention(ReadTasks(context, fleet.fleet_id(), {v1::TASK_STATE_COMPLETED},
                    [&branch](const v1::ListFleetTasksResponse& page) {
                      for (const v1::Task& task : page.tasks()) {
                        if (branch.empty()) branch = SanitizeLine(task.branch());
                      }
                      return branch.empty();
                    }),
          context);
  return branch;
}

void PrintBranches(const v1::Fleet& fleet, CommandContext& context) {
  const v1::TaskOutcomeCounts& outcomes = fleet.rollup().outcomes();
  const int64_t pull_requests = int64_t{outcomes.pull_request_opened()} + outcomes.pull_request_updated();
  const int64_t pushed = pull_requests + outcomes.branch_pushed();
  if (pushed == 0) return;
  const std::string branch = FindBranch(fleet, context);
  std::ostream& out = context.environment.out;
  out << "\n";
  if (!branch.empty()) {
    out << "Branch " << branch << " was pushed to " << Plural(pushed, "repository", "repositories");
    if (pull_requests > 0) out << ", with " << Plural(pull_requests, "pull request", "pull requests");
    out << ".\n";
  }
  out << "See them with: " << context.Suggest({"tasks", fleet.fleet_id(), "--state", "completed"}) << "\n";
}

}  // namespace

void PrintResults(const v1::Fleet& fleet, CommandContext& context) {
  Environment& environment = context.environment;
  environment.out << "\n" << SummarizeFleet(fleet, environment.clock.TimeNow(), context.terminal);
  PrintFailures(fleet, context);
  PrintBranches(fleet, context);
}

}  // namespace fleet::cli
