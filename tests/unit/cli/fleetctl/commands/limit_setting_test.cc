#include "cli/fleetctl/commands/limit_setting.h"

#include <vector>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

class LimitSettingTest : public FleetctlTest {
 protected:
  void AnswerSetLimit() {
    answers_.set_limit = [this](const v1::SetLimitRequest& request, v1::SetLimitResponse& response) {
      set_.push_back(request);
      response.mutable_limit()->set_name(request.name());
      response.mutable_limit()->set_scope(request.scope());
      response.mutable_limit()->set_value(request.has_value() ? request.value() : 100);
      response.set_previous_value(50);
      return absl::OkStatus();
    };
  }

  std::vector<v1::SetLimitRequest> set_;
};

TEST_F(LimitSettingTest, ALimitIsSet) {
  AnswerSetLimit();
  EXPECT_EQ(Run({"limits", "set", "system_active", "10"}), 0);
  EXPECT_EQ(out_, "system_active: 50 → 10\n");
  ASSERT_EQ(set_.size(), 1U);
  EXPECT_TRUE(set_[0].has_value());
  EXPECT_EQ(set_[0].scope(), "");
  EXPECT_EQ(Run({"limits", "set", "system_active", "9000000000", "-o", "json"}), 0);
  EXPECT_EQ(set_[1].value(), 9'000'000'000);
  EXPECT_EQ(nlohmann::json::parse(out_)["previous_value"], "50");
}

TEST_F(LimitSettingTest, UserBehindLimitsSetIsNotWhoAsks) {
  AnswerSetLimit();
  FakeServer server(answers_);
  EXPECT_EQ(RunAt(server.address(), {"--user", "root", "limits", "set", "user_active", "7", "--user", "bob"}), 0);
  EXPECT_EQ(out_, "user_active for bob: 50 → 7\n");
  EXPECT_EQ(set_.back().scope(), "bob");
  EXPECT_EQ(server.users().back(), "root");
  EXPECT_EQ(RunAt(server.address(), {"limits", "reset", "user_active", "--user", "bob"}), 0);
  EXPECT_EQ(set_.back().scope(), "bob");
  EXPECT_EQ(server.users().back(), "alice");
}

TEST_F(LimitSettingTest, WhatStopsEverybodyIsAskedAboutOnATerminal) {
  AnswerSetLimit();
  answers_person_ = true;
  for (const char* no : {"", "n\n", "what?\n"}) {
    EXPECT_EQ(Run({"limits", "set", "system_active", "0"}, no), 1);
    EXPECT_THAT(err_, HasSubstr("at system_active 0 nothing starts any more, for anybody. Go on? [y/N] "));
    EXPECT_THAT(err_, HasSubstr("error: nothing was changed\n"));
  }
  EXPECT_TRUE(set_.empty());
  for (const char* yes : {"y\n", " YES \n"}) {
    EXPECT_EQ(Run({"limits", "set", "open_fleets_user", "0"}, yes), 0);
    EXPECT_THAT(err_, HasSubstr("no fleet is accepted any more"));
  }
  EXPECT_EQ(Run({"limits", "set", "system_active", "0", "--yes"}), 0);
  EXPECT_EQ(err_, "");
  EXPECT_EQ(set_.size(), 3U);
}

TEST_F(LimitSettingTest, WhatStopsEverybodyTakesYesWhereNobodyIsAsked) {
  AnswerSetLimit();
  EXPECT_EQ(Run({"limits", "set", "targets_per_fleet", "0"}, "y\n"), 2);
  EXPECT_THAT(err_, HasSubstr("error: --yes: has to be given: at targets_per_fleet 0 no fleet is accepted any more"));
  answers_person_ = true;
  EXPECT_EQ(Run({"limits", "set", "pool_active", "0", "-o", "json"}, "y\n"), 2);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["violations"][0]["field"], "--yes");
  EXPECT_TRUE(set_.empty());
  EXPECT_EQ(Run({"limits", "set", "pool_active", "0", "--yes", "-o", "json"}), 0);
}

TEST_F(LimitSettingTest, WhatStopsNobodyOrOneIsNotAskedAbout) {
  AnswerSetLimit();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"system_active", "1"},
                                                    {"user_active", "0", "--user", "bob"},
                                                    {"pool_active", "0", "--pool", "gpu"},
                                                    {"queue_age_seconds", "0"},
                                                    {"fleet_active_default", "0"},
                                                    {"no_such_limit", "0"}}) {
    EXPECT_EQ(Run(With({"limits", "set"}, arguments)), 0) << arguments[0];
    EXPECT_EQ(err_, "");
  }
}

TEST_F(LimitSettingTest, ALimitIsReset) {
  AnswerSetLimit();
  EXPECT_EQ(Run({"limits", "reset", "pool_active", "--pool", "gpu"}), 0);
  EXPECT_EQ(out_, "pool_active for gpu: 50 → 100\n");
  EXPECT_FALSE(set_.back().has_value());
  EXPECT_EQ(set_.back().scope(), "gpu");
  EXPECT_EQ(Run({"limits", "reset", "pool_active"}), 0);
  EXPECT_EQ(out_, "pool_active: 50 → 100\n");
  EXPECT_EQ(set_.back().scope(), "");
}

TEST_F(LimitSettingTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.set_limit = Refuse(InvalidField("value", "must be at most 100"));
  EXPECT_EQ(Run({"limits", "set", "user_active", "101"}), 2);
  EXPECT_THAT(err_, HasSubstr("error: VALUE: must be at most 100\n"));
  answers_.set_limit = Refuse(InvalidField("scope_kind", "user_active has exceptions for single users, not for pools"));
  EXPECT_EQ(Run({"limits", "set", "user_active", "5", "--pool", "gpu"}), 2);
  EXPECT_THAT(err_, HasSubstr("error: --pool: user_active has exceptions for single users, not for pools\n"));
  answers_.set_limit = Refuse(absl::NotFoundError("there is no such limit"));
  EXPECT_EQ(Run({"limits", "reset", "nonsense", "-o", "json"}), 1);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
