#include "cli/fleetctl/command_line.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kFleet[] = "01JZ0000000000000000000000";

std::variant<CommandLine, EarlyExit> Parse(std::vector<std::string> arguments, const std::string& server = "") {
  arguments.insert(arguments.begin(), "fleetctl");
  return ParseCommandLine(arguments, {server, "alice"});
}

CommandLine Parsed(const std::vector<std::string>& arguments, const std::string& server = "") {
  auto result = Parse(arguments, server);
  if (const auto* exit = std::get_if<EarlyExit>(&result)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<CommandLine>(result);
}

EarlyExit Exit(const std::vector<std::string>& arguments) {
  auto result = Parse(arguments);
  if (std::holds_alternative<CommandLine>(result)) {
    ADD_FAILURE() << "was accepted";
    return {};
  }
  return std::get<EarlyExit>(result);
}

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
  const auto& submit = std::get<SubmitCommand>(line.command);
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
  const auto submit = std::get<SubmitCommand>(Parsed({"submit", "--repos-file", "-", "--workflow", "a/b-v1"}).command);
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
  const CommandLine line = Parsed({"tasks", kFleet, "--state", "failed", "--state", "timed-out"});
  EXPECT_THAT(std::get<TasksCommand>(line.command).states,
              ElementsAre(v1::TASK_STATE_FAILED, v1::TASK_STATE_TIMED_OUT));
  const CommandLine list = Parsed({"list", "--state", "FLEET_STATE_RUNNING", "--creator", "bob", "--limit", "0"});
  EXPECT_THAT(std::get<ListCommand>(list.command).states, ElementsAre(v1::FLEET_STATE_RUNNING));
  EXPECT_EQ(std::get<ListCommand>(list.command).limit, 0);
}

TEST(CommandLineTest, FleetIdsAreWrittenInUpperCase) {
  const CommandLine line = Parsed({"status", "01jz0000000000000000000000"});
  EXPECT_EQ(std::get<StatusCommand>(line.command).fleet_id, kFleet);
}

TEST(CommandLineTest, EveryCommandIsKnown) {
  EXPECT_TRUE(std::holds_alternative<WatchCommand>(Parsed({"watch", kFleet}).command));
  EXPECT_TRUE(std::get<CancelCommand>(Parsed({"cancel", kFleet, "--drain"}).command).drain);
  EXPECT_EQ(std::get<LogsCommand>(Parsed({"logs", kFleet, "a/b"}).command).repo, "a/b");
  EXPECT_EQ(std::get<CancelCommand>(Parsed({"cancel", kFleet, "a/b"}).command).repo, "a/b");
  EXPECT_EQ(std::get<PauseCommand>(Parsed({"pause", kFleet}).command).fleet_id, kFleet);
  EXPECT_EQ(std::get<ResumeCommand>(Parsed({"resume", kFleet}).command).fleet_id, kFleet);
  EXPECT_TRUE(std::get<UpdateCommand>(Parsed({"update", kFleet, "--deadline", "none"}).command).no_deadline);
  EXPECT_TRUE(std::get<RetryCommand>(Parsed({"retry", kFleet, "--watch"}).command).watch);
  EXPECT_EQ(std::get<FailuresCommand>(Parsed({"failures", kFleet}).command).fleet_id, kFleet);
  EXPECT_TRUE(std::get<AttemptsCommand>(Parsed({"attempts", kFleet, "a/b", "--logs"}).command).logs);
  EXPECT_TRUE(std::holds_alternative<LimitsListCommand>(Parsed({"limits", "list"}).command));
  EXPECT_EQ(std::get<LimitsSetCommand>(Parsed({"limits", "set", "n", "3", "--pool", "p"}).command).scope.pool, "p");
  EXPECT_EQ(std::get<LimitsResetCommand>(Parsed({"limits", "reset", "n", "--user", "u"}).command).scope.user, "u");
  EXPECT_EQ(std::get<AuditCommand>(Parsed({"audit"}).command).limit, 50);
  EXPECT_EQ(std::get<RepoImportCommand>(Parsed({"repo", "import", "-"}).command).file, "-");
  EXPECT_TRUE(std::holds_alternative<RepoListCommand>(Parsed({"repo", "list"}).command));
  EXPECT_EQ(std::get<WorkflowApplyCommand>(Parsed({"workflow", "apply", "w"}).command).file, "w");
  EXPECT_TRUE(std::holds_alternative<WorkflowListCommand>(Parsed({"workflow", "list"}).command));
  EXPECT_EQ(std::get<WorkflowGetCommand>(Parsed({"workflow", "get", "a/b-v1"}).command).workflow_ref, "a/b-v1");
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(Parsed({"version"}).command));
}

TEST(CommandLineTest, WrongUsageExitsWithTwoAndSaysWhy) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "A subcommand is required"},
      {{"frobnicate"}, "unknown command \"frobnicate\""},
      {{"repo", "frobnicate"}, "unknown command \"frobnicate\""},
      {{"status"}, "FLEET is required"},
      {{"status", "x"}, "not a fleet id"},
      {{"status", kFleet, "more"}, "more"},
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
      {{"tasks", kFleet, "--state", "nope"}, "none of QUEUED"},
      {{"pause"}, "FLEET is required"},
      {{"resume", "x"}, "not a fleet id"},
      {{"cancel", kFleet, "a/b", "--drain"}, "--drain is for a whole fleet"},
      {{"update", kFleet}, "nothing to change"},
      {{"update", "--priority", "1"}, "FLEET is required"},
      {{"update", kFleet, "--max-concurrency", "0"}, "--max-concurrency"},
      {{"update", kFleet, "--priority", "-1001"}, "--priority"},
      {{"update", kFleet, "--deadline", "never"}, "neither a time"},
      {{"retry", kFleet, "--state", "queued"}, "none of COMPLETED, FAILED, CANCELLED, TIMED_OUT"},
      {{"retry", kFleet, "--category", "nope"}, "none of AUTH"},
      {{"retry", kFleet, "--fingerprint", "0123456789abcdeg"}, "not 16 hexadecimal digits"},
      {{"retry", kFleet, "--param", "novalue"}, "not name=value"},
      {{"retry", kFleet, "--request-id", "a b"}, "--request-id"},
      {{"failures"}, "FLEET is required"},
      {{"attempts", kFleet}, "REPO is required"},
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
    const EarlyExit exit = Exit(arguments);
    EXPECT_EQ(exit.code, 2);
    EXPECT_THAT(exit.text, HasSubstr(problem));
    EXPECT_THAT(exit.text, HasSubstr("--help"));
  }
}

TEST(CommandLineTest, HelpOfEveryCommandHasAnExample) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{},
                                                                                       {"submit"},
                                                                                       {"status"},
                                                                                       {"watch"},
                                                                                       {"list"},
                                                                                       {"tasks"},
                                                                                       {"logs"},
                                                                                       {"attempts"},
                                                                                       {"failures"},
                                                                                       {"retry"},
                                                                                       {"pause"},
                                                                                       {"resume"},
                                                                                       {"update"},
                                                                                       {"cancel"},
                                                                                       {"limits"},
                                                                                       {"limits", "list"},
                                                                                       {"limits", "set"},
                                                                                       {"limits", "reset"},
                                                                                       {"audit"},
                                                                                       {"repo"},
                                                                                       {"repo", "import"},
                                                                                       {"repo", "list"},
                                                                                       {"workflow"},
                                                                                       {"workflow", "apply"},
                                                                                       {"workflow", "list"},
                                                                                       {"workflow", "get"},
                                                                                       {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const EarlyExit exit = Exit(arguments);
    EXPECT_EQ(exit.code, 0);
    std::string example = "\n  fleetctl";
    for (const std::string& word : command) example += " " + word;
    EXPECT_THAT(exit.text, HasSubstr(example));
  }
}

TEST(CommandLineTest, HelpIsACommandToo) {
  EXPECT_EQ(Exit({"help"}).text, Exit({"--help"}).text);
  EXPECT_EQ(Exit({"help", "limits", "set"}).text, Exit({"limits", "set", "--help"}).text);
  EXPECT_EQ(Exit({"help", "retry"}).code, 0);
}

}  // namespace
}  // namespace fleet::cli
