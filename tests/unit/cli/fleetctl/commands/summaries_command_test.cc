#include "cli/fleetctl/commands/summaries_command.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

constexpr char kFleet[] = "01JZ0000000000000000000000";

class SummariesCommandTest : public FleetctlTest {
 protected:
  // As many completed repositories as there are summaries.
  void Complete(std::vector<std::string> summaries) {
    answers_.list_fleet_tasks = [summaries = std::move(summaries)](const v1::ListFleetTasksRequest& request,
                                                                   v1::ListFleetTasksResponse& response) {
      EXPECT_EQ(request.states_size(), 1);
      EXPECT_EQ(request.states(0), v1::TASK_STATE_COMPLETED);
      for (const std::string& summary : summaries) {
        v1::Task& task = *response.add_tasks();
        task.set_repo(absl::StrCat("acme/r", response.tasks_size()));
        task.set_summary(summary);
      }
      return absl::OkStatus();
    };
  }
};

TEST_F(SummariesCommandTest, GroupsByWordsTheMostFrequentFirst) {
  Complete({"has one", "MISSING", "MISSING", "", "MISSING", "MISSING", "MISSING", "MISSING\x1b[31m", "MISSING"});
  EXPECT_EQ(Run({"summaries", kFleet}), 0);
  EXPECT_EQ(out_,
            "6 × MISSING\n  repositories  acme/r2, acme/r3, acme/r5, acme/r6, acme/r7 and 1 more\n"
            "1 × no summary\n  repositories  acme/r4\n"
            "1 × MISSING\n  repositories  acme/r8\n"
            "1 × has one\n  repositories  acme/r1\n");
  EXPECT_EQ(Run({"summaries", kFleet, "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["summaries"][0]["count"], "6");
  EXPECT_EQ(json["summaries"][0]["summary"], "MISSING");
  EXPECT_EQ(json["summaries"][0]["sample_repos"].size(), 5U);
}

TEST_F(SummariesCommandTest, SaysThatThereAreNone) {
  Complete({});
  EXPECT_EQ(Run({"summaries", kFleet}), 0);
  EXPECT_EQ(out_, "No repository has completed.\n");
}

}  // namespace
}  // namespace fleet::cli
