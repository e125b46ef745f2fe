// What every command prints, on a terminal of 80 and of 200 columns, piped and with -o json, against files that people
// have looked at: approved/NAME.txt. FLEET_APPROVE=1 writes them anew; look at what changed before you commit it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_list.h"
#include "cli/fleetctl/output/display_width.h"
#include "cli/fleetctl/output/shell_quote.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/example_answers.h"
#include "tests/unit/cli/fleetctl/example_messages.h"
#include "tests/unit/cli/fleetctl/fake_clock.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

struct Example {
  std::string name;  // of the file
  std::vector<std::string> arguments;
  std::string input;
};

constexpr char kWorkflowFile[] =
    "workflow: maintenance/add-licence-v1\nversion: 1.4.0\ntitle: Add the licence text\n"
    "steps: [{name: add, command: [touch, LICENSE]}]\n";

// What `diagnose` makes, and only the test of what is printed lets it run.
constexpr char kBundle[] = "approved-outputs-bundle";
constexpr char kProcessLog[] =
    R"({"time":"2025-06-15T15:03:41.000200Z","level":"info","source":"fleet-runner","message":"task_started",)"
    R"("task":"01JXTB1W60QK4T7XWZ2V5N6P8R-3","attempt":1,"repo":"acme-web/checkout-frontend"})"
    "\nnot of ours\n"
    R"({"time":"2025-06-15T15:03:07.120000Z","level":"info","source":"fleet-service","message":"fleet_submitted",)"
    R"("fleet":"01JXTB1W60QK4T7XWZ2V5N6P8R","user":"release-bot","repositories":3,"request":"5f0c2a9be1d47a63"})"
    "\n";

const std::vector<Example>& Examples() {
  static const auto* const kExamples = new std::vector<Example>{
      {"submit",
       {"submit", "--repos-file", "-", "--workflow", "maintenance/add-licence-v1", "--request-id", "r-1"},
       "acme/shop\n"},
      {"submit_watch",
       {"submit", "--repos-file", "-", "--workflow", "maintenance/add-licence-v1", "--request-id", "r-1", "--watch"},
       "acme/shop\n"},
      {"status", {"status", kRunningFleet}, ""},
      {"status_of_an_ended_fleet", {"status", "01jxt9d3"}, ""},
      {"watch", {"watch", kRunningFleet}, ""},
      {"list", {"list"}, ""},
      {"tasks", {"tasks", "@latest"}, ""},
      {"tasks_by_outcome", {"tasks", kRunningFleet, "--outcome", "no-changes"}, ""},
      {"tasks_by_repo", {"tasks", kRunningFleet, "--repo", "acme-web/checkout-frontend"}, ""},
      {"logs", {"logs", kRunningFleet, "acme-web/checkout-frontend"}, ""},
      {"logs_of_a_running_repository", {"logs", kRunningFleet, "acme-web/storefront"}, ""},
      {"logs_followed", {"logs", kRunningFleet, "acme-web/storefront", "--follow"}, ""},
      {"attempts", {"attempts", kRunningFleet, "acme-web/checkout-frontend"}, ""},
      {"attempts_with_logs", {"attempts", kRunningFleet, "acme-web/checkout-frontend", "--logs"}, ""},
      {"failures", {"failures", kEndedFleet}, ""},
      {"summaries", {"summaries", kEndedFleet}, ""},
      {"retry", {"retry", kEndedFleet, "--category", "network", "--request-id", "r-2"}, ""},
      {"pause", {"pause", kRunningFleet}, ""},
      {"resume", {"resume", kRunningFleet}, ""},
      {"update", {"update", kRunningFleet, "--max-concurrency", "5", "--deadline", "2025-06-16T00:00:00Z"}, ""},
      {"cancel", {"cancel", kRunningFleet}, ""},
      {"cancel_with_drain", {"cancel", kRunningFleet, "--drain"}, ""},
      {"cancel_of_one_repository", {"cancel", kRunningFleet, "acme-web/storefront"}, ""},
      {"repo_import", {"repo", "import", "-"}, "acme/shop,https://git.example.com/acme/shop.git,main\n"},
      {"repo_list", {"repo", "list"}, ""},
      {"repo_get", {"repo", "get", "acme/shop"}, ""},
      {"repo_delete", {"repo", "delete", "acme/shop"}, ""},
      {"workflow_apply", {"workflow", "apply", "-"}, kWorkflowFile},
      {"workflow_list", {"workflow", "list"}, ""},
      {"workflow_get", {"workflow", "get", "maintenance/add-licence-v1"}, ""},
      {"workflow_withdraw", {"workflow", "withdraw", "maintenance/add-licence-v1@1.3.2"}, ""},
      {"runner_list", {"runner", "list"}, ""},
      {"runner_show", {"runner", "show", "build-7"}, ""},
      {"limits_list", {"limits", "list"}, ""},
      {"limits_set", {"limits", "set", "user_active", "200", "--user", "release-bot"}, ""},
      {"limits_set_that_stops_everybody", {"limits", "set", "system_active", "0"}, ""},
      {"limits_reset", {"limits", "reset", "user_active"}, ""},
      {"debug_logs", {"debug", "logs", kRunningFleet, "-"}, kProcessLog},
      {"audit", {"audit"}, ""},
      {"doctor", {"doctor"}, ""},
      {"diagnose", {"diagnose", kRunningFleet, "--out", kBundle}, ""},
      {"version", {"version"}, ""},
      {"wrong_usage", {"update", kRunningFleet, "--priority", "2000"}, ""},
      {"unknown_command", {"stop", kRunningFleet}, ""},
      {"a_too_short_id", {"status", "01JXT"}, ""},
      {"unknown_repository", {"logs", kRunningFleet, "acme/nope"}, ""}};
  return *kExamples;
}

class ApprovedOutputsTest : public FleetctlTest {
 protected:
  ApprovedOutputsTest() {
    answers_ = ExampleAnswers();
    clock_ = &fake_clock_;
  }

  // What a person sees: both outputs, and how it ended.
  std::string Shown(const Example& example, int columns, bool json) {
    terminal_.width = [columns] { return columns; };
    std::vector<std::string> arguments = example.arguments;
    if (json) arguments = With(arguments, {"-o", "json"});
    std::filesystem::remove_all(kBundle);
    const int code = Run(arguments, example.input);
    std::filesystem::remove_all(kBundle);
    // The port is another one each time.
    out_ = std::regex_replace(out_, std::regex("127\\.0\\.0\\.1:[0-9]+"), "127.0.0.1:7070");
    arguments.insert(arguments.begin(), "fleetctl");
    std::string text = absl::StrCat("$ ", ShellQuote(arguments), "\n", out_);
    if (!err_.empty()) absl::StrAppend(&text, "--- on standard error:\n", err_);
    if (code != 0) absl::StrAppend(&text, "--- exit code ", code, "\n");
    return text;
  }

  std::string AllShown(const Example& example) {
    const std::string narrow = Shown(example, 80, false);
    const std::string wide = Shown(example, 200, false);
    const std::string piped = Shown(example, 0, false);
    return absl::StrCat("=== 80 columns\n", narrow, "\n=== 200 columns\n", wide == narrow ? "the same\n" : wide,
                        "\n=== piped\n", piped == wide ? "the same\n" : piped, "\n=== json\n", Shown(example, 0, true));
  }

  static std::filesystem::path Folder() {
    return std::filesystem::path(FLEET_SOURCE_DIR) / "tests/unit/cli/fleetctl/approved";
  }

  static std::filesystem::path File(const Example& example) { return Folder() / (example.name + ".txt"); }

  FakeClock fake_clock_;
};

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_F(ApprovedOutputsTest, EveryCommandPrintsWhatWasApproved) {
  const bool approve = std::getenv("FLEET_APPROVE") != nullptr;
  for (const Example& example : Examples()) {
    const std::string shown = AllShown(example);
    if (approve) std::ofstream(File(example), std::ios::binary) << shown;
    EXPECT_EQ(Read(File(example)), shown)
        << File(example)
        << " is not what is printed (+) any more. If that is better, write it with "
           "FLEET_APPROVE=1 in the environment of this test, and look at the difference.";
  }
}

TEST_F(ApprovedOutputsTest, NoLineOfATableIsWiderThanTheTerminal) {
  for (const Example& example : Examples()) {
    for (const char* name : {"list", "tasks", "workflow_list", "limits_list", "runner_list", "runner_show"}) {
      if (example.name != name) continue;
      Shown(example, 80, false);
      std::istringstream lines(out_);
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(DisplayWidth(line), 80) << name << ": " << line;
      }
    }
  }
}

TEST_F(ApprovedOutputsTest, EveryCommandHasAnExample) {
  std::set<std::string> shown;
  for (const Example& example : Examples()) {
    shown.insert(example.arguments[0]);
    shown.insert(absl::StrCat(example.arguments[0], " ", example.arguments.size() > 1 ? example.arguments[1] : ""));
  }
  for (const NamedCommand& command : AllCommands().commands) {
    EXPECT_TRUE(shown.count(command.name) > 0) << command.name;
  }
}

TEST_F(ApprovedOutputsTest, EveryFileIsOfAnExample) {
  std::set<std::string> names;
  for (const Example& example : Examples()) names.insert(File(example).filename());
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    EXPECT_TRUE(names.count(entry.path().filename()) > 0) << entry.path();
  }
}

}  // namespace
}  // namespace fleet::cli
