#include "cli/fleetctl/commands/failure_commands.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::FailureGroup MakeGroup(int count, const std::string& fingerprint) {
  v1::FailureGroup group;
  group.set_fingerprint(fingerprint);
  group.set_count(count);
  group.mutable_failure()->set_category(v1::FAILURE_CATEGORY_CONFIG);
  group.mutable_failure()->set_title("Program not found");
  group.mutable_failure()->set_message("step \"check\": tidy\x1b[2J: not found");
  group.mutable_failure()->set_remedy("Install it on the runners.");
  for (int i = 1; i <= std::min(count, 5); ++i) group.add_sample_repos("acme/repo" + std::to_string(i));
  return group;
}

class FailureCommandsTest : public FleetctlTest {
 protected:
  void AnswerGroups(int groups) {
    answers_.list_failure_groups = [groups](const v1::ListFailureGroupsRequest& request,
                                            v1::ListFailureGroupsResponse& response) {
      EXPECT_EQ(request.fleet_id(), kFleetId);
      for (int i = 0; i < groups; ++i) {
        *response.add_groups() = MakeGroup(10 - i, "0123456789abcde" + std::to_string(i));
      }
      return absl::OkStatus();
    };
  }

  void AnswerStatus(int failed) {
    answers_.get_fleet = [failed](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2, 1, failed);
      return absl::OkStatus();
    };
  }

  void AnswerAttempts() {
    answers_.list_task_attempts = [](const v1::ListTaskAttemptsRequest& request,
                                     v1::ListTaskAttemptsResponse& response) {
      EXPECT_EQ(request.repo(), "acme/shop");
      v1::TaskAttempt& running = *response.add_attempts();
      running.set_attempt(2);
      running.set_generation(2);
      running.set_state(v1::TASK_STATE_RUNNING);
      running.set_runner_id("01JZRUNNER0000000000000002");
      running.mutable_lease_time()->set_seconds(1'750'000'100);
      v1::TaskAttempt& failed = *response.add_attempts();
      failed.set_attempt(1);
      failed.set_generation(1);
      failed.set_state(v1::TASK_STATE_FAILED);
      failed.set_runner_id("01JZRUNNER0000000000000001");
      failed.mutable_lease_time()->set_seconds(1'750'000'000);
      failed.mutable_end_time()->set_seconds(1'750'000'014);
      failed.set_cost_usd(0.25);
      *failed.mutable_failure() = MakeGroup(1, "").failure();
      if (request.include_logs()) failed.set_log_tail("\x1b[31mline one\nline two");
      return absl::OkStatus();
    };
  }
};

TEST_F(FailureCommandsTest, FailuresAreToldByGroup) {
  AnswerGroups(2);
  EXPECT_EQ(Run({"failures", kFleetId, "--user", "bob"}), 0);
  EXPECT_THAT(out_, HasSubstr(std::string("10 × config: Program not found\n"
                                          "  message       step \"check\": tidy: not found\n"
                                          "  remedy        Install it on the runners.\n"
                                          "  repositories  acme/repo1, acme/repo2, acme/repo3, acme/repo4, acme/repo5 "
                                          "and 5 more\n"
                                          "  fingerprint   0123456789abcde0\n"
                                          "  try again     fleetctl retry ") +
                              kFleetId + " --fingerprint 0123456789abcde0 --user bob\n\n9 × config"));
}

TEST_F(FailureCommandsTest, WhatAnOlderServiceDoesNotSayIsLeftOut) {
  answers_.list_failure_groups = [](const v1::ListFailureGroupsRequest&, v1::ListFailureGroupsResponse& response) {
    v1::FailureGroup& group = *response.add_groups() = MakeGroup(1, "0123456789abcdef");
    group.mutable_failure()->clear_title();
    group.mutable_failure()->clear_remedy();
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"failures", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("1 × config\n"));
  EXPECT_THAT(out_, HasSubstr("  repositories  acme/repo1\n"));
  EXPECT_THAT(out_, Not(HasSubstr("remedy")));
}

TEST_F(FailureCommandsTest, NoFailureIsSaid) {
  AnswerGroups(0);
  EXPECT_EQ(Run({"failures", kFleetId}), 0);
  EXPECT_EQ(out_, "No repository has failed.\n");
}

TEST_F(FailureCommandsTest, FailuresAsJsonAreTheContracts) {
  AnswerGroups(2);
  EXPECT_EQ(Run({"failures", kFleetId, "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["groups"].size(), 2U);
  EXPECT_EQ(json["groups"][0]["failure"]["remedy"], "Install it on the runners.");
}

TEST_F(FailureCommandsTest, AttemptsAreATable) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_,
            "ATTEMPT  GENERATION  STATE    RUNNER                      LEASED                DURATION  COST     REASON"
            "                     MESSAGE\n"
            "2        2           RUNNING  01JZRUNNER0000000000000002  2025-06-15 15:08:20Z  —         —        —     "
            "                     —\n"
            "1        1           FAILED   01JZRUNNER0000000000000001  2025-06-15 15:06:40Z  14s       $0.2500  config:"
            " Program not found  step \"check\": tidy: not found\n");
}

TEST_F(FailureCommandsTest, LogsOfAttemptsAreSanitised) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop", "--logs"}), 0);
  EXPECT_THAT(out_, HasSubstr("\nAttempt 2:\nNo log was kept.\n\nAttempt 1:\nline one\nline two\n"));
}

TEST_F(FailureCommandsTest, AttemptsAsJsonAreTheContracts) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop", "--logs", "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["attempts"][1]["state"], "TASK_STATE_FAILED");
  EXPECT_EQ(json["attempts"][1]["log_tail"], "\x1b[31mline one\nline two");
}

TEST_F(FailureCommandsTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_failure_groups = Refuse(absl::NotFoundError("there is no such fleet"));
  answers_.list_task_attempts = Refuse(absl::NotFoundError("there is no such child"));
  EXPECT_EQ(Run({"failures", kFleetId}), 1);
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop"}), 1);
  EXPECT_EQ(err_, "error: there is no such child\n");
  EXPECT_EQ(out_, "");
}

TEST_F(FailureCommandsTest, StatusShowsTheFiveLargestGroups) {
  AnswerStatus(4);
  AnswerGroups(7);
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("\nFailed, by cause:\nCOUNT  REASON                     FINGERPRINT       MESSAGE\n"
                              "10     config: Program not found  0123456789abcde0  step \"check\": tidy: not found\n"));
  EXPECT_THAT(out_, HasSubstr("0123456789abcde4"));
  EXPECT_THAT(out_, Not(HasSubstr("0123456789abcde5")));
  EXPECT_THAT(out_, HasSubstr(std::string("and 2 more causes\nSee remedies with: fleetctl failures ") + kFleetId));
}

TEST_F(FailureCommandsTest, StatusAsksForGroupsOnlyIfSomethingFailed) {
  AnswerStatus(0);
  answers_.list_failure_groups = [](const v1::ListFailureGroupsRequest&, v1::ListFailureGroupsResponse&) {
    ADD_FAILURE() << "was asked";
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, Not(HasSubstr("by cause")));
}

TEST_F(FailureCommandsTest, StatusIsWorthShowingWithoutGroups) {
  AnswerStatus(4);
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_EQ(err_, "");
  answers_.list_failure_groups = Refuse(absl::InternalError("broken"));
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("Failures      4 agent\n"));
  EXPECT_EQ(err_, "cannot list failures: broken\n");
}

}  // namespace
}  // namespace fleet::cli
