// Options that several commands share. CLI11 reports by exceptions; they end in ParseCommandLine.
#ifndef FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_
#define FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/parsing/option_values.h"

namespace fleet::cli {

// Throws CLI::ValidationError with the status's words.
template <typename T>
T ValueOf(const std::string& option, absl::StatusOr<T> value) {
  if (!value.ok()) throw CLI::ValidationError(option, std::string(value.status().message()));
  return *std::move(value);
}

// An option that may be repeated, each time with one value. CLI11's own vectors would also take the words after it,
// and split "[a,b]".
CLI::Option* AddRepeatable(CLI::App& app, const std::string& name, std::function<void(const std::string&)> take,
                           const std::string& help);

// A repeatable option whose values are names of an enumeration; `all` lists them for error messages.
template <typename Enum>
CLI::Option* AddNames(CLI::App& app, const std::string& name, std::vector<Enum>& values,
                      std::optional<Enum> (*parse)(absl::string_view), const std::string& all,
                      const std::string& help) {
  return AddRepeatable(
      app, name,
      [name, &values, parse, all](const std::string& text) {
        const std::optional<Enum> value = parse(text);
        if (!value.has_value()) throw CLI::ValidationError(name, absl::StrCat("\"", text, "\" is none of ", all));
        values.push_back(*value);
      },
      absl::StrCat(help, " ", all));
}

// Of a repeatable --state, before the names.
inline constexpr char kStateHelp[] = "Only those in this state; may be repeated.";

// The argument FLEET.
CLI::Option* AddFleetId(CLI::App& app, std::string& fleet_id);
// The argument REPO, required.
void AddRepo(CLI::App& app, std::string& repo);
void AddDuration(CLI::App& app, const std::string& name, std::optional<absl::Duration>& duration,
                 const std::string& help);
// --param NAME=VALUE, repeatable, each name once.
void AddParameters(CLI::App& app, std::map<std::string, std::string>& parameters, const std::string& help);
void AddRequestId(CLI::App& app, std::string& request_id, const std::string& help);
// --replace-branch.
void AddReplaceBranch(CLI::App& app, bool& replace_branch);
// From 1.
void AddCount(CLI::App& app, const std::string& name, std::optional<int32_t>& count, const std::string& help);
// --limit, 0 for all.
void AddLimit(CLI::App& app, int32_t& limit);
// --priority.
void AddPriority(CLI::App& app, std::optional<int32_t>& priority);
// --deadline TIME|DURATION.
void AddDeadline(CLI::App& app, std::optional<Deadline>& deadline);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_
