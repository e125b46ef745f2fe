#include "cli/fleetctl/command_line.h"

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/command_help.h"
#include "cli/fleetctl/option_values.h"
#include "cli/fleetctl/state_names.h"
#include "common/domain/identifiers.h"
#include "common/rpc/channel.h"

namespace fleet::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:7070";
constexpr int kUsageError = 2;

// CLI11 reports by exceptions; they end in ParseCommandLine.
template <typename T>
T ValueOf(const std::string& option, absl::StatusOr<T> value) {
  if (!value.ok()) throw CLI::ValidationError(option, std::string(value.status().message()));
  return *std::move(value);
}

// An option that may be repeated, each time with one value. CLI11's own vectors would also take the words after it,
// and split "[a,b]".
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

std::string Footer(absl::string_view text) { return std::string(absl::StripAsciiWhitespace(text)); }

class Parser {
 public:
  explicit Parser(const CommandLineDefaults& defaults) : app_(kSummary) {
    app_.require_subcommand(1);
    app_.fallthrough();  // global options may follow the command
    app_.footer(Footer(kFooter));
    app_.set_version_flag("--version", VersionText(), "Print the version and exit");
    AddGlobalOptions(defaults);
    AddSubmit();
    AddFleetCommands();
    AddTaskCommands();
    AddCatalogCommands();
    AddCommand(app_, "version", VersionCommand{});
  }

  CommandLine Parse(const std::vector<std::string>& arguments) {
    app_.name(arguments.front());
    // CLI11 takes them from the back.
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 1));
    line_.global.servers = ValueOf("--server", ParseServers(server_.empty() ? kDefaultServer : server_));
    if (!rpc::IsUserName(line_.global.user)) {
      throw CLI::ValidationError("--user", "must be 1 to 128 printable ASCII characters without a space");
    }
    return std::move(line_);
  }

  int Exit(const CLI::ParseError& error, std::string& text) const {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app_.exit(error, out, err);
    if (code == 0) {
      text = absl::StrCat(absl::StripTrailingAsciiWhitespace(out.str()), "\n");
      return 0;
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
    text = absl::StrCat("error: ", problem, "\nSee ", CommandPath(*used), " --help\n");
    return kUsageError;
  }

 private:
  void AddGlobalOptions(const CommandLineDefaults& defaults) {
    GlobalOptions& global = line_.global;
    server_ = defaults.server;
    global.user = defaults.user;
    app_.add_option_function<std::string>(
            "--server",
            [this](const std::string& value) {
              server_ = value;
              if (!value.empty()) AddRepeatedFlag("--server", value);
            },
            "Addresses of fleet-service, host:port[,host:port...]; the next is used when one is lost. Default: "
            "FLEET_SERVER, then 127.0.0.1:7070")
        ->type_name("ADDRESSES");
    app_.add_option_function<std::string>(
            "--user",
            [this](const std::string& value) {
              line_.global.user = value;
              AddRepeatedFlag("--user", value);
            },
            "Who asks. Default: the login name")
        ->type_name("NAME");
    app_.add_option_function<std::string>(
            "-o,--output",
            [&global](const std::string& value) {
              if (value != "table" && value != "json") throw CLI::ValidationError("--output", "must be table or json");
              global.output = value == "json" ? OutputFormat::kJson : OutputFormat::kTable;
            },
            "table for people (the default), or json for programs: JSON alone on stdout, errors as JSON on stderr")
        ->type_name("table|json");
    app_.add_option_function<std::string>(
            "--timeout",
            [&global](const std::string& value) { global.timeout = ValueOf("--timeout", ParseDurationOption(value)); },
            "How long to go on without an answer from any server. Default: 30s, while watching 10m")
        ->type_name("DURATION");
    app_.add_flag("--no-color", global.no_color, "No colours (as a non-empty NO_COLOR or TERM=dumb)");
  }

  void AddSubmit() {
    auto submit = std::make_shared<SubmitCommand>();
    CLI::App& app = AddCommand(app_, "submit", submit);
    app.add_option("--repos-file", submit->repos_file, "Repositories, one owner/name a line; - is stdin")->required();
    app.add_option("--workflow", submit->workflow_ref, "Workflow, domain/name-vN[@version]")->required();
    app.add_option("--task", submit->task_description, "What to do, for the workflow's steps");
    AddRepeatable(
        app, "--param",
        [submit](const std::string& value) {
          auto [name, text] = ValueOf("--param", ParseParameter(value));
          if (!submit->parameters.emplace(name, text).second) {
            throw CLI::ValidationError("--param", absl::StrCat("\"", name, "\" is given twice"));
          }
        },
        "A parameter for every repository; may be repeated")
        ->type_name("NAME=VALUE");
    app.add_option("--max-concurrency", submit->max_concurrency, "Most repositories worked on at once")
        ->check(CLI::Range(1, std::numeric_limits<int32_t>::max()));
    AddDuration(app, "--task-timeout", submit->task_timeout, "Most time for one attempt on one repository");
    app.add_option("--max-tries", submit->max_tries, "Most failing attempts on one repository")
        ->check(CLI::Range(1, std::numeric_limits<int32_t>::max()));
    app.add_option_function<std::string>(
        "--request-id",
        [submit](const std::string& value) {
          if (!domain::IsRequestId(value)) {
            throw CLI::ValidationError("--request-id", "must be 1 to 128 letters, digits or one of . _ : -");
          }
          submit->request_id = value;
        },
        "Makes a repetition safe: the same id gives the same fleet. Default: made up, and printed when it is needed");
    app.add_flag("--watch", submit->watch, "Watch the fleet to its end");
  }

  void AddFleetCommands() {
    auto status = std::make_shared<StatusCommand>();
    AddFleetId(AddCommand(app_, "status", status), status->fleet_id);
    auto watch = std::make_shared<WatchCommand>();
    AddFleetId(AddCommand(app_, "watch", watch), watch->fleet_id);
    auto cancel = std::make_shared<CancelCommand>();
    CLI::App& cancel_app = AddCommand(app_, "cancel", cancel);
    AddFleetId(cancel_app, cancel->fleet_id);
    cancel_app.add_flag("--drain", cancel->drain, "Let what is running go on to its own end");
    auto list = std::make_shared<ListCommand>();
    CLI::App& list_app = AddCommand(app_, "list", list);
    list_app.add_option("--creator", list->creator, "Only fleets of this user");
    AddStates(list_app, list->states, ParseFleetState, AllFleetStates());
    list_app.add_option("--limit", list->limit, "At most this many, newest first; 0 for all. Default: 50")
        ->check(CLI::Range(0, std::numeric_limits<int32_t>::max()));
  }

  void AddTaskCommands() {
    auto tasks = std::make_shared<TasksCommand>();
    CLI::App& tasks_app = AddCommand(app_, "tasks", tasks);
    AddFleetId(tasks_app, tasks->fleet_id);
    AddStates(tasks_app, tasks->states, ParseTaskState, AllTaskStates());
    auto logs = std::make_shared<LogsCommand>();
    CLI::App& logs_app = AddCommand(app_, "logs", logs);
    AddFleetId(logs_app, logs->fleet_id);
    logs_app.add_option("REPO", logs->repo, "Repository, owner/name")->required();
  }

  void AddCatalogCommands() {
    CLI::App& repo = AddGroup("repo");
    auto import = std::make_shared<RepoImportCommand>();
    AddCommand(repo, "import", import)
        .add_option("FILE", import->file, "CSV: repo,clone_url,default_branch; - is stdin")
        ->required();
    AddCommand(repo, "list", RepoListCommand{});
    CLI::App& workflow = AddGroup("workflow");
    auto apply = std::make_shared<WorkflowApplyCommand>();
    AddCommand(workflow, "apply", apply).add_option("FILE", apply->file, "YAML; - is stdin")->required();
    AddCommand(workflow, "list", WorkflowListCommand{});
    auto get = std::make_shared<WorkflowGetCommand>();
    AddCommand(workflow, "get", get).add_option("WORKFLOW", get->workflow_ref, "domain/name-vN[@version]")->required();
  }

  static std::string CommandPath(const CLI::App& app) {
    if (app.get_parent() == nullptr) return app.get_name();
    return absl::StrCat(CommandPath(*app.get_parent()), " ", app.get_name());
  }

  CLI::App& AddGroup(const std::string& name) {
    const CommandHelp help = HelpFor(name);
    CLI::App& group = *app_.add_subcommand(name, help.summary)->require_subcommand(1);
    group.footer(Footer(help.details));
    return group;
  }

  template <typename Options>
  CLI::App& AddCommand(CLI::App& parent, const std::string& name, std::shared_ptr<Options> options) {
    const CommandHelp help = HelpFor(&parent == &app_ ? name : absl::StrCat(parent.get_name(), " ", name));
    CLI::App& app = *parent.add_subcommand(name, help.summary);
    app.footer(Footer(help.details));
    app.callback([this, options] { line_.command = *options; });
    return app;
  }

  template <typename Options>
  CLI::App& AddCommand(CLI::App& parent, const std::string& name, Options options) {
    return AddCommand(parent, name, std::make_shared<Options>(std::move(options)));
  }

  static void AddFleetId(CLI::App& app, std::string& fleet_id) {
    app.add_option_function<std::string>(
           "FLEET", [&fleet_id](const std::string& value) { fleet_id = ValueOf("FLEET", ParseFleetId(value)); },
           "Id of the fleet")
        ->required();
  }

  static void AddDuration(CLI::App& app, const std::string& name, std::optional<absl::Duration>& duration,
                          const std::string& help) {
    app.add_option_function<std::string>(
           name, [name, &duration](const std::string& value) { duration = ValueOf(name, ParseDurationOption(value)); },
           help)
        ->type_name("DURATION");
  }

  template <typename State>
  static void AddStates(CLI::App& app, std::vector<State>& states, std::optional<State> (*parse)(absl::string_view),
                        const std::string& all) {
    AddRepeatable(
        app, "--state",
        [&states, parse, all](const std::string& value) {
          const std::optional<State> state = parse(value);
          if (!state.has_value()) {
            throw CLI::ValidationError("--state", absl::StrCat("\"", value, "\" is none of ", all));
          }
          states.push_back(*state);
        },
        absl::StrCat("Only those in this state; may be repeated. ", all))
        ->type_name("STATE");
  }

  void AddRepeatedFlag(const std::string& name, const std::string& value) {
    line_.global.repeated_flags.push_back(name);
    line_.global.repeated_flags.push_back(value);
  }

  CLI::App app_;
  CommandLine line_;
  std::string server_;
};

}  // namespace

std::variant<CommandLine, EarlyExit> ParseCommandLine(const std::vector<std::string>& arguments,
                                                      const CommandLineDefaults& defaults) {
  Parser parser(defaults);
  try {
    return parser.Parse(arguments);
  } catch (const CLI::ParseError& error) {
    EarlyExit exit;
    exit.code = parser.Exit(error, exit.text);
    return exit;
  }
}

}  // namespace fleet::cli
