#include "cli/fleetctl/parsing/command_line.h"

#include <functional>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/fleetctl/commands/attempts_command.h"
#include "cli/fleetctl/commands/audit_command.h"
#include "cli/fleetctl/commands/cancel_command.h"
#include "cli/fleetctl/commands/command_list.h"
#include "cli/fleetctl/commands/debug_logs_command.h"
#include "cli/fleetctl/commands/failures_command.h"
#include "cli/fleetctl/commands/limits_list_command.h"
#include "cli/fleetctl/commands/limits_reset_command.h"
#include "cli/fleetctl/commands/limits_set_command.h"
#include "cli/fleetctl/commands/list_command.h"
#include "cli/fleetctl/commands/logs_command.h"
#include "cli/fleetctl/commands/pause_command.h"
#include "cli/fleetctl/commands/repo_import_command.h"
#include "cli/fleetctl/commands/repo_list_command.h"
#include "cli/fleetctl/commands/resume_command.h"
#include "cli/fleetctl/commands/retry_command.h"
#include "cli/fleetctl/commands/status_command.h"
#include "cli/fleetctl/commands/submit_command.h"
#include "cli/fleetctl/commands/tasks_command.h"
#include "cli/fleetctl/commands/update_command.h"
#include "cli/fleetctl/commands/version_command.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/commands/workflow_apply_command.h"
#include "cli/fleetctl/commands/workflow_get_command.h"
#include "cli/fleetctl/commands/workflow_list_command.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr char kAnyFleet[] = "01JZ0000000000000000000000";

std::variant<CommandLine, HelpText, UsageError> Parse(std::vector<std::string> arguments,
                                                      const std::string& server = "") {
  arguments.insert(arguments.begin(), "fleetctl");
  return ParseCommandLine(arguments, {server, "alice"}, AllCommands());
}

CommandLine Parsed(const std::vector<std::string>& arguments, const std::string& server = "") {
  auto result = Parse(arguments, server);
  if (const auto* line = std::get_if<CommandLine>(&result)) return *line;
  const auto* error = std::get_if<UsageError>(&result);
  ADD_FAILURE() << (error == nullptr ? "is help" : error->status.ToString());
  return {};
}

template <typename Kind>
bool Is(const CommandLine& line) {
  return dynamic_cast<const Kind*>(line.command.get()) != nullptr;
}

// What the command was asked, which must be of this kind.
template <typename Kind>
typename Kind::Options Asked(const CommandLine& line) {
  return dynamic_cast<const Kind&>(*line.command).options();
}

template <typename Kind>
Kind Ends(const std::vector<std::string>& arguments) {
  auto result = Parse(arguments);
  if (const auto* end = std::get_if<Kind>(&result)) return *end;
  ADD_FAILURE() << "came to something else";
  return {};
}

std::string Wrong(const std::vector<std::string>& arguments) {
  return std::string(Ends<UsageError>(arguments).status.message());
}

std::string Help(const std::vector<std::string>& arguments) { return Ends<HelpText>(arguments).text; }

TEST(CommandLineTest, SubmitTakesItsOptions) {
  const CommandLine line = Parsed({"submit",     "--repos-file",
                                   "r.txt",      "--workflow",
                                   "a/b-v1",     "--task",
                                   "do it",      "--param",
                                   "k=v",        "--param",
                                   "list=[a,b]", "--param",
                                   "empty=",     "--max-concurrency",
                                   "3",          "--task-timeout",
                                   "30m",        "--max-tries",
                                   "2",          "--priority",
                                   "-7",         "--deadline",
                                   "2h30m",      "--request-id",
                                   "r-1",        "--watch"});
  const auto& submit = Asked<SubmitCommand>(line);
  EXPECT_EQ(submit.repos_file, "r.txt");
  EXPECT_EQ(submit.workflow_ref, "a/b-v1");
  EXPECT_EQ(submit.task_description, "do it");
  EXPECT_THAT(submit.parameters, ElementsAre(Pair("empty", ""), Pair("k", "v"), Pair("list", "[a,b]")));
  EXPECT_EQ(submit.max_concurrency, 3);
  EXPECT_EQ(submit.task_timeout, absl::Minutes(30));
  EXPECT_EQ(submit.max_tries, 2);
  EXPECT_EQ(submit.priority, -7);
  EXPECT_EQ(std::get<absl::Duration>(submit.deadline.value()), absl::Minutes(150));
  EXPECT_EQ(submit.request_id, "r-1");
  EXPECT_TRUE(submit.watch);
}

TEST(CommandLineTest, WhatWasNotGivenIsAbsent) {
  const auto submit = Asked<SubmitCommand>(Parsed({"submit", "--repos-file", "-", "--workflow", "a/b-v1"}));
  EXPECT_EQ(submit.repos_file, "-");
  EXPECT_FALSE(submit.max_concurrency.has_value());
  EXPECT_FALSE(submit.task_timeout.has_value());
  EXPECT_FALSE(submit.max_tries.has_value());
  EXPECT_EQ(submit.request_id, "");
  EXPECT_FALSE(submit.watch);
}

TEST(CommandLineTest, GlobalOptionsStandBeforeOrAfterTheCommand) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--server", "h:1", "--user", "bob", "-o", "json", "--timeout", "5s", "--no-color",
                                 "repo", "list"},
        {"repo", "list", "--server", "h:1", "--user", "bob", "-o", "json", "--timeout", "5s", "--no-color"}}) {
    const GlobalOptions global = Parsed(arguments).global;
    EXPECT_THAT(global.servers, ElementsAre("h:1"));
    EXPECT_EQ(global.user, "bob");
    EXPECT_EQ(global.output, OutputFormat::kJson);
    EXPECT_EQ(global.timeout, absl::Seconds(5));
    EXPECT_TRUE(global.no_color);
    EXPECT_THAT(global.repeated_flags, ElementsAre("--server", "h:1", "--user", "bob"));
  }
}

TEST(CommandLineTest, ServerComesFromFlagThenEnvironmentThenDefault) {
  EXPECT_THAT(Parsed({"list", "--server", "a:1, b"}, "c:3").global.servers, ElementsAre("a:1", "b:7070"));
  EXPECT_THAT(Parsed({"list"}, "c:3,[::1]:4").global.servers, ElementsAre("c:3", "[::1]:4"));
  EXPECT_THAT(Parsed({"list"}).global.servers, ElementsAre("127.0.0.1:7070"));
  EXPECT_EQ(Parsed({"list"}).global.user, "alice");
}

TEST(CommandLineTest, StatesMayBeWrittenAsPeopleDo) {
  const CommandLine line = Parsed({"tasks", kAnyFleet, "--state", "failed", "--state", "timed-out"});
  EXPECT_THAT(Asked<TasksCommand>(line).states, ElementsAre(v1::TASK_STATE_FAILED, v1::TASK_STATE_TIMED_OUT));
  const CommandLine list = Parsed({"list", "--state", "FLEET_STATE_RUNNING", "--creator", "bob", "--limit", "0"});
  EXPECT_THAT(Asked<ListCommand>(list).states, ElementsAre(v1::FLEET_STATE_RUNNING));
  EXPECT_EQ(Asked<ListCommand>(list).limit, 0);
}

TEST(CommandLineTest, FleetsAreNamedInEitherCase) {
  const CommandLine line = Parsed({"status", "01jz0000000000000000000000"});
  EXPECT_EQ(Asked<StatusCommand>(line).fleet_id, kAnyFleet);
}

TEST(CommandLineTest, EveryCommandIsKnown) {
  EXPECT_TRUE(Is<WatchCommand>(Parsed({"watch", kAnyFleet})));
  EXPECT_TRUE(Asked<CancelCommand>(Parsed({"cancel", kAnyFleet, "--drain"})).drain);
  EXPECT_EQ(Asked<LogsCommand>(Parsed({"logs", kAnyFleet, "a/b"})).repo, "a/b");
  EXPECT_TRUE(Asked<LogsCommand>(Parsed({"logs", kAnyFleet, "a/b", "--follow"})).follow);
  EXPECT_EQ(Asked<DebugLogsCommand>(Parsed({"debug", "logs", kAnyFleet, "a", "-", "-o", "json"})).paths,
            (std::vector<std::string>{"a", "-"}));
  EXPECT_EQ(Asked<CancelCommand>(Parsed({"cancel", kAnyFleet, "a/b"})).repo, "a/b");
  EXPECT_EQ(Asked<PauseCommand>(Parsed({"pause", kAnyFleet})).fleet_id, kAnyFleet);
  EXPECT_EQ(Asked<ResumeCommand>(Parsed({"resume", kAnyFleet})).fleet_id, kAnyFleet);
  EXPECT_TRUE(Asked<UpdateCommand>(Parsed({"update", kAnyFleet, "--deadline", "none"})).no_deadline);
  EXPECT_TRUE(Asked<RetryCommand>(Parsed({"retry", kAnyFleet, "--watch"})).watch);
  EXPECT_EQ(Asked<FailuresCommand>(Parsed({"failures", kAnyFleet})).fleet_id, kAnyFleet);
  EXPECT_TRUE(Asked<AttemptsCommand>(Parsed({"attempts", kAnyFleet, "a/b", "--logs"})).logs);
  EXPECT_TRUE(Is<LimitsListCommand>(Parsed({"limits", "list"})));
  EXPECT_EQ(Asked<LimitsSetCommand>(Parsed({"limits", "set", "n", "3", "--pool", "p"})).scope.pool, "p");
  EXPECT_EQ(Asked<LimitsResetCommand>(Parsed({"limits", "reset", "n", "--user", "u"})).scope.user, "u");
  EXPECT_EQ(Asked<AuditCommand>(Parsed({"audit"})).limit, 50);
  EXPECT_EQ(Asked<RepoImportCommand>(Parsed({"repo", "import", "-"})).file, "-");
  EXPECT_TRUE(Is<RepoListCommand>(Parsed({"repo", "list"})));
  EXPECT_EQ(Asked<WorkflowApplyCommand>(Parsed({"workflow", "apply", "w"})).file, "w");
  EXPECT_TRUE(Is<WorkflowListCommand>(Parsed({"workflow", "list"})));
  EXPECT_EQ(Asked<WorkflowGetCommand>(Parsed({"workflow", "get", "a/b-v1"})).workflow_ref, "a/b-v1");
  EXPECT_TRUE(Is<VersionCommand>(Parsed({"version"})));
}

TEST(CommandLineTest, WrongUsageSaysWhyAndNamesTheHelp) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "A subcommand is required"},
      {{"frobnicate"}, "unknown command \"frobnicate\""},
      {{"repo", "frobnicate"}, "unknown command \"frobnicate\""},
      {{"status"}, "FLEET is required"},
      {{"status", "x"}, "not a fleet id"},
      {{"status", "01JZ000"}, "too short"},
      {{"status", kAnyFleet, "more"}, "more"},
      {{"submit", "--workflow", "a/b-v1"}, "--repos-file is required"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--param", "novalue"}, "not name=value"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--param", "a=1", "--param", "a=2"}, "given twice"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--max-concurrency", "0"}, "--max-concurrency"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--task-timeout", "30"}, "not a duration"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--request-id", "a b"}, "--request-id"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--priority", "1001"}, "--priority"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--deadline", "tomorrow"}, "neither a time"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--deadline", "infinite-future"}, "neither a time"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--deadline", "-2h"}, "neither a time"},
      {{"submit", "--repos-file", "r", "--workflow", "w", "--deadline", "none"}, "neither a time"},
      {{"tasks", kAnyFleet, "--state", "nope"}, "none of QUEUED"},
      {{"pause"}, "FLEET is required"},
      {{"resume", "x"}, "not a fleet id"},
      {{"cancel", kAnyFleet, "a/b", "--drain"}, "--drain is for a whole fleet"},
      {{"update", kAnyFleet}, "nothing to change"},
      {{"update", "--priority", "1"}, "FLEET is required"},
      {{"update", kAnyFleet, "--max-concurrency", "0"}, "--max-concurrency"},
      {{"update", kAnyFleet, "--priority", "-1001"}, "--priority"},
      {{"update", kAnyFleet, "--deadline", "never"}, "neither a time"},
      {{"retry", kAnyFleet, "--state", "queued"}, "none of COMPLETED, FAILED, CANCELLED, TIMED_OUT"},
      {{"retry", kAnyFleet, "--category", "nope"}, "none of AUTH"},
      {{"retry", kAnyFleet, "--fingerprint", "0123456789abcdeg"}, "not 16 hexadecimal digits"},
      {{"retry", kAnyFleet, "--param", "novalue"}, "not name=value"},
      {{"retry", kAnyFleet, "--request-id", "a b"}, "--request-id"},
      {{"failures"}, "FLEET is required"},
      {{"attempts", kAnyFleet}, "REPO is required"},
      {{"limits"}, "subcommand is required"},
      {{"limits", "frobnicate"}, "unknown command \"frobnicate\""},
      {{"limits", "set", "user_active"}, "VALUE is required"},
      {{"limits", "set", "user_active", "many"}, "VALUE"},
      {{"limits", "set", "user_active", "--", "-1"}, "VALUE"},
      {{"limits", "set", "user_active", "1", "--user", ""}, "must not be empty"},
      {{"limits", "set", "user_active", "1", "--user", "a", "--pool", "b"}, "--user excludes --pool"},
      {{"limits", "reset"}, "NAME is required"},
      {{"audit", "x"}, "not a fleet id"},
      {{"audit", "--limit", "-1"}, "--limit"},
      {{"list", "--server", "h:0"}, "port"},
      {{"list", "--server", "http://h:1"}, "not host:port"},
      {{"list", "--server", ","}, "no address"},
      {{"list", "--user", "a b"}, "--user"},
      {{"list", "-o", "xml"}, "table or json"},
      {{"list", "--timeout", "0s"}, "not a duration"},
  };
  for (const auto& [arguments, problem] : cases) {
    const auto error = Ends<UsageError>(arguments);
    EXPECT_EQ(error.status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(error.status.message()), HasSubstr(problem));
    EXPECT_THAT(error.help, AllOf(StartsWith("fleetctl"), EndsWith(" --help")));
    EXPECT_EQ(error.output, OutputFormat::kTable);
  }
}

TEST(CommandLineTest, WrongUsageNamesItsOption) {
  const auto error = Ends<UsageError>({"audit", "--limit", "-1"});
  ASSERT_EQ(GetErrorInfo(error.status).violations.size(), 1U);
  EXPECT_EQ(GetErrorInfo(error.status).violations[0].field, "--limit");
  EXPECT_EQ(error.help, "fleetctl audit --help");
  EXPECT_TRUE(GetErrorInfo(Ends<UsageError>({"status"}).status).violations.empty());
}

TEST(CommandLineTest, WrongUsageKnowsThatJsonIsWanted) {
  for (const std::vector<std::string>& json :
       {std::vector<std::string>{"-o", "json"}, {"-ojson"}, {"-o=json"}, {"--output", "json"}, {"--output=json"}}) {
    std::vector<std::string> arguments = {"submit", "--max-tries", "0"};
    arguments.insert(arguments.begin(), json.begin(), json.end());
    EXPECT_EQ(Ends<UsageError>(arguments).output, OutputFormat::kJson) << json[0];
  }
  EXPECT_EQ(Ends<UsageError>({"list", "-o", "table", "x"}).output, OutputFormat::kTable);
  EXPECT_EQ(Ends<UsageError>({"status", "--", "-o", "json"}).output, OutputFormat::kTable);
}

// Of several options for one field that which was given.
TEST(CommandLineTest, FieldsAreToldByTheOptionsThatFillThem) {
  const auto option_of = [](const CommandLine& line, const std::string& field) -> std::string {
    for (const OptionField& known : line.fields) {
      if (known.field == field) return known.option;
    }
    return "";
  };
  EXPECT_EQ(option_of(Parsed({"limits", "set", "n", "3", "--pool", "p"}), "scope"), "--pool");
  EXPECT_EQ(option_of(Parsed({"limits", "set", "n", "3", "--user", "u"}), "scope_kind"), "--user");
  EXPECT_EQ(option_of(Parsed({"retry", kAnyFleet, "--repos-file", "f"}), "selection.repos"), "--repos-file");
  const CommandLine submit = Parsed({"submit", "--repos-file", "r", "--workflow", "w"});
  EXPECT_EQ(option_of(submit, "policy.max_tries"), "--max-tries");
  EXPECT_EQ(option_of(submit, "workflow_ref"), "--workflow");
  EXPECT_EQ(submit.help, "fleetctl submit --help");
}

TEST(CommandLineTest, HelpOfEveryCommandHasAnExample) {
  const CommandList list = AllCommands();
  std::vector<std::string> names = {""};
  for (const auto& [name, help] : list.groups) names.push_back(name);
  for (const NamedCommand& command : list.commands) names.push_back(command.name);
  EXPECT_GE(names.size(), 27U);
  for (const std::string& name : names) {
    std::vector<std::string> arguments = absl::StrSplit(name, ' ', absl::SkipEmpty());
    arguments.emplace_back("--help");
    EXPECT_THAT(Help(arguments), HasSubstr(name.empty() ? "\n  fleetctl" : "\n  fleetctl " + name));
  }
}

TEST(CommandLineTest, HelpIsACommandToo) {
  EXPECT_EQ(Help({"help"}), Help({"--help"}));
  EXPECT_EQ(Help({"help", "limits", "set"}), Help({"limits", "set", "--help"}));
  EXPECT_THAT(Help({"help", "retry"}), HasSubstr("fleetctl retry"));
}

// ---- What may stand in an argument

// What is to be typed so that `option` of that command gets `value`, with something fitting for the arguments before
// it.
std::vector<std::string> WordsFor(const NamedCommand& command, const CLI::App& app, const CLI::Option& option,
                                  const std::string& value) {
  std::vector<std::string> words = absl::StrSplit(command.name, ' ');
  if (!option.get_positional()) return words.push_back(absl::StrCat(option.get_name(), "=", value)), words;
  for (const CLI::Option* other : app.get_options()) {
    if (other == &option) break;
    if (other->get_positional()) words.emplace_back(other->get_name() == "FLEET" ? kAnyFleet : "1");
  }
  words.push_back(value);
  return words;
}

// Of every option and argument of every command, so that none can be forgotten.
void ForEachOption(const std::function<void(const NamedCommand&, const CLI::App&, const CLI::Option&)>& check) {
  int count = 0;
  for (const NamedCommand& command : AllCommands().commands) {
    CLI::App app;
    std::vector<FilledField> filled;
    OptionAdder adder(app, filled);
    command.command->AddOptions(adder);
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_name() == "--help" || option->get_items_expected_max() == 0) continue;
      check(command, app, *option);
      ++count;
    }
  }
  EXPECT_GT(count, 50);
}

TEST(CommandLineTest, EveryOptionNamesItselfAndWhatNobodySees) {
  ForEachOption([](const NamedCommand& command, const CLI::App& app, const CLI::Option& option) {
    const auto words = [&](const std::string& value) { return WordsFor(command, app, option, value); };
    EXPECT_THAT(Wrong(words("a=\u200Bb")),
                AllOf(HasSubstr(option.get_name() + ": holds the invisible character U+200B at character 3"),
                      Not(HasSubstr("\u200B"))))
        << command.name;
    EXPECT_THAT(Wrong(words("a=\xFF")), HasSubstr(option.get_name() + ": is not UTF-8: byte FF at character 3"))
        << command.name;
    EXPECT_THAT(Wrong(words("a=\x1B[2J")), HasSubstr(option.get_name() + ": holds the control character U+001B"))
        << command.name;
  });
}

TEST(CommandLineTest, GlobalOptionsDoSoToo) {
  for (const char* option : {"--server", "--user", "--output", "--timeout"}) {
    EXPECT_THAT(Wrong({"list", absl::StrCat(option, "=a\u202E")}),
                HasSubstr(absl::StrCat(option, ": holds the invisible character U+202E at character 2")));
  }
  const auto result = Parse({"list"}, "h\u200B:7070");
  EXPECT_THAT(std::string(std::get<UsageError>(result).status.message()),
              HasSubstr("--server: holds the invisible character U+200B"))
      << "of FLEET_SERVER";
}

TEST(CommandLineTest, WordsThatNoOptionTakesAreNamedByTheirPlace) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"list", "--st\u200Bate"}, {"list", "a\u200Bb"}, {"repo", "im\u200Bport"}}) {
    EXPECT_THAT(Wrong(words),
                AllOf(HasSubstr("argument 2: holds the invisible character U+200B"), Not(HasSubstr("\u200B"))));
  }
  EXPECT_THAT(Wrong({"li\xFFst"}), HasSubstr("argument 1: is not UTF-8"));
}

TEST(CommandLineTest, TaskAndParametersAreTextForPeople) {
  const std::string text = "one 👩\u200D🚒\r\n\ttwo\u00A0";
  const auto submit = Asked<SubmitCommand>(Parsed(
      {"submit", "--repos-file", "r", "--workflow", "a/b-v1", "--task", text, "--param", absl::StrCat("x=", text)}));
  EXPECT_EQ(submit.task_description, text);
  EXPECT_EQ(submit.parameters.at("x"), text);
  EXPECT_EQ(Asked<RetryCommand>(Parsed({"retry", kAnyFleet, "--task", text})).task_description, text);
  EXPECT_THAT(Wrong({"submit", "--repos-file", "r", "--workflow", absl::StrCat("a/b-v1", "\n")}),
              HasSubstr("--workflow: holds the control character U+000A at character 7"));
}

TEST(CommandLineTest, DurationsMayHaveDays) {
  EXPECT_EQ(std::get<absl::Duration>(*Asked<SubmitCommand>(Parsed({"submit", "--repos-file", "r", "--workflow",
                                                                   "a/b-v1", "--deadline", "1d"}))
                                          .deadline),
            absl::Hours(24));
  EXPECT_EQ(Parsed({"list", "--timeout", "1d12h"}).global.timeout, absl::Hours(36));
}

}  // namespace
}  // namespace fleet::cli
