#include "cli/fleetctl/output/fleet_summary.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/task_summary.h"
#include "fleet/v1/fleet_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fake_clock.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Summary(const v1::Fleet& fleet) { return SummarizeFleet(fleet, FakeClock().TimeNow(), Terminal()); }

TEST(FleetSummaryTest, TellsStatesOutcomesFailuresAndTime) {
  const std::string text = Summary(MakeFleet(v1::FLEET_STATE_RUNNING, 1, 6, 1));
  EXPECT_THAT(text, HasSubstr("State         RUNNING\n"));
  EXPECT_THAT(text, HasSubstr("States        6 completed, 1 failed, 2 running, 3 queued\n"));
  EXPECT_THAT(text, HasSubstr("Outcomes      6 branch pushed\n"));
  EXPECT_THAT(text, HasSubstr("Failures      1 agent\n"));
  EXPECT_THAT(text, HasSubstr("Elapsed       3m 14s\n"));
  EXPECT_THAT(text, Not(HasSubstr("Waiting on")));
}

TEST(FleetSummaryTest, UnknownCostIsNotZero) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1, 6, 1);
  EXPECT_THAT(Summary(fleet), HasSubstr("Cost          —\n"));
  fleet.mutable_rollup()->set_cost_usd(0.01234);
  fleet.mutable_rollup()->set_known_cost_count(6);
  EXPECT_THAT(Summary(fleet), HasSubstr("Cost          $0.0123 (known for 6 of 12)\n"));
}

TEST(FleetSummaryTest, AnEndedFleetsTimeStandsStill) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_COMPLETED, 1, 12);
  fleet.mutable_end_time()->set_seconds(fleet.create_time().seconds() + 61);
  EXPECT_THAT(Summary(fleet), HasSubstr("Elapsed       1m 1s\n"));
}

TEST(FleetSummaryTest, SaysWhyItWaits) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_EXPANDING, 1);
  fleet.mutable_rollup()->set_expanded(5);
  fleet.add_waiting_on()->set_message("No runner serves pool \"default\": start one.");
  fleet.add_waiting_on()->set_reason(v1::WAIT_REASON_USER_CAP);
  const std::string text = Summary(fleet);
  EXPECT_THAT(text, HasSubstr("Repositories  12 (5 enqueued so far)\n"));
  EXPECT_THAT(text, HasSubstr("Waiting on    No runner serves pool \"default\": start one.\n"));
  EXPECT_THAT(text, HasSubstr("Waiting on    user cap\n"));
}

TEST(FleetSummaryTest, SaysWhoPausedIt) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_PAUSED, 1);
  fleet.add_pause_reasons(v1::PAUSE_REASON_USER);
  EXPECT_THAT(Summary(fleet), HasSubstr("State         PAUSED (user)\n"));
  fleet.set_paused_by("bo\x1b[2Jb");
  EXPECT_THAT(Summary(fleet), HasSubstr("State         PAUSED (by bob)\n"));
  fleet.add_pause_reasons(static_cast<v1::PauseReason>(77));
  EXPECT_THAT(Summary(fleet), HasSubstr("State         PAUSED (unknown 77, by bob)\n"));
}

TEST(FleetSummaryTest, SaysThatNothingFailedWhereRepositoriesWereCancelled) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_PARTIAL_FAILURE, 1);
  fleet.mutable_rollup()->mutable_states()->Clear();
  fleet.mutable_rollup()->mutable_states()->set_completed(9);
  fleet.mutable_rollup()->mutable_states()->set_cancelled(3);
  EXPECT_THAT(Summary(fleet), HasSubstr("State         PARTIAL_FAILURE (3 repositories cancelled, none failed)\n"));
  fleet.mutable_rollup()->mutable_states()->set_failed(1);
  EXPECT_THAT(Summary(fleet), HasSubstr("State         PARTIAL_FAILURE\n"));
}

TEST(FleetSummaryTest, NamesAPoolOtherThanTheDefault) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.set_pool("default");
  EXPECT_THAT(Summary(fleet), Not(HasSubstr("Pool")));
  fleet.set_pool("gpu");
  EXPECT_THAT(Summary(fleet), HasSubstr("Pool          gpu\n"));
}

TEST(FleetSummaryTest, DoesNotSayThatAnEndedFleetIsPaused) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_COMPLETED, 1);
  fleet.add_pause_reasons(v1::PAUSE_REASON_USER);
  fleet.set_paused_by("bob");
  EXPECT_THAT(Summary(fleet), HasSubstr("State         COMPLETED\n"));
}

TEST(FleetSummaryTest, TellsGenerationsBeyondTheFirst) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.set_generation(1);
  EXPECT_THAT(Summary(fleet), Not(HasSubstr("Generation")));
  fleet.set_generation(2);
  EXPECT_THAT(Summary(fleet), HasSubstr("Generation    2\n"));
  EXPECT_THAT(Summary(fleet), HasSubstr("Elapsed       3m 14s since it was submitted, over 2 generations\n"));
  fleet.set_retrying(true);
  EXPECT_THAT(Summary(fleet), HasSubstr("Generation    2 (repositories are being returned to the queue)\n"));
}

TEST(FleetSummaryTest, TellsTheTimeOfThisGenerationApart) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  const absl::Time now = FakeClock().TimeNow();
  const auto elapsed = [&] { return SummarizeFleet(fleet, now, Terminal(), now - absl::Seconds(61)); };
  EXPECT_THAT(elapsed(), HasSubstr("Elapsed       3m 14s\n"));
  fleet.set_generation(2);
  EXPECT_THAT(elapsed(), HasSubstr("Elapsed       3m 14s since it was submitted, 1m 1s of it in generation 2\n"));
  fleet.mutable_end_time()->set_seconds(1'750'000'000 - 30);
  EXPECT_THAT(elapsed(), HasSubstr("Elapsed       2m 44s since it was submitted, 31s of it in generation 2\n"));
}

TEST(FleetSummaryTest, TellsWhatEachGenerationWasAsked) {
  v1::GetFleetResponse response;
  for (int number = 1; number <= 2; ++number) {
    v1::FleetGeneration& generation = *response.add_generations();
    generation.set_generation(number);
    generation.set_created_by("alice");
    generation.mutable_create_time()->set_seconds(1'750'000'000);
    generation.set_resolved_workflow(absl::StrCat("ops/bump-v1@1.0.", number));
    generation.set_task_description(number == 1 ? "Bump\x1b[1m it" : "");
    generation.set_retried_count(number - 1);
  }
  EXPECT_EQ(SummarizeGenerations(response.generations(), Terminal()),
            "Generation 1  2025-06-15 15:06:40Z by alice, ops/bump-v1@1.0.1: Bump it\n"
            "Generation 2  2025-06-15 15:06:40Z by alice, 1 repository again, ops/bump-v1@1.0.2\n");
}

TEST(FleetSummaryTest, TellsTheDeadlineAndHowFarItIs) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  EXPECT_THAT(Summary(fleet), Not(HasSubstr("Deadline")));
  fleet.mutable_policy()->mutable_deadline()->set_seconds(1'750'000'000 + 7380);
  EXPECT_THAT(Summary(fleet), HasSubstr("Deadline      2025-06-15 17:09:40Z (in 2h 3m)\n"));
  fleet.set_state(v1::FLEET_STATE_COMPLETED);
  EXPECT_THAT(Summary(fleet), HasSubstr("Deadline      2025-06-15 17:09:40Z\n"));
  fleet.set_deadline_exceeded(true);
  EXPECT_THAT(Summary(fleet), HasSubstr("Deadline      2025-06-15 17:09:40Z (exceeded)\n"));
}

TEST(FleetSummaryTest, TellsABranchThatTheFleetNames) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.set_branch("fleet/" + absl::AsciiStrToLower(fleet.fleet_id()));
  EXPECT_THAT(Summary(fleet), Not(HasSubstr("Branch")));
  fleet.set_branch("deps/zlib");
  EXPECT_THAT(Summary(fleet), HasSubstr("Branch        deps/zlib\n"));
}

TEST(FleetSummaryTest, TextOfOthersIsSanitised) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.set_task_description("line one\nline \x1b[2Jtwo");
  EXPECT_THAT(Summary(fleet), HasSubstr("Task          line one line two\n"));
}

TEST(FleetSummaryTest, ALongTaskTakesOneLineOfATerminalAndIsWholeElsewhere) {
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.set_task_description(std::string(300, 'x'));
  EXPECT_THAT(Summary(fleet), HasSubstr("Task          " + std::string(300, 'x') + "\n"));
  Terminal terminal;
  terminal.width = [] { return 80; };
  EXPECT_THAT(SummarizeFleet(fleet, FakeClock().TimeNow(), terminal),
              HasSubstr("Task          " + std::string(65, 'x') + "…\n"));
}

TEST(FleetSummaryTest, StatesOfANewerServiceAreShown) {
  v1::Fleet fleet = MakeFleet(static_cast<v1::FleetState>(77), 1);
  EXPECT_THAT(Summary(fleet), HasSubstr("State         UNKNOWN_77\n"));
}

TEST(TaskSummaryTest, ResultIsPullRequestOrBranchOrFailure) {
  v1::Task task = MakeTask(1, "a/b", v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(DescribeResult(task), "fleet/01jz0000000000000000000000@0123456789ab");
  task.set_compare_url("https://github.com/a/b/compare/main...fleet/x");
  EXPECT_EQ(DescribeResult(task), "https://github.com/a/b/compare/main...fleet/x");
  task.set_pull_request_url("https://forge.example.com/a/b/pull/7");
  EXPECT_EQ(DescribeResult(task), "https://forge.example.com/a/b/pull/7");
  EXPECT_EQ(DescribeResult(MakeTask(1, "a/b", v1::TASK_STATE_FAILED)), "agent: step \"check\" exited with 1");
  EXPECT_EQ(DescribeResult(MakeTask(1, "a/b", v1::TASK_STATE_QUEUED)), "");
}

TEST(TaskSummaryTest, TellsWhatTheBranchHoldsFromBefore) {
  v1::Task task = MakeTask(1, "a/b", v1::TASK_STATE_COMPLETED);
  const std::string before = "fleet/01jz0000000000000000000000@0123456789ab from before";
  for (const v1::TaskOutcome outcome : {v1::TASK_OUTCOME_NO_CHANGES, v1::TASK_OUTCOME_REPORT_ONLY}) {
    task.set_outcome(outcome);
    EXPECT_EQ(DescribeResult(task), before);
  }
  v1::Task failed = MakeTask(1, "a/b", v1::TASK_STATE_FAILED);
  failed.set_branch(task.branch());
  failed.set_commit(task.commit());
  EXPECT_EQ(DescribeResult(failed), "agent: step \"check\" exited with 1; " + before);
  failed.set_pull_request_url("https://forge.example.com/a/b/pull/7");
  EXPECT_EQ(DescribeResult(failed),
            "agent: step \"check\" exited with 1; https://forge.example.com/a/b/pull/7 from before");
}

TEST(TaskSummaryTest, TellsWhatTheStepsOfACompletedOneSay) {
  v1::Task task = MakeTask(1, "a/b", v1::TASK_STATE_COMPLETED);
  task.set_summary("added LICENSE");
  EXPECT_EQ(DescribeResult(task), "fleet/01jz0000000000000000000000@0123456789ab; added LICENSE");
  v1::Task report;
  report.set_state(v1::TASK_STATE_COMPLETED);
  report.set_outcome(v1::TASK_OUTCOME_REPORT_ONLY);
  report.set_summary("MISSING");
  EXPECT_EQ(DescribeResult(report), "MISSING");
  v1::Task failed = MakeTask(1, "a/b", v1::TASK_STATE_FAILED);
  failed.set_summary("half of it");
  EXPECT_EQ(DescribeResult(failed), "agent: step \"check\" exited with 1") << "the failure says more";
}

TEST(TaskSummaryTest, TellsWhenItIsTriedAgain) {
  v1::Task task = MakeTask(1, "a/b", v1::TASK_STATE_QUEUED);
  task.mutable_failure()->set_category(v1::FAILURE_CATEGORY_NETWORK);
  task.mutable_retry_time()->set_seconds(1'750'000'000);
  EXPECT_EQ(DescribeResult(task), "next try at 2025-06-15 15:06:40Z after network");
}

}  // namespace
}  // namespace fleet::cli
