#include "cli/fleetctl/commands/fleet_explanation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/system_findings.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/label_lines.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/identifiers.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {
namespace {

std::string DescribePool(const std::string& name, const v1::GetSystemStatusResponse& system) {
  for (const v1::PoolStatus& pool : system.pools()) {
    if (pool.pool() != name) continue;
    return absl::StrCat(SanitizeLine(name), ": ", Plural(pool.live_runners(), "runner", "runners"), ", ",
                        Plural(pool.slots(), "slot", "slots"), ", ", pool.active_tasks(), " under way, ",
                        pool.queued_tasks(), " queued, of all fleets");
  }
  return absl::StrCat(SanitizeLine(name), ": no runner");
}

std::string DescribeWorkers(const v1::GetSystemStatusResponse& system) {
  const auto present = std::count_if(system.workers().begin(), system.workers().end(), IsPresent);
  return present == 0 ? "none: it is neither expanded, cancelled nor retried" : absl::StrCat(present, " at work");
}

}  // namespace

std::string ExplainFleet(const v1::Fleet& fleet, const v1::GetSystemStatusResponse* system) {
  LabelLines lines;
  lines.Add("Fleet", SanitizeLine(fleet.fleet_id()));
  lines.Add("State", Name(fleet.state()));
  lines.Add("Counts", SummarizeCounts(fleet.rollup()));
  if (!fleet.failure_message().empty()) lines.Add("Failure", SanitizeLine(fleet.failure_message()));
  for (const v1::Waiting& waiting : fleet.waiting_on()) lines.Add("Waiting on", DescribeWaiting(waiting));
  if (fleet.waiting_on().empty())
    lines.Add("Waiting on", IsTerminal(fleet.state()) ? "nothing: it has ended" : "nothing");
  const v1::FleetPolicy& policy = fleet.policy();
  lines.Add("Its own cap", absl::StrCat(policy.max_concurrency(), " at once, priority ", policy.priority()));
  lines.Add("Tries", absl::StrCat(policy.max_tries(), " a repository, each of at most ",
                                  FormatElapsed(rpc::FromProtoDuration(policy.task_timeout()))));
  if (policy.has_deadline()) lines.Add("Deadline", FormatTime(policy.deadline()));
  if (system != nullptr && system->database().reachable()) {
    lines.Add("Pool", DescribePool(fleet.pool().empty() ? std::string(domain::kDefaultPool) : fleet.pool(), *system));
    lines.Add("Workers", DescribeWorkers(*system));
  }
  return lines.text();
}

}  // namespace fleet::cli
