#include "workers/task_runner/task_context.h"

#include <map>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleet::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

LeasedTask MakeTask() {
  auto fleet = std::make_shared<v1::LeasedFleet>();
  fleet->set_fleet_id("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  fleet->set_task_description("Rename \"it\" to $(it)");
  (*fleet->mutable_parameters())["branch"] = "fleet";
  (*fleet->mutable_parameters())["level"] = "1";
  LeasedTask task;
  task.lease.set_task_id("01ARZ3NDEKTSV4RRFFQ69G5FAV-7");
  task.lease.set_attempt(2);
  task.lease.set_repo("acme/api");
  task.lease.set_branch("fleet/x");
  (*task.lease.mutable_parameters())["Branch"] = "child";
  task.fleet = fleet;
  return task;
}

TEST(TaskContextTest, TheChildsParametersWinWhateverTheirCase) {
  EXPECT_THAT(MakeTaskContext(MakeTask()).parameters, ElementsAre(Pair("Branch", "child"), Pair("level", "1")));
}

TEST(TaskContextTest, GivesTheEnvironment) {
  EXPECT_THAT(ContextEnvironment(MakeTaskContext(MakeTask())),
              ElementsAre(Pair("FLEET_ATTEMPT", "2"), Pair("FLEET_BRANCH", "fleet/x"),
                          Pair("FLEET_ID", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), Pair("FLEET_PARAM_BRANCH", "child"),
                          Pair("FLEET_PARAM_LEVEL", "1"), Pair("FLEET_REPO", "acme/api"),
                          Pair("FLEET_TASK_DESCRIPTION", "Rename \"it\" to $(it)"),
                          Pair("FLEET_TASK_ID", "01ARZ3NDEKTSV4RRFFQ69G5FAV-7")));
}

TEST(TaskContextTest, GivesTheSameAsJson) {
  const auto json = nlohmann::json::parse(ContextJson(MakeTaskContext(MakeTask())));
  EXPECT_EQ(json["attempt"], 2);
  EXPECT_EQ(json["task_description"], "Rename \"it\" to $(it)");
  EXPECT_EQ(json["parameters"]["Branch"], "child");
}

}  // namespace
}  // namespace fleet::runner
