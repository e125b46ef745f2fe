#include "cli/fleetctl/commands/update_command.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UpdateCommandTest : public FleetctlTest {
 protected:
  // GetFleet that answers with the policy of before, UpdateFleet that takes what the mask names.
  void AnswerUpdate() {
    policy_.set_max_concurrency(50);
    policy_.set_priority(0);
    answers_.get_fleet = [this](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
      *response.mutable_fleet()->mutable_policy() = policy_;
      return absl::OkStatus();
    };
    answers_.update_fleet = [this](const v1::UpdateFleetRequest& request, v1::UpdateFleetResponse& response) {
      updated_.push_back(request);
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
      v1::FleetPolicy& policy = *response.mutable_fleet()->mutable_policy();
      policy = policy_;
      policy.MergeFrom(request.policy());
      for (const std::string& path : request.update_mask().paths()) {
        if (path == "deadline" && !request.policy().has_deadline()) policy.clear_deadline();
      }
      return absl::OkStatus();
    };
  }

  std::vector<std::string> Paths() const {
    return {updated_.back().update_mask().paths().begin(), updated_.back().update_mask().paths().end()};
  }

  v1::FleetPolicy policy_;
  std::vector<v1::UpdateFleetRequest> updated_;
};

TEST_F(UpdateCommandTest, UpdateTellsBeforeAndAfter) {
  AnswerUpdate();
  EXPECT_EQ(
      Run({"update", kFleetId, "--max-concurrency", "20", "--priority", "-5", "--deadline", "2026-05-04T11:32:07Z"}),
      0);
  EXPECT_EQ(out_, std::string("Fleet ") + kFleetId +
                      ": max concurrency 50 → 20, priority 0 → -5, deadline none → 2026-05-04 11:32:07Z\n");
  EXPECT_THAT(Paths(), ElementsAre("max_concurrency", "priority", "deadline"));
}

TEST_F(UpdateCommandTest, UpdateNamesOnlyWhatItChanges) {
  AnswerUpdate();
  EXPECT_EQ(Run({"update", kFleetId, "--priority", "0", "-o", "json"}), 0);
  EXPECT_THAT(Paths(), ElementsAre("priority"));
  EXPECT_TRUE(updated_.back().policy().has_priority());
  EXPECT_FALSE(updated_.back().policy().has_max_concurrency());
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["policy"]["max_concurrency"], 50);
}

TEST_F(UpdateCommandTest, UpdateRemovesADeadline) {
  AnswerUpdate();
  policy_.mutable_deadline()->set_seconds(1'777'887'127);
  EXPECT_EQ(Run({"update", kFleetId, "--deadline", "none"}), 0);
  EXPECT_THAT(out_, HasSubstr(": deadline 2026-05-04 09:32:07Z → none\n"));
  EXPECT_THAT(Paths(), ElementsAre("deadline"));
  EXPECT_FALSE(updated_.back().policy().has_deadline());
}

TEST_F(UpdateCommandTest, UpdateCountsADurationFromNow) {
  AnswerUpdate();
  const absl::Time now = Clock::System().TimeNow();
  EXPECT_EQ(Run({"update", kFleetId, "--deadline", "2h30m"}), 0);
  const absl::Time sent = absl::FromUnixSeconds(updated_.back().policy().deadline().seconds());
  EXPECT_GE(sent, now + absl::Minutes(150));
  EXPECT_LE(sent, now + absl::Minutes(155));
}

TEST_F(UpdateCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.update_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  answers_.get_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"update", kFleetId, "--priority", "1"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"update", kFleetId, "--priority", "1", "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
