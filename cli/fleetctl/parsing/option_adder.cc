#include "cli/fleetctl/parsing/option_adder.h"

#include <limits>
#include <utility>

#include "CLI/CLI.hpp"
#include "cli/fleetctl/parsing/fleet_reference.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr int kMostArguments = 1000;
constexpr int32_t kMaxInt32 = std::numeric_limits<int32_t>::max();

// CLI11 reports by exceptions; they end in ParseCommandLine. Of "-o,--output" the last name is shown.
void Check(const std::string& name, const absl::Status& taken) {
  if (!taken.ok()) throw CLI::ValidationError(name.substr(name.rfind(',') + 1), std::string(taken.message()));
}

// Refuses what may not stand in a text of this kind. CLI11 puts the option's name before it.
CLI::Validator OfKind(domain::TextKind kind) {
  return CLI::Validator([kind](std::string& value) { return domain::CharacterProblem(value, kind); }, "");
}

CLI::Validator Name() { return OfKind(domain::TextKind::kName); }

}  // namespace

AddedOption& AddedOption::Required() {
  option_->required();
  return *this;
}

AddedOption& AddedOption::TypeName(const std::string& name) {
  option_->type_name(name);
  return *this;
}

AddedOption& AddedOption::Excludes(const AddedOption& other) {
  option_->excludes(other.option_);
  return *this;
}

AddedOption& AddedOption::Fills(const std::string& field, OptionField::Holds holds) {
  filled_.push_back({option_, field, holds});
  return *this;
}

AddedOption OptionAdder::Text(const std::string& name, std::string& value, const std::string& help,
                              domain::TextKind kind) {
  return Added(app_.add_option(name, value, help)->check(OfKind(kind)));
}

AddedOption OptionAdder::Flag(const std::string& name, bool& value, const std::string& help) {
  return Added(app_.add_flag(name, value, help));
}

AddedOption OptionAdder::Number(const std::string& name, int64_t& value, int64_t least, int64_t most,
                                const std::string& help) {
  return Added(app_.add_option(name, value, help)->check(Name())->check(CLI::Range(least, most)));
}

AddedOption OptionAdder::Number(const std::string& name, std::optional<int32_t>& value, int32_t least, int32_t most,
                                const std::string& help) {
  return Added(app_.add_option(name, value, help)->check(Name())->check(CLI::Range(least, most)));
}

AddedOption OptionAdder::Value(const std::string& name, Take take, const std::string& help, domain::TextKind kind) {
  return Added(
      app_.add_option_function<std::string>(
              name, [name, take = std::move(take)](const std::string& value) { Check(name, take(value)); }, help)
          ->check(OfKind(kind)));
}

// CLI11's own vectors would also take the words after it, and split "[a,b]".
AddedOption OptionAdder::Repeatable(const std::string& name, Take take, const std::string& help,
                                    domain::TextKind kind) {
  return Added(app_.add_option(
                       name,
                       [name, take = std::move(take)](const CLI::results_t& values) {
                         for (const std::string& value : values) Check(name, take(value));
                         return true;
                       },
                       help)
                   ->check(OfKind(kind))
                   ->type_size(1)
                   ->expected(1)
                   ->allow_extra_args(false)
                   ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
}

AddedOption OptionAdder::Arguments(const std::string& name, Take take, const std::string& help) {
  return Added(app_.add_option(
                       name,
                       [name, take = std::move(take)](const CLI::results_t& values) {
                         for (const std::string& value : values) Check(name, take(value));
                         return true;
                       },
                       help)
                   ->check(OfKind(domain::TextKind::kName))
                   ->type_size(1)
                   ->expected(1, kMostArguments)
                   ->allow_extra_args()
                   ->required());
}

AddedOption OptionAdder::FleetId(std::string& fleet_id) {
  return Value(
             "FLEET",
             [&fleet_id](const std::string& value) {
               FLEET_ASSIGN_OR_RETURN(fleet_id, ParseFleetReference(value));
               return absl::OkStatus();
             },
             "Id of the fleet, its first 8 or more characters, or @latest")
      .Fills("fleet_id");
}

AddedOption OptionAdder::Repo(std::string& repo, const std::string& help) {
  return Text("REPO", repo, help).Fills("repo");
}

AddedOption OptionAdder::Duration(const std::string& name, std::optional<absl::Duration>& duration,
                                  const std::string& help) {
  return Value(
             name,
             [&duration](const std::string& value) {
               FLEET_ASSIGN_OR_RETURN(duration, ParseDurationOption(value));
               return absl::OkStatus();
             },
             help)
      .TypeName("DURATION");
}

AddedOption OptionAdder::Parameters(std::map<std::string, std::string>& parameters, const std::string& help) {
  return Repeatable(
             "--param",
             [&parameters](const std::string& value) {
               FLEET_ASSIGN_OR_RETURN(const auto parameter, ParseParameter(value));
               if (parameters.insert(parameter).second) return absl::OkStatus();
               return absl::InvalidArgumentError(absl::StrCat("\"", parameter.first, "\" is given twice"));
             },
             help, domain::TextKind::kLines)
      .TypeName("NAME=VALUE")
      .Fills("parameters")
      .Fills("amendment.parameters");
}

AddedOption OptionAdder::RequestId(std::string& request_id, const std::string& help) {
  return Value(
             "--request-id",
             [&request_id](const std::string& value) {
               if (!domain::IsRequestId(value))
                 return absl::InvalidArgumentError("must be 1 to 128 letters, digits or one of . _ : -");
               request_id = value;
               return absl::OkStatus();
             },
             help)
      .Fills("request_id");
}

AddedOption OptionAdder::ReplaceBranch(bool& replace_branch) {
  return Flag("--replace-branch", replace_branch,
              "Push also over commits on the fleet's branch that are not its own: what people committed there is lost");
}

AddedOption OptionAdder::Count(const std::string& name, std::optional<int32_t>& count, const std::string& help) {
  return Number(name, count, 1, kMaxInt32, help);
}

AddedOption OptionAdder::Limit(int32_t& limit) {
  return Added(app_.add_option("--limit", limit, "At most this many, newest first; 0 for all. Default: 50")
                   ->check(Name())
                   ->check(CLI::Range(0, kMaxInt32)))
      .Fills("page_size");
}

AddedOption OptionAdder::Priority(std::optional<int32_t>& priority) {
  return Number("--priority", priority, -domain::kHighestPriority, domain::kHighestPriority,
                "From -1000 to 1000; repositories of the higher one are handed out first")
      .Fills("policy.priority");
}

AddedOption OptionAdder::DeadlineOption(std::optional<Deadline>& deadline) {
  return Value(
             "--deadline",
             [&deadline](const std::string& value) {
               FLEET_ASSIGN_OR_RETURN(deadline, ParseDeadline(value));
               return absl::OkStatus();
             },
             "When nothing starts any more and what runs is stopped: a time, or so long from now")
      .TypeName("TIME|DURATION")
      .Fills("policy.deadline");
}

}  // namespace fleet::cli
