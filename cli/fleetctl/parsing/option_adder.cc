#include "cli/fleetctl/parsing/option_adder.h"

#include <limits>

#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"

namespace fleet::cli {
namespace {

constexpr int32_t kMaxInt32 = std::numeric_limits<int32_t>::max();

}  // namespace

CLI::Option* AddRepeatable(CLI::App& app, const std::string& name, std::function<void(const std::string&)> take,
                           const std::string& help) {
  return app
      .add_option(
          name,
          [take = std::move(take)](const CLI::results_t& values) {
            for (const std::string& value : values) take(value);
            return true;
          },
          help)
      ->type_size(1)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* AddFleetId(CLI::App& app, std::string& fleet_id) {
  return app.add_option_function<std::string>(
      "FLEET", [&fleet_id](const std::string& value) { fleet_id = ValueOf("FLEET", ParseFleetId(value)); },
      "Id of the fleet");
}

void AddRepo(CLI::App& app, std::string& repo) { app.add_option("REPO", repo, "Repository, owner/name")->required(); }

void AddDuration(CLI::App& app, const std::string& name, std::optional<absl::Duration>& duration,
                 const std::string& help) {
  app.add_option_function<std::string>(
         name, [name, &duration](const std::string& value) { duration = ValueOf(name, ParseDurationOption(value)); },
         help)
      ->type_name("DURATION");
}

void AddParameters(CLI::App& app, std::map<std::string, std::string>& parameters, const std::string& help) {
  AddRepeatable(
      app, "--param",
      [&parameters](const std::string& value) {
        auto [name, text] = ValueOf("--param", ParseParameter(value));
        if (!parameters.emplace(name, text).second) {
          throw CLI::ValidationError("--param", absl::StrCat("\"", name, "\" is given twice"));
        }
      },
      help)
      ->type_name("NAME=VALUE");
}

void AddRequestId(CLI::App& app, std::string& request_id, const std::string& help) {
  app.add_option_function<std::string>(
      "--request-id",
      [&request_id](const std::string& value) {
        if (!domain::IsRequestId(value)) {
          throw CLI::ValidationError("--request-id", "must be 1 to 128 letters, digits or one of . _ : -");
        }
        request_id = value;
      },
      help);
}

void AddReplaceBranch(CLI::App& app, bool& replace_branch) {
  app.add_flag(
      "--replace-branch", replace_branch,
      "Push also over commits on the fleet's branch that are not its own: what people committed there is lost");
}

void AddCount(CLI::App& app, const std::string& name, std::optional<int32_t>& count, const std::string& help) {
  app.add_option(name, count, help)->check(CLI::Range(1, kMaxInt32));
}

void AddLimit(CLI::App& app, int32_t& limit) {
  app.add_option("--limit", limit, "At most this many, newest first; 0 for all. Default: 50")
      ->check(CLI::Range(0, kMaxInt32));
}

void AddPriority(CLI::App& app, std::optional<int32_t>& priority) {
  app.add_option("--priority", priority, "From -1000 to 1000; repositories of the higher one are handed out first")
      ->check(CLI::Range(-domain::kHighestPriority, domain::kHighestPriority));
}

void AddDeadline(CLI::App& app, std::optional<Deadline>& deadline) {
  app.add_option_function<std::string>(
         "--deadline",
         [&deadline](const std::string& value) { deadline = ValueOf("--deadline", ParseDeadline(value)); },
         "When nothing starts any more and what runs is stopped: a time, or so long from now")
      ->type_name("TIME|DURATION");
}

}  // namespace fleet::cli
