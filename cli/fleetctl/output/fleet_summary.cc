#include "cli/fleetctl/output/fleet_summary.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/output/display_width.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/identifiers.h"
#include "common/domain/ulid.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {
namespace {

using Counts = std::vector<std::pair<int64_t, std::string>>;

constexpr int kLabelColumns = 14;  // what stands before a value
constexpr int kShortestTask = 20;

std::string Join(const Counts& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, what] : counts) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", what));
  }
  return parts.empty() ? "—" : absl::StrJoin(parts, ", ");
}

std::string SummarizeStates(const v1::TaskStateCounts& states) {
  return Join({{states.completed(), "completed"},
               {states.failed(), "failed"},
               {states.timed_out(), "timed out"},
               {states.cancelled(), "cancelled"},
               {states.finalizing(), "finalizing"},
               {states.awaiting_approval(), "awaiting approval"},
               {states.running(), "running"},
               {states.hydrating(), "hydrating"},
               {states.submitted(), "submitted"},
               {states.queued(), "queued"}});
}

std::string SummarizeOutcomes(const v1::TaskOutcomeCounts& outcomes) {
  return Join({{outcomes.pull_request_opened(), "pull request opened"},
               {outcomes.pull_request_updated(), "pull request updated"},
               {outcomes.branch_pushed(), "branch pushed"},
               {outcomes.no_changes(), "no changes"},
               {outcomes.report_only(), "report only"},
               {outcomes.unspecified(), "not said"}});
}

std::string SummarizeFailures(const v1::Rollup& rollup) {
  Counts counts;
  for (const auto& category : rollup.failure_categories()) {
    counts.emplace_back(category.count(), Words(category.category()));
  }
  return Join(counts);
}

class LineList {
 public:
  void Add(absl::string_view label, absl::string_view value) {
    absl::StrAppendFormat(&text_, "%-*s%s\n", kLabelColumns, label, value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Who cancelled or paused it, and why else it is paused: " (by alice)".
std::string DescribeCauses(const v1::Fleet& fleet) {
  const v1::TaskStateCounts& states = fleet.rollup().states();
  if (fleet.state() == v1::FLEET_STATE_PARTIAL_FAILURE && states.failed() + states.timed_out() == 0) {
    return absl::StrCat(" (", Plural(states.cancelled(), "repository", "repositories"), " cancelled, none failed)");
  }
  // One that ended while it was paused is not paused any more.
  if (IsTerminal(fleet.state()) && fleet.cancelled_by().empty()) return "";
  std::vector<std::string> causes;
  for (const int reason : fleet.pause_reasons()) {
    // That a user paused it shows by who it was.
    if (reason == v1::PAUSE_REASON_USER && !fleet.paused_by().empty()) continue;
    causes.push_back(Words(static_cast<v1::PauseReason>(reason)));
  }
  const std::string& who = fleet.cancelled_by().empty() ? fleet.paused_by() : fleet.cancelled_by();
  if (!who.empty()) causes.push_back(absl::StrCat("by ", SanitizeLine(who)));
  return causes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(causes, ", "), ")");
}

// The time between two generations is in it, too.
std::string DescribeElapsed(const v1::Fleet& fleet, absl::Time now, std::optional<absl::Time> generation_begin) {
  std::string text = FormatElapsed(Elapsed(fleet, now));
  if (fleet.generation() <= 1) return text;
  if (!generation_begin.has_value()) {
    return absl::StrCat(text, " since it was submitted, over ", fleet.generation(), " generations");
  }
  const absl::Duration before = *generation_begin - rpc::FromProtoTime(fleet.create_time());
  return absl::StrCat(text, " since it was submitted, ", FormatElapsed(Elapsed(fleet, now) - before),
                      " of it in generation ", fleet.generation());
}

std::string DescribeDeadline(const v1::Fleet& fleet, absl::Time now) {
  std::string time = FormatTime(fleet.policy().deadline());
  if (fleet.deadline_exceeded()) return absl::StrCat(time, " (exceeded)");
  const absl::Duration left = rpc::FromProtoTime(fleet.policy().deadline()) - now;
  if (IsTerminal(fleet.state()) || left <= absl::ZeroDuration()) return time;
  return absl::StrCat(time, " (in ", FormatElapsed(left), ")");
}

// Task texts may be pages long: one line of a terminal, else all of it.
std::string FitLine(absl::string_view value, const Terminal& terminal) {
  std::string text = SanitizeLine(value);
  const int width = terminal.width();
  return width > 0 ? CutToWidth(text, std::max(kShortestTask, width - kLabelColumns)) : text;
}

// The usual one goes without saying.
bool HasNamedBranch(const v1::Fleet& fleet) {
  const auto id = domain::Ulid::Parse(fleet.fleet_id());
  return !fleet.branch().empty() && !(id.has_value() && fleet.branch() == domain::BranchName(*id));
}

void AddProgress(const v1::Rollup& rollup, LineList& lines) {
  std::string repositories = absl::StrCat(rollup.total());
  if (rollup.expanded() < rollup.total()) absl::StrAppend(&repositories, " (", rollup.expanded(), " enqueued so far)");
  lines.Add("Repositories", repositories);
  lines.Add("States", SummarizeStates(rollup.states()));
  lines.Add("Outcomes", SummarizeOutcomes(rollup.outcomes()));
  lines.Add("Failures", SummarizeFailures(rollup));
  lines.Add("Cost", SummarizeCost(rollup));
}

}  // namespace

int64_t EndedCount(const v1::Rollup& rollup) {
  const v1::TaskStateCounts& states = rollup.states();
  return int64_t{states.completed()} + states.failed() + states.cancelled() + states.timed_out();
}

int64_t ActiveCount(const v1::Rollup& rollup) {
  const v1::TaskStateCounts& states = rollup.states();
  return int64_t{states.submitted()} + states.hydrating() + states.running() + states.awaiting_approval() +
         states.finalizing();
}

absl::Duration Elapsed(const v1::Fleet& fleet, absl::Time now) {
  return (fleet.has_end_time() ? rpc::FromProtoTime(fleet.end_time()) : now) - rpc::FromProtoTime(fleet.create_time());
}

std::string SummarizeCounts(const v1::Rollup& rollup) {
  const v1::TaskStateCounts& states = rollup.states();
  return Join({{states.completed(), "completed"},
               {states.failed(), "failed"},
               {states.timed_out(), "timed out"},
               {states.cancelled(), "cancelled"},
               {ActiveCount(rollup), "active"},
               {states.queued(), "queued"},
               {int64_t{rollup.total()} - rollup.expanded(), "to enqueue"}});
}

std::string SummarizeCost(const v1::Rollup& rollup) {
  if (rollup.known_cost_count() == 0) return "—";
  return absl::StrCat(FormatCost(rollup.cost_usd()), " (known for ", rollup.known_cost_count(), " of ", rollup.total(),
                      ")");
}

std::string DescribeWaiting(const v1::Waiting& waiting) {
  if (waiting.message().empty()) return Words(waiting.reason());
  return SanitizeLine(waiting.message());
}

std::string SummarizeGenerations(const google::protobuf::RepeatedPtrField<v1::FleetGeneration>& generations,
                                 const Terminal& terminal) {
  LineList lines;
  for (const v1::FleetGeneration& generation : generations) {
    std::string asked = absl::StrCat(FormatTime(generation.create_time()), " by ", generation.created_by());
    if (generation.generation() > 1) {
      absl::StrAppend(&asked, ", ", Plural(generation.retried_count(), "repository", "repositories"), " again");
    }
    absl::StrAppend(&asked, ", ", generation.resolved_workflow());
    if (!generation.task_description().empty()) absl::StrAppend(&asked, ": ", generation.task_description());
    lines.Add(absl::StrCat("Generation ", generation.generation()), FitLine(asked, terminal));
  }
  return lines.Take();
}

std::string SummarizeFleet(const v1::Fleet& fleet, absl::Time now, const Terminal& terminal,
                           std::optional<absl::Time> generation_begin) {
  LineList lines;
  lines.Add("Fleet", SanitizeLine(fleet.fleet_id()));
  lines.Add("State", absl::StrCat(terminal.Paint(Name(fleet.state()), ColorOf(fleet.state())), DescribeCauses(fleet)));
  if (!fleet.failure_message().empty()) lines.Add("Failure", SanitizeLine(fleet.failure_message()));
  lines.Add("Workflow",
            SanitizeLine(fleet.resolved_workflow().empty() ? fleet.workflow_ref() : fleet.resolved_workflow()));
  if (!fleet.task_description().empty()) lines.Add("Task", FitLine(fleet.task_description(), terminal));
  if (fleet.generation() > 1) {
    lines.Add("Generation", absl::StrCat(fleet.generation(),
                                         fleet.retrying() ? " (repositories are being returned to the queue)" : ""));
  }
  lines.Add("Creator", SanitizeLine(fleet.creator()));
  if (fleet.pool() != domain::kDefaultPool && !fleet.pool().empty()) lines.Add("Pool", SanitizeLine(fleet.pool()));
  if (HasNamedBranch(fleet)) lines.Add("Branch", SanitizeLine(fleet.branch()));
  lines.Add("Created", FormatTime(fleet.create_time()));
  lines.Add("Elapsed", DescribeElapsed(fleet, now, generation_begin));
  if (fleet.policy().has_deadline()) lines.Add("Deadline", DescribeDeadline(fleet, now));
  AddProgress(fleet.rollup(), lines);
  lines.Add("Runner time", FormatElapsed(rpc::FromProtoDuration(fleet.rollup().task_duration())));
  for (const v1::Waiting& waiting : fleet.waiting_on()) lines.Add("Waiting on", DescribeWaiting(waiting));
  return lines.Take();
}

}  // namespace fleet::cli
