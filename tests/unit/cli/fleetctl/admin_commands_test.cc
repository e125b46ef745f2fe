#include "cli/fleetctl/commands/admin_commands.h"

#include <string>
#include <vector>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::AuditEvent MakeEvent(int64_t id) {
  v1::AuditEvent event;
  event.set_event_id(id);
  event.mutable_time()->set_seconds(1'750'000'000);
  event.set_actor("alice");
  event.set_action("UpdateFleet");
  event.set_fleet_id(kFleetId);
  event.set_before("{\"priority\": 0}");
  event.set_after(
      "{\"priority\": \x1b[2J"
      "5}");
  return event;
}

class AdminCommandsTest : public FleetctlTest {
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

TEST_F(AdminCommandsTest, LimitsAreListed) {
  answers_.list_limits = [](const v1::ListLimitsRequest&, v1::ListLimitsResponse& response) {
    v1::Limit& limit = *response.add_limits();
    limit.set_name("user_active");
    limit.set_value(50);
    limit.set_effect(v1::LIMIT_EFFECT_QUEUE);
    limit.set_description("Children of one user at once.");
    v1::Limit& exception = *response.add_limits() = limit;
    exception.set_scope("bob");
    exception.set_value(9'000'000'000);
    exception.set_updated_by("al\x1b[2Jice");
    exception.mutable_update_time()->set_seconds(1'750'000'000);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"limits", "list"}), 0);
  EXPECT_EQ(out_,
            "NAME         SCOPE  VALUE       EFFECT  SET                   SET_BY  DESCRIPTION\n"
            "user_active  —      50          queue   —                     —       Children of one user at once.\n"
            "user_active  bob    9000000000  queue   2025-06-15 15:06:40Z  alice   Children of one user at once.\n");
  EXPECT_EQ(Run({"limits", "list", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["limits"][1]["value"], "9000000000");
}

TEST_F(AdminCommandsTest, ALimitIsSet) {
  AnswerSetLimit();
  EXPECT_EQ(Run({"limits", "set", "system_active", "0"}), 0);
  EXPECT_EQ(out_, "system_active: 50 → 0\n");
  ASSERT_EQ(set_.size(), 1U);
  EXPECT_TRUE(set_[0].has_value());
  EXPECT_EQ(set_[0].scope(), "");
  EXPECT_EQ(Run({"limits", "set", "system_active", "9000000000", "-o", "json"}), 0);
  EXPECT_EQ(set_[1].value(), 9'000'000'000);
  EXPECT_EQ(nlohmann::json::parse(out_)["previous_value"], "50");
}

TEST_F(AdminCommandsTest, UserBehindLimitsSetIsNotWhoAsks) {
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

TEST_F(AdminCommandsTest, ALimitIsReset) {
  AnswerSetLimit();
  EXPECT_EQ(Run({"limits", "reset", "pool_active", "--pool", "gpu"}), 0);
  EXPECT_EQ(out_, "pool_active for gpu: 50 → 100\n");
  EXPECT_FALSE(set_.back().has_value());
  EXPECT_EQ(set_.back().scope(), "gpu");
  EXPECT_EQ(Run({"limits", "reset", "pool_active"}), 0);
  EXPECT_EQ(out_, "pool_active: 50 → 100\n");
  EXPECT_EQ(set_.back().scope(), "");
}

TEST_F(AdminCommandsTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_limits = Refuse(absl::PermissionDeniedError("operators only"));
  answers_.set_limit = Refuse(InvalidField("value", "must be at most 100"));
  answers_.list_audit_events = Refuse(absl::PermissionDeniedError("operators only"));
  EXPECT_EQ(Run({"limits", "list"}), 1);
  EXPECT_EQ(err_, "error: operators only\n");
  EXPECT_EQ(Run({"limits", "set", "user_active", "101"}), 1);
  EXPECT_THAT(err_, HasSubstr("must be at most 100"));
  EXPECT_EQ(Run({"audit"}), 1);
  EXPECT_EQ(err_, "error: operators only\n");
  answers_.set_limit = Refuse(absl::NotFoundError("there is no such limit"));
  EXPECT_EQ(Run({"limits", "reset", "nonsense", "-o", "json"}), 1);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

TEST_F(AdminCommandsTest, AuditTellsWhoDidWhat) {
  answers_.list_audit_events = [](const v1::ListAuditEventsRequest& request, v1::ListAuditEventsResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.add_events() = MakeEvent(7);
    v1::AuditEvent& first = *response.add_events() = MakeEvent(3);
    first.clear_before();
    first.set_subject("acme/shop");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"audit", kFleetId}), 0);
  EXPECT_EQ(out_,
            "TIME                  WHO    ACTION       FLEET                       SUBJECT    CHANGE\n"
            "2025-06-15 15:06:40Z  alice  UpdateFleet  01JZ0000000000000000000000  —          {\"priority\": 0} → "
            "{\"priority\": 5}\n"
            "2025-06-15 15:06:40Z  alice  UpdateFleet  01JZ0000000000000000000000  acme/shop  {\"priority\": 5}\n");
}

TEST_F(AdminCommandsTest, AuditStopsAtItsLimit) {
  std::vector<int32_t> sizes;
  answers_.list_audit_events = [&sizes](const v1::ListAuditEventsRequest& request,
                                        v1::ListAuditEventsResponse& response) {
    sizes.push_back(request.page_size());
    EXPECT_EQ(request.fleet_id(), "");
    *response.add_events() = MakeEvent(9);
    *response.add_events() = MakeEvent(8);
    if (sizes.size() < 4) response.set_next_page_token(request.page_token() + "x");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"audit", "--limit", "3", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["events"].size(), 3U);
  EXPECT_EQ(sizes[0], 3);
  sizes.clear();
  EXPECT_EQ(Run({"audit", "--limit", "0", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["events"].size(), 8U);
  EXPECT_EQ(sizes[0], 1000);
}

TEST_F(AdminCommandsTest, AnEmptyAuditIsAHeaderOrAnEmptyList) {
  answers_.list_audit_events = Refuse(absl::OkStatus());
  EXPECT_EQ(Run({"audit"}), 0);
  EXPECT_THAT(out_, HasSubstr("TIME  WHO"));
  EXPECT_EQ(Run({"audit", "-o", "json"}), 0);
  EXPECT_EQ(out_, "{\"events\":[]}\n");
  EXPECT_THAT(err_, Not(HasSubstr("error")));
}

}  // namespace
}  // namespace fleet::cli
