#include "cli/fleetctl/commands/failures_command.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using FailuresCommandTest = FleetctlTest;

TEST_F(FailuresCommandTest, FailuresAreToldByGroup) {
  AnswerFailureGroups(2);
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

TEST_F(FailuresCommandTest, WhatAnOlderServiceDoesNotSayIsLeftOut) {
  answers_.list_failure_groups = [](const v1::ListFailureGroupsRequest&, v1::ListFailureGroupsResponse& response) {
    v1::FailureGroup& group = *response.add_groups() = MakeFailureGroup(1, "0123456789abcdef");
    group.mutable_failure()->clear_title();
    group.mutable_failure()->clear_remedy();
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"failures", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("1 × config\n"));
  EXPECT_THAT(out_, HasSubstr("  repositories  acme/repo1\n"));
  EXPECT_THAT(out_, Not(HasSubstr("remedy")));
}

TEST_F(FailuresCommandTest, NoFailureIsSaid) {
  AnswerFailureGroups(0);
  EXPECT_EQ(Run({"failures", kFleetId}), 0);
  EXPECT_EQ(out_, "No repository has failed.\n");
}

TEST_F(FailuresCommandTest, FailuresAsJsonAreTheContracts) {
  AnswerFailureGroups(2);
  EXPECT_EQ(Run({"failures", kFleetId, "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["groups"].size(), 2U);
  EXPECT_EQ(json["groups"][0]["failure"]["remedy"], "Install it on the runners.");
}

TEST_F(FailuresCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_failure_groups = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"failures", kFleetId}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"failures", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
