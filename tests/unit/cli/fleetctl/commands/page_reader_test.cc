#include "cli/fleetctl/commands/page_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using PageReaderTest = FleetctlTest;

TEST_F(PageReaderTest, AListThatDoesNotGoOnIsAnError) {
  answers_.list_fleet_tasks = [](const v1::ListFleetTasksRequest&, v1::ListFleetTasksResponse& response) {
    response.set_next_page_token("again");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"tasks", kFleetId}), 1);
  EXPECT_THAT(err_, HasSubstr("does not go on"));
}

}  // namespace
}  // namespace fleet::cli
