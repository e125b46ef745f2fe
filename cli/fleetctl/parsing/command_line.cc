#include "cli/fleetctl/parsing/command_line.h"

#include <cstddef>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "cli/fleetctl/parsing/option_values.h"
#include "cli/fleetctl/parsing/program_help.h"
#include "common/domain/caller.h"
#include "common/domain/character_rules.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:7070";

void CheckWords(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string problem = domain::CharacterProblem(words[i], domain::TextKind::kLines);
    if (!problem.empty()) throw CLI::ValidationError(absl::StrCat("argument ", i + 1), problem);
  }
}

std::string Footer(absl::string_view text) { return std::string(absl::StripAsciiWhitespace(text)); }

// With what is wrong of one option as a violation: "--limit: …".
absl::Status WrongUsage(const std::string& problem) {
  ErrorInfo info;
  info.reason = "INVALID_ARGUMENT";
  const std::vector<std::string> parts = absl::StrSplit(problem, absl::MaxSplits(": ", 1));
  if (parts.size() == 2 && !absl::StrContains(parts[0], ' ')) info.violations.push_back({parts[0], parts[1]});
  return MakeError(absl::StatusCode::kInvalidArgument, problem, std::move(info));
}

// Whether a command line that cannot be parsed as a whole asks for JSON, so that its error is JSON too.
bool AsksForJson(const std::vector<std::string>& arguments) {
  bool json = false;
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--"; ++i) {
    absl::string_view word = arguments[i];
    if (word == "-o" || word == "--output") {
      json = i + 1 < arguments.size() && arguments[i + 1] == "json";
    } else if (absl::ConsumePrefix(&word, "--output=") || absl::ConsumePrefix(&word, "-o")) {
      json = absl::StripPrefix(word, "=") == "json";
    }
  }
  return json;
}

class Parser {
 public:
  Parser(const CommandLineDefaults& defaults, const CommandList& commands) : app_(kSummary) {
    app_.require_subcommand(1);
    app_.fallthrough();  // global options may follow the command
    app_.footer(Footer(kFooter));
    app_.set_version_flag("--version", VersionText(), "Print the version and exit");
    AddGlobalOptions(defaults);
    AddCommands(commands);
  }

  CommandLine Parse(const std::vector<std::string>& arguments) {
    app_.name(arguments.front());
    std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    // "help limits set" is "limits set --help".
    if (!words.empty() && words.front() == "help") {
      words.erase(words.begin());
      words.push_back("--help");
    }
    try {
      // CLI11 takes them from the back.
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ValidationError&) {
      throw;
    } catch (const CLI::Error& error) {
      // What it says of a word that no option took repeats it.
      if (error.get_exit_code() != 0) CheckWords(words);
      throw;
    }
    const auto servers = ParseServers(server_.empty() ? kDefaultServer : server_);
    if (!servers.ok()) throw CLI::ValidationError("--server", std::string(servers.status().message()));
    line_.global.servers = *servers;
    if (!domain::IsUserName(line_.global.user)) {
      throw CLI::ValidationError("--user", "must be 1 to 128 printable ASCII characters without a space");
    }
    return std::move(line_);
  }

  // What `error` is: CLI11 also reports that help was asked for.
  std::variant<CommandLine, HelpText, UsageError> Explain(const CLI::ParseError& error) const {
    std::ostringstream out;
    std::ostringstream err;
    if (app_.exit(error, out, err) == 0) {
      return HelpText{absl::StrCat(absl::StripTrailingAsciiWhitespace(out.str()), "\n")};
    }
    const CLI::App* used = &app_;
    while (!used->get_subcommands().empty()) used = used->get_subcommands().front();
    std::string problem = error.what();
    // CLI11 asks for a command where there is one that it does not know.
    const std::vector<std::string> unknown = app_.remaining(true);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && used->get_require_subcommand_min() > 0 &&
        !unknown.empty()) {
      problem = absl::StrCat("unknown command \"", unknown.front(), "\"");
    }
    return UsageError{WrongUsage(problem), HelpOf(*used), OutputFormat::kTable};
  }

 private:
  void AddGlobalOptions(const CommandLineDefaults& defaults) {
    GlobalOptions& global = line_.global;
    server_ = defaults.server;
    global.user = defaults.user;
    OptionAdder options(app_, filled_);
    const auto take_server = [this](const std::string& value) {
      server_ = value;
      if (!value.empty()) AddRepeatedFlag("--server", value);
      return absl::OkStatus();
    };
    options
        .Value("--server", take_server,
               "Addresses of fleet-service, host:port[,host:port...]; the next is used when one is lost. Default: "
               "FLEET_SERVER, then 127.0.0.1:7070")
        .TypeName("ADDRESSES");
    const auto take_user = [this](const std::string& value) {
      line_.global.user = value;
      AddRepeatedFlag("--user", value);
      return absl::OkStatus();
    };
    options.Value("--user", take_user, "Who asks. Default: the login name").TypeName("NAME");
    const auto take_output = [&global](const std::string& value) {
      if (value != "table" && value != "json") return absl::InvalidArgumentError("must be table or json");
      global.output = value == "json" ? OutputFormat::kJson : OutputFormat::kTable;
      return absl::OkStatus();
    };
    options
        .Value("-o,--output", take_output,
               "table for people (the default), or json for programs: JSON alone on stdout, errors as JSON on stderr")
        .TypeName("table|json");
    options.Duration("--timeout", global.timeout,
                     "How long to go on without an answer from any server. Default: 30s, while watching 10m");
    options.Flag("--no-color", global.no_color, "No colours (as a non-empty NO_COLOR or TERM=dumb)");
  }

  void AddCommands(const CommandList& list) {
    std::map<std::string, CLI::App*> groups;
    for (const auto& [name, command] : list.commands) {
      const std::vector<std::string> words = absl::StrSplit(name, ' ');
      if (words.size() == 1) {
        AddCommand(app_, name, command);
        continue;
      }
      CLI::App*& group = groups[words[0]];
      if (group == nullptr) group = &AddGroup(words[0], list.groups.at(words[0]));
      AddCommand(*group, words[1], command);
    }
  }

  static std::string CommandPath(const CLI::App& app) {
    if (app.get_parent() == nullptr) return app.get_name();
    return absl::StrCat(CommandPath(*app.get_parent()), " ", app.get_name());
  }

  CLI::App& AddGroup(const std::string& name, const CommandHelp& help) {
    CLI::App& group = *app_.add_subcommand(name, help.summary)->require_subcommand(1);
    group.footer(Footer(help.details));
    return group;
  }

  void AddCommand(CLI::App& parent, const std::string& name, const std::shared_ptr<Command>& command) {
    const CommandHelp help = command->Help();
    CLI::App& app = *parent.add_subcommand(name, help.summary);
    app.footer(Footer(help.details));
    auto filled = std::make_shared<std::vector<FilledField>>();
    OptionAdder options(app, *filled);
    command->AddOptions(options);
    app.callback([this, command, filled, &app] {
      const std::string problem = command->UsageProblem();
      if (!problem.empty()) throw CLI::ValidationError(problem);
      line_.command = command;
      line_.help = HelpOf(app);
      line_.fields = FieldsOf(*filled);
    });
  }

  // What was given comes first: one field may be filled by several options.
  static std::vector<OptionField> FieldsOf(const std::vector<FilledField>& filled) {
    std::vector<OptionField> fields;
    for (const bool given : {true, false}) {
      for (const auto& [option, field, holds] : filled) {
        if ((option->count() > 0) == given) fields.push_back({field, option->get_name(), holds});
      }
    }
    return fields;
  }

  static std::string HelpOf(const CLI::App& app) { return absl::StrCat(CommandPath(app), " --help"); }

  void AddRepeatedFlag(const std::string& name, const std::string& value) {
    line_.global.repeated_flags.push_back(name);
    line_.global.repeated_flags.push_back(value);
  }

  CLI::App app_;
  std::vector<FilledField> filled_;  // by global options: nothing
  CommandLine line_;
  std::string server_;
};

}  // namespace

std::variant<CommandLine, HelpText, UsageError> ParseCommandLine(const std::vector<std::string>& arguments,
                                                                 const CommandLineDefaults& defaults,
                                                                 const CommandList& commands) {
  Parser parser(defaults, commands);
  try {
    return parser.Parse(arguments);
  } catch (const CLI::ParseError& error) {
    auto explained = parser.Explain(error);
    auto* usage = std::get_if<UsageError>(&explained);
    if (usage != nullptr && AsksForJson(arguments)) usage->output = OutputFormat::kJson;
    return explained;
  }
}

}  // namespace fleet::cli
