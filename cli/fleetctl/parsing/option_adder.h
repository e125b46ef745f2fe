// How a command says what options and arguments it takes. CLI11 stays behind it.
#ifndef FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_
#define FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/parsing/option_fields.h"
#include "cli/fleetctl/parsing/option_values.h"
#include "common/domain/character_rules.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fleet::cli {

// Of a repeatable --state, before the names.
inline constexpr char kStateHelp[] = "Only those in this state; may be repeated.";

// An option, and the field of a request that it fills.
struct FilledField {
  const CLI::Option* option;
  std::string field;
  OptionField::Holds holds;
};

// An option that was added; what is said of it here holds when the command line is parsed.
class AddedOption {
 public:
  AddedOption(CLI::Option* option, std::vector<FilledField>& filled) : option_(option), filled_(filled) {}
  AddedOption& Required();
  // What its value is called in the help: "DURATION".
  AddedOption& TypeName(const std::string& name);
  // Not together with `other`.
  AddedOption& Excludes(const AddedOption& other);
  // The request's field that it fills, "policy.max_tries": what a service says of the field is said of the option. May
  // be called again for another field.
  AddedOption& Fills(const std::string& field, OptionField::Holds holds = OptionField::Holds::kValue);

 private:
  CLI::Option* option_;
  std::vector<FilledField>& filled_;
};

// Names are "--option", or "ARGUMENT" for one that is told by its place. What is filled in must outlive the parsing.
class OptionAdder {
 public:
  // Takes a value as it was typed; an error's words are shown to the user.
  using Take = std::function<absl::Status(const std::string& value)>;

  // `filled` is told which fields the options fill; it must outlive the parsing.
  OptionAdder(CLI::App& app, std::vector<FilledField>& filled) : app_(app), filled_(filled) {}

  // Of every value that is typed, what may not stand in a text of its kind is refused before anything else is said of
  // it: a message may repeat the value.
  AddedOption Text(const std::string& name, std::string& value, const std::string& help,
                   domain::TextKind kind = domain::TextKind::kName);
  AddedOption Flag(const std::string& name, bool& value, const std::string& help);
  // From `least` to `most`, both included.
  AddedOption Number(const std::string& name, int64_t& value, int64_t least, int64_t most, const std::string& help);
  AddedOption Number(const std::string& name, std::optional<int32_t>& value, int32_t least, int32_t most,
                     const std::string& help);
  AddedOption Value(const std::string& name, Take take, const std::string& help,
                    domain::TextKind kind = domain::TextKind::kName);
  // May be repeated, each time with one value.
  AddedOption Repeatable(const std::string& name, Take take, const std::string& help,
                         domain::TextKind kind = domain::TextKind::kName);
  // Arguments told by their place, at least one, after all others.
  AddedOption Arguments(const std::string& name, Take take, const std::string& help);
  // Repeatable; its values are names of an enumeration, which `all` lists for help and errors.
  template <typename Enum>
  AddedOption Names(const std::string& name, std::vector<Enum>& values, std::optional<Enum> (*parse)(absl::string_view),
                    const std::string& all, const std::string& help) {
    return Repeatable(
        name,
        [&values, parse, all](const std::string& text) {
          const std::optional<Enum> value = parse(text);
          if (!value.has_value()) return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is none of ", all));
          values.push_back(*value);
          return absl::OkStatus();
        },
        absl::StrCat(help, " ", all));
  }

  // What several commands have in common.

  // The argument FLEET, as FindFleetId takes it.
  AddedOption FleetId(std::string& fleet_id);
  // The argument REPO.
  AddedOption Repo(std::string& repo, const std::string& help = "Repository, owner/name");
  AddedOption Duration(const std::string& name, std::optional<absl::Duration>& duration, const std::string& help);
  // --param NAME=VALUE, repeatable, each name once.
  AddedOption Parameters(std::map<std::string, std::string>& parameters, const std::string& help);
  AddedOption RequestId(std::string& request_id, const std::string& help);
  // --replace-branch.
  AddedOption ReplaceBranch(bool& replace_branch);
  // From 1.
  AddedOption Count(const std::string& name, std::optional<int32_t>& count, const std::string& help);
  // --limit, 0 for all.
  AddedOption Limit(int32_t& limit);
  // --priority.
  AddedOption Priority(std::optional<int32_t>& priority);
  // --deadline TIME|DURATION.
  AddedOption DeadlineOption(std::optional<Deadline>& deadline);

 private:
  AddedOption Added(CLI::Option* option) { return {option, filled_}; }

  CLI::App& app_;
  std::vector<FilledField>& filled_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_OPTION_ADDER_H_
