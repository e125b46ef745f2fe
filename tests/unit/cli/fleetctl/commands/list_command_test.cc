#include "cli/fleetctl/commands/list_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using ListCommandTest = FleetctlTest;

TEST_F(ListCommandTest, ListStopsAtItsLimit) {
  answers_.list_fleets = [](const v1::ListFleetsRequest& request, v1::ListFleetsResponse& response) {
    EXPECT_EQ(request.creator(), "bob");
    EXPECT_EQ(request.page_size(), 3);
    *response.add_fleets() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
    *response.add_fleets() = MakeFleet(v1::FLEET_STATE_FAILED, 1);
    response.set_next_page_token(request.page_token() + "x");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list", "--creator", "bob", "--limit", "3", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleets"].size(), 3U);
}

TEST_F(ListCommandTest, TellsWhatEachFleetIsToDo) {
  answers_.list_fleets = [](const v1::ListFleetsRequest&, v1::ListFleetsResponse& response) {
    *response.add_fleets() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
    response.mutable_fleets(0)->set_task_description("Bump zlib\nto 1.3.1");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list"}), 0);
  EXPECT_THAT(out_, HasSubstr("\tTASK\n"));
  EXPECT_THAT(out_, HasSubstr("\tBump zlib to 1.3.1\n"));
}

}  // namespace
}  // namespace fleet::cli
