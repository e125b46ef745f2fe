#include "cli/fleetctl/commands/task_pages.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using TaskPagesTest = FleetctlTest;

TEST_F(TaskPagesTest, TasksReadsEveryPageAlsoBehindEmptyOnes) {
  answers_.list_fleet_tasks = [](const v1::ListFleetTasksRequest& request, v1::ListFleetTasksResponse& response) {
    if (request.page_token().empty()) {
      response.set_next_page_token("b");
    } else if (request.page_token() == "b") {
      *response.add_tasks() = MakeTask(1, "acme/shop", v1::TASK_STATE_COMPLETED);
      response.set_next_page_token("c");
    } else {
      *response.add_tasks() = MakeTask(2, "acme/web", v1::TASK_STATE_FAILED);
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"tasks", kFleetId}), 0);
  EXPECT_EQ(out_,
            "ORDINAL\tREPO\tSTATE\tOUTCOME\tATTEMPT\tCOST\tDURATION\tRESULT\n"
            "1\tacme/shop\tCOMPLETED\tbranch pushed\t1\t—\t—\t"
            "fleet/01jz0000000000000000000000@0123456789ab\n"
            "2\tacme/web\tFAILED\t—\t1\t—\t—\tagent: step \"check\" exited with 1\n");
  EXPECT_EQ(Run({"tasks", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["tasks"].size(), 2U);
}

}  // namespace
}  // namespace fleet::cli
