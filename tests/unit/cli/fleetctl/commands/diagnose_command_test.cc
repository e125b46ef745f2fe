#include "cli/fleetctl/commands/diagnose_command.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/example_answers.h"
#include "tests/unit/cli/fleetctl/example_messages.h"
#include "tests/unit/cli/fleetctl/fake_clock.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class DiagnoseCommandTest : public FleetctlTest {
 protected:
  DiagnoseCommandTest() {
    answers_ = ExampleAnswers();
    clock_ = &fake_clock_;
  }
  ~DiagnoseCommandTest() override { std::filesystem::remove_all(path_); }

  std::string FileText(const std::string& name) const {
    std::ifstream file(absl::StrCat(path_, "/", name));
    EXPECT_TRUE(file) << name;
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::set<std::string> FileNames() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) names.insert(std::filesystem::relative(entry.path(), path_));
    }
    return names;
  }

  FakeClock fake_clock_;
  const std::string path_ =
      ::testing::TempDir() + "diagnose_command_test-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(DiagnoseCommandTest, WritesAllThatIsKnownOfAFleet) {
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_}), 0);
  EXPECT_THAT(out_, HasSubstr(path_));
  EXPECT_THAT(err_, HasSubstr("tar czf"));
  EXPECT_THAT(FileNames(),
              IsSupersetOf({"README.txt", "audit.json", "doctor.json", "doctor.txt", "explain.txt", "failures.json",
                            "limits.json", "runners.json", "status.json", "status.txt", "tasks.json"}));
  EXPECT_THAT(FileText("status.txt"), HasSubstr(kRunningFleet));
  EXPECT_THAT(FileText("doctor.txt"), HasSubstr("Nothing is wrong."));
  EXPECT_THAT(FileText("explain.txt"), HasSubstr("default: 2 runners, 8 slots, 3 under way, 3 queued"));
  for (const std::string& name : FileNames()) {
    if (std::filesystem::path(name).extension() != ".json") continue;
    EXPECT_FALSE(nlohmann::json::parse(FileText(name), nullptr, false).is_discarded()) << name;
  }
}

TEST_F(DiagnoseCommandTest, AttemptsAndLogsAreOfWhatFailedFirst) {
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_, "--repositories", "1"}), 0);
  const auto tasks = nlohmann::json::parse(FileText("tasks.json"))["tasks"];
  ASSERT_FALSE(tasks.empty());
  EXPECT_EQ(tasks[0]["state"], "TASK_STATE_FAILED");
  const std::string ordinal = std::to_string(tasks[0]["ordinal"].get<int>());
  EXPECT_THAT(FileText("logs/" + ordinal + "-2.log"), HasSubstr("3 failed, 212 passed"));
  const auto attempts = nlohmann::json::parse(FileText("attempts/" + ordinal + ".json"))["attempts"];
  EXPECT_EQ(attempts[0]["runner_name"], "build-7");
  EXPECT_EQ(attempts[1]["log_tail"], "") << "it has a file of its own";
  int with_attempts = 0;
  for (const std::string& name : FileNames()) with_attempts += name.rfind("attempts/", 0) == 0 ? 1 : 0;
  EXPECT_EQ(with_attempts, 1);
}

TEST_F(DiagnoseCommandTest, HoldsNoSecret) {
  constexpr char kSecret[] = "correct-horse-battery";
  answers_.get_fleet = [&](const v1::GetFleetRequest& request, v1::GetFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    (*response.mutable_fleet()->mutable_parameters())["TOKEN"] = kSecret;
    response.mutable_fleet()->set_task_description(absl::StrCat("use ", kSecret));
    return absl::OkStatus();
  };
  answers_.list_task_attempts = [&](const auto&, v1::ListTaskAttemptsResponse& response) {
    v1::TaskAttempt& attempt = *response.add_attempts();
    attempt.set_attempt(1);
    attempt.set_log_tail(absl::StrCat("curl -H ", kSecret, " https://bob:hunter2@example.com"));
    attempt.mutable_failure()->set_message(absl::StrCat("refused: ", kSecret));
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_}), 0);
  for (const std::string& name : FileNames()) {
    EXPECT_THAT(FileText(name), Not(HasSubstr(kSecret))) << name;
    EXPECT_THAT(FileText(name), Not(HasSubstr("hunter2"))) << name;
  }
}

TEST_F(DiagnoseCommandTest, WhatCannotBeHadIsNamedAndTheRestIsThere) {
  answers_.list_limits = Refuse(absl::PermissionDeniedError("operators only"));
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_, "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["path"], path_);
  EXPECT_EQ(json["problems"][0], "limits: operators only");
  EXPECT_THAT(FileNames(), Contains("runners.json"));
  EXPECT_THAT(FileText("README.txt"), HasSubstr("Not in it:\n- limits: operators only\n"));
}

TEST_F(DiagnoseCommandTest, NothingIsWrittenForAFleetThatThereIsNotOrOverWhatIsThere) {
  answers_.get_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_}), 1);
  EXPECT_FALSE(std::filesystem::exists(path_));
  answers_ = ExampleAnswers();
  std::filesystem::create_directory(path_);
  EXPECT_EQ(Run({"diagnose", kRunningFleet, "--out", path_}), 1);
  EXPECT_THAT(err_, HasSubstr("is there already"));
  EXPECT_TRUE(FileNames().empty());
}

}  // namespace
}  // namespace fleet::cli
