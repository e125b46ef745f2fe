#include "cli/fleetctl/commands/summaries_command.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/task_pages.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {
namespace {

constexpr std::size_t kSampleRepos = 5;

struct Group {
  std::string summary;
  int64_t count = 0;
  std::vector<std::string> sample_repos;  // the first ones
};

// The most frequent first; what is as frequent, in the order of its words.
absl::StatusOr<std::vector<Group>> ReadGroups(const std::string& fleet_id, CommandContext& context) {
  std::map<std::string, Group> by_words;
  const auto take = [&](const v1::ListFleetTasksResponse& page) {
    for (const v1::Task& task : page.tasks()) {
      Group& group = by_words[task.summary()];
      ++group.count;
      if (group.sample_repos.size() < kSampleRepos) group.sample_repos.push_back(task.repo());
    }
    return true;
  };
  FLEET_RETURN_IF_ERROR(ReadTasks(context, fleet_id, {v1::TASK_STATE_COMPLETED}, take));
  std::vector<Group> groups;
  for (auto& [summary, group] : by_words) {
    group.summary = summary;
    groups.push_back(std::move(group));
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.count > b.count; });
  return groups;
}

void Print(const Group& group, std::ostream& out) {
  std::vector<std::string> repos;
  repos.reserve(group.sample_repos.size());
  for (const std::string& repo : group.sample_repos) repos.push_back(SanitizeLine(repo));
  const int64_t others = group.count - static_cast<int64_t>(repos.size());
  out << group.count << " × " << (group.summary.empty() ? "no summary" : SanitizeLine(group.summary))
      << "\n  repositories  " << absl::StrJoin(repos, ", ")
      << (others > 0 ? absl::StrCat(" and ", others, " more") : "") << "\n";
}

std::string ToJson(const std::vector<Group>& groups) {
  nlohmann::ordered_json json;
  json["summaries"] = nlohmann::ordered_json::array();
  for (const Group& group : groups) {
    json["summaries"].push_back(
        {{"summary", group.summary}, {"count", std::to_string(group.count)}, {"sample_repos", group.sample_repos}});
  }
  return json.dump(1, ' ', true) + "\n";
}

}  // namespace

CommandHelp SummariesCommand::Help() const {
  return {"Show what completed repositories say of their result, the most frequent first", R"(
A step may leave a summary in FLEET_OUTPUT. Repositories whose summaries have the same words are one group: how many, and
the first of them. "fleetctl tasks" shows each one's.

Examples:
  fleetctl summaries 01JZ0000000000000000000000
  fleetctl summaries @latest -o json | jq -r '.summaries[].summary'
)"};
}

void SummariesCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> SummariesCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<Group> groups, ReadGroups(fleet_id, context));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(groups);
    return 0;
  }
  if (groups.empty()) out << "No repository has completed.\n";
  for (const Group& group : groups) Print(group, out);
  return 0;
}

}  // namespace fleet::cli
