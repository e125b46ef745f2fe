#include "cli/fleetctl/commands/tasks_command.h"

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

class TasksCommandTest : public FleetctlTest {
 protected:
  TasksCommandTest() {
    v1::Task unchanged = MakeTask(2, "acme/web", v1::TASK_STATE_COMPLETED);
    unchanged.set_outcome(v1::TASK_OUTCOME_NO_CHANGES);
    tasks_ = {MakeTask(1, "acme/shop", v1::TASK_STATE_COMPLETED), unchanged,
              MakeTask(3, "acme/api", v1::TASK_STATE_FAILED)};
    answers_.list_fleet_tasks = [this](const v1::ListFleetTasksRequest& request, v1::ListFleetTasksResponse& response) {
      listed_.push_back(request);
      for (const v1::Task& task : tasks_) {
        if (request.states().empty() || request.states(0) == task.state()) *response.add_tasks() = task;
      }
      return absl::OkStatus();
    };
    answers_.get_fleet_task = [this](const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response) {
      for (const v1::Task& task : tasks_) {
        if (task.repo() == request.repo()) *response.mutable_task() = task;
      }
      return response.has_task() ? absl::OkStatus() : absl::NotFoundError("fleet has no child for " + request.repo());
    };
  }

  std::vector<std::string> Repos(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"tasks", kFleetId, "-o", "json"});
    EXPECT_EQ(Run(arguments), 0) << err_;
    std::vector<std::string> repos;
    const auto json = nlohmann::json::parse(out_);
    for (const auto& task : json["tasks"]) repos.push_back(task["repo"]);
    return repos;
  }

  std::vector<v1::Task> tasks_;
  std::vector<v1::ListFleetTasksRequest> listed_;
};

TEST_F(TasksCommandTest, ChoosesByOutcome) {
  EXPECT_THAT(Repos({"--outcome", "no-changes"}), ElementsAre("acme/web"));
  EXPECT_THAT(Repos({"--outcome", "branch_pushed", "--outcome", "NO_CHANGES"}), ElementsAre("acme/shop", "acme/web"));
  // Only completed children have an outcome: the others are not even asked for.
  EXPECT_THAT(listed_.back().states(), ElementsAre(v1::TASK_STATE_COMPLETED));
}

TEST_F(TasksCommandTest, ChoosesRepositoriesWithoutTheListOfAll) {
  EXPECT_THAT(Repos({"--repo", "acme/api", "--repo", "acme/shop"}), ElementsAre("acme/api", "acme/shop"));
  EXPECT_THAT(Repos({"--repo", "acme/api", "--repo", "acme/shop", "--state", "failed"}), ElementsAre("acme/api"));
  EXPECT_TRUE(listed_.empty());
  EXPECT_EQ(Run({"tasks", kFleetId, "--repo", "acme/nope"}), 1);
  EXPECT_EQ(err_, "error: fleet has no child for acme/nope\n");
}

TEST_F(TasksCommandTest, OutcomesThatThereAreNotAreWrongUsage) {
  EXPECT_EQ(Run({"tasks", kFleetId, "--outcome", "nope"}), 2);
  EXPECT_THAT(err_, HasSubstr("none of PULL_REQUEST_OPENED"));
}

}  // namespace
}  // namespace fleet::cli
