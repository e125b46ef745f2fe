#include "cli/fleetctl/commands/limits_list_command.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using LimitsListCommandTest = FleetctlTest;

TEST_F(LimitsListCommandTest, LimitsAreListed) {
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
            "NAME\tSCOPE\tVALUE\tEFFECT\tSET\tSET_BY\tDESCRIPTION\n"
            "user_active\t—\t50\tqueue\t—\t—\tChildren of one user at once.\n"
            "user_active\tbob\t9000000000\tqueue\t2025-06-15 15:06:40Z\talice\tChildren of one user at once.\n");
  EXPECT_EQ(Run({"limits", "list", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["limits"][1]["value"], "9000000000");
}

TEST_F(LimitsListCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_limits = Refuse(absl::PermissionDeniedError("operators only"));
  EXPECT_EQ(Run({"limits", "list"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: operators only\n");
  EXPECT_EQ(Run({"limits", "list", "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "PERMISSION_DENIED");
}

}  // namespace
}  // namespace fleet::cli
