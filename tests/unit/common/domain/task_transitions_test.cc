#include "common/domain/task_transitions.h"

#include <gmock/gmock.h>

#include <numeric>
#include <random>
#include <vector>

#include "tests/unit/common/domain/numbered_ulid.h"

namespace fleet::domain {
namespace {

using ::testing::ElementsAre;

constexpr TaskState kStates[] = {TaskState::kQueued,    TaskState::kSubmitted,        TaskState::kHydrating,
                                 TaskState::kRunning,   TaskState::kAwaitingApproval, TaskState::kFinalizing,
                                 TaskState::kCompleted, TaskState::kFailed,           TaskState::kCancelled,
                                 TaskState::kTimedOut};
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const Ulid kRunner = NumberedUlid(7);

Fleet RunningFleet() {
  Fleet fleet;
  fleet.id = NumberedUlid(1);
  fleet.policy.max_tries = 3;
  fleet.state = FleetState::kRunning;
  return fleet;
}

Fleet CancelledFleet(CancelMode mode = CancelMode::kStop) {
  Fleet fleet = RunningFleet();
  fleet.cancel_mode = mode;
  return fleet;
}

Fleet BrokenFleet() {
  Fleet fleet = RunningFleet();
  fleet.expansion_failed = true;
  return fleet;
}

// Leased to kRunner as attempt 2 ten seconds ago, whatever its state is now.
Task LeasedTask(TaskState state) {
  Task task;
  task.id = {NumberedUlid(1), 5};
  task.state = state;
  task.attempt = 2;
  task.runner_id = kRunner;
  task.leased_at = kNow - absl::Seconds(10);
  return task;
}

TaskReport Report(TaskState state, FailureCategory category = FailureCategory::kNone) {
  TaskReport report;
  report.task = {NumberedUlid(1), 5};
  report.attempt = 2;
  report.runner_id = kRunner;
  report.state = state;
  report.category = category;
  return report;
}

// ---- JudgeReport

constexpr char kApply = 'A';
constexpr char kRepeat = 'R';
constexpr char kStop = 'S';
constexpr char kLost = 'L';

char Letter(ReportVerdict verdict) {
  switch (verdict) {
    case ReportVerdict::kApply:
      return kApply;
    case ReportVerdict::kRepeat:
      return kRepeat;
    case ReportVerdict::kStop:
      return kStop;
    case ReportVerdict::kLeaseLost:
      return kLost;
  }
  return '?';
}

// The verdicts on reports HYDRATING, RUNNING, AWAITING_APPROVAL, FINALIZING, COMPLETED, FAILED, CANCELLED, TIMED_OUT.
std::string Verdicts(const Task& task, const Fleet& fleet) {
  std::string verdicts;
  for (const TaskState state : kStates) {
    if (state >= TaskState::kHydrating) verdicts += Letter(JudgeReport(task, fleet, Report(state)));
  }
  return verdicts;
}

TEST(JudgeReportTest, EveryStateAgainstEveryReport) {
  const std::map<TaskState, std::string> table = {
      {TaskState::kQueued, "LLLLLRRL"},  // a failure or a stop that was recorded as a return to the queue
      {TaskState::kSubmitted, "AAAAAAAA"},  {TaskState::kHydrating, "RAAAAAAA"},
      {TaskState::kRunning, "RRAAAAAA"},    {TaskState::kAwaitingApproval, "RARAAAAA"},
      {TaskState::kFinalizing, "RRRRAAAA"},  // the same stage again, or one that overtook it
      {TaskState::kCompleted, "LLLLRLLL"},  {TaskState::kFailed, "LLLLLRLL"},
      {TaskState::kCancelled, "LLLLLRRL"},  {TaskState::kTimedOut, "LLLLLLLR"},
  };
  for (const TaskState state : kStates) {
    EXPECT_EQ(Verdicts(LeasedTask(state), RunningFleet()), table.at(state)) << static_cast<int>(state);
  }
}

TEST(JudgeReportTest, TellsARunnerOfAStoppedFleetToStopButTakesItsResult) {
  for (const Fleet& fleet : {CancelledFleet(), BrokenFleet()}) {
    EXPECT_EQ(Verdicts(LeasedTask(TaskState::kSubmitted), fleet), "SSSSAAAA");
    EXPECT_EQ(Verdicts(LeasedTask(TaskState::kFinalizing), fleet), "SSSSAAAA");
    EXPECT_EQ(Verdicts(LeasedTask(TaskState::kCompleted), fleet), "LLLLRLLL");
  }
}

TEST(JudgeReportTest, LetsARunnerOfADrainedFleetGoOn) {
  EXPECT_EQ(Verdicts(LeasedTask(TaskState::kSubmitted), CancelledFleet(CancelMode::kDrain)), "AAAAAAAA");
}

TEST(JudgeReportTest, RefusesAnyOtherLease) {
  for (const TaskState state : kStates) {
    Task task = LeasedTask(state);
    task.attempt = 3;
    EXPECT_EQ(Verdicts(task, RunningFleet()), "LLLLLLLL") << "an older attempt, state " << static_cast<int>(state);
    task.attempt = 1;
    EXPECT_EQ(Verdicts(task, RunningFleet()), "LLLLLLLL") << "an attempt never leased";
    task.attempt = 2;
    task.runner_id = NumberedUlid(8);
    EXPECT_EQ(Verdicts(task, RunningFleet()), "LLLLLLLL") << "another runner";
    task.runner_id = Ulid();
    EXPECT_EQ(Verdicts(task, RunningFleet()), "LLLLLLLL") << "taken away from its runner";
  }
}

TEST(JudgeReportTest, RecognisesEveryReportItRecorded) {
  for (const Fleet& fleet : {RunningFleet(), CancelledFleet(), CancelledFleet(CancelMode::kDrain)}) {
    for (const FailureCategory category : {FailureCategory::kNetwork, FailureCategory::kConfig}) {
      for (const TaskState reported : kStates) {
        if (!IsTerminal(reported)) continue;
        const TaskReport report = Report(reported, category);
        const Task after = AfterReport(LeasedTask(TaskState::kRunning), fleet, report, kNow, 0.5);
        EXPECT_EQ(JudgeReport(after, fleet, report), ReportVerdict::kRepeat) << static_cast<int>(reported);
      }
    }
  }
}

// ---- AfterReport

TEST(AfterReportTest, AStageChangesNothingButTheState) {
  const Task after =
      AfterReport(LeasedTask(TaskState::kSubmitted), RunningFleet(), Report(TaskState::kHydrating), kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kHydrating);
  EXPECT_EQ(after.attempt, 2);
  EXPECT_EQ(after.runner_id, kRunner);
  EXPECT_FALSE(after.ended_at.has_value());
  EXPECT_FALSE(after.duration_ms.has_value());
}

TEST(AfterReportTest, CompletionKeepsWhatWasAchieved) {
  TaskReport report = Report(TaskState::kCompleted, FailureCategory::kNetwork);
  report.outcome = Outcome::kPullRequestOpened;
  report.pull_request_url = "https://forge/1";
  report.commit = "abc";
  report.cost_micros = 1500;
  Task task = LeasedTask(TaskState::kFinalizing);
  task.cost_micros = 1000;  // of an earlier attempt
  task.tries = 1;
  const Task after = AfterReport(task, RunningFleet(), report, kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kCompleted);
  EXPECT_EQ(after.outcome, Outcome::kPullRequestOpened);
  EXPECT_EQ(after.category, FailureCategory::kNone);
  EXPECT_EQ(after.pull_request_url, "https://forge/1");
  EXPECT_EQ(after.commit, "abc");
  EXPECT_EQ(after.cost_micros, 2500);
  EXPECT_EQ(after.duration_ms, 10'000);
  EXPECT_EQ(after.ended_at, kNow);
  EXPECT_EQ(after.tries, 1);
}

TEST(AfterReportTest, AnUnknownCostStaysUnknown) {
  const Task after =
      AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(), Report(TaskState::kCompleted), kNow, 0.5);
  EXPECT_FALSE(after.cost_micros.has_value());
}

TEST(AfterReportTest, AClockThatWentBackGivesNoNegativeDuration) {
  const Task after = AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(), Report(TaskState::kCompleted),
                                 kNow - absl::Hours(1), 0.5);
  EXPECT_EQ(after.duration_ms, 0);
}

TEST(AfterReportTest, ExactlyTheRetryableCategoriesAreTriedAgain) {
  for (int i = 1; i < static_cast<int>(kFailureCategoryCount); ++i) {
    const auto category = static_cast<FailureCategory>(i);
    const bool retryable = category == FailureCategory::kNetwork || category == FailureCategory::kConcurrency ||
                           category == FailureCategory::kCompute;
    const Task after =
        AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(), Report(TaskState::kFailed, category), kNow, 0.5);
    EXPECT_EQ(after.state, retryable ? TaskState::kQueued : TaskState::kFailed) << i;
    EXPECT_EQ(after.tries, 1) << i;
    EXPECT_EQ(after.category, category) << i;
    EXPECT_EQ(after.ended_at.has_value(), !retryable) << i;
    EXPECT_EQ(after.retry_at.has_value(), retryable) << i;
    EXPECT_EQ(after.attempt, 2) << "the fence is never reset";
  }
}

TEST(AfterReportTest, AFailureWithoutCategoryIsUnknown) {
  const Task after =
      AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(), Report(TaskState::kFailed), kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kFailed);
  EXPECT_EQ(after.category, FailureCategory::kUnknown);
}

TEST(AfterReportTest, TheLastTryFails) {
  Task task = LeasedTask(TaskState::kRunning);
  task.tries = 1;
  const TaskReport report = Report(TaskState::kFailed, FailureCategory::kNetwork);
  Task after = AfterReport(task, RunningFleet(), report, kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kQueued);
  EXPECT_EQ(after.retry_at, kNow + absl::Seconds(2));  // half of 2 s · 2^1
  task.tries = 2;
  after = AfterReport(task, RunningFleet(), report, kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kFailed);
  EXPECT_EQ(after.tries, 3);
  EXPECT_EQ(after.ended_at, kNow);
  EXPECT_FALSE(after.retry_at.has_value());
}

TEST(AfterReportTest, ARetryOfACancelledFleetIsCancelled) {
  for (const Fleet& fleet : {CancelledFleet(), CancelledFleet(CancelMode::kDrain), BrokenFleet()}) {
    const Task after = AfterReport(LeasedTask(TaskState::kRunning), fleet,
                                   Report(TaskState::kFailed, FailureCategory::kNetwork), kNow, 0.5);
    EXPECT_EQ(after.state, TaskState::kCancelled);
    EXPECT_EQ(after.ended_at, kNow);
    EXPECT_FALSE(after.retry_at.has_value());
  }
}

TEST(AfterReportTest, ATimeoutIsFinalAndChargesATry) {
  const Task after = AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(),
                                 Report(TaskState::kTimedOut, FailureCategory::kNetwork), kNow, 0.5);
  EXPECT_EQ(after.state, TaskState::kTimedOut);
  EXPECT_EQ(after.category, FailureCategory::kTimeout);
  EXPECT_EQ(after.tries, 1);
  EXPECT_EQ(after.ended_at, kNow);
}

TEST(AfterReportTest, AStopIsFinalOnlyIfTheFleetIsCancelled) {
  const TaskReport report = Report(TaskState::kCancelled, FailureCategory::kNetwork);
  const Task stopped = AfterReport(LeasedTask(TaskState::kRunning), CancelledFleet(), report, kNow, 0.5);
  EXPECT_EQ(stopped.state, TaskState::kCancelled);
  EXPECT_EQ(stopped.ended_at, kNow);
  EXPECT_EQ(stopped.category, FailureCategory::kNone);
  const Task drained_runner = AfterReport(LeasedTask(TaskState::kRunning), RunningFleet(), report, kNow, 0.5);
  EXPECT_EQ(drained_runner.state, TaskState::kQueued);
  EXPECT_EQ(drained_runner.retry_at, kNow);
  EXPECT_EQ(drained_runner.tries, 0) << "giving work back costs no try";
  EXPECT_FALSE(drained_runner.ended_at.has_value());
}

// ---- AfterReturn, AfterCancel, AfterTimeout

TEST(AfterReturnTest, GivesTheChildBackWithoutChargingATry) {
  const Task after = AfterReturn(LeasedTask(TaskState::kRunning), RunningFleet(), ReturnCause::kGivenBack, kNow);
  EXPECT_EQ(after.state, TaskState::kQueued);
  EXPECT_EQ(after.retry_at, kNow);
  EXPECT_EQ(after.tries, 0);
  EXPECT_EQ(after.losses, 0);
  EXPECT_EQ(after.attempt, 2);
  EXPECT_TRUE(after.runner_id.IsNone());
  EXPECT_EQ(after.duration_ms, 10'000);
}

TEST(AfterReturnTest, AChildThatLosesItsRunnersIsBoundedByTheLossesAlone) {
  Task task = LeasedTask(TaskState::kRunning);
  for (int loss = 1; loss < kMaxLosses; ++loss) {
    task = AfterReturn(task, RunningFleet(), ReturnCause::kRunnerLost, kNow);
    EXPECT_EQ(task.state, TaskState::kQueued);
    EXPECT_EQ(task.losses, loss);
    EXPECT_EQ(task.tries, 0);
    task.state = TaskState::kRunning;
  }
  task = AfterReturn(task, RunningFleet(), ReturnCause::kRunnerLost, kNow);
  EXPECT_EQ(task.state, TaskState::kFailed);
  EXPECT_EQ(task.category, FailureCategory::kCompute);
  EXPECT_EQ(task.ended_at, kNow);
  EXPECT_FALSE(task.retry_at.has_value());
}

TEST(AfterReturnTest, GivingBackNeverReachesTheBound) {
  Task task = LeasedTask(TaskState::kRunning);
  task.losses = kMaxLosses - 1;
  EXPECT_EQ(AfterReturn(task, RunningFleet(), ReturnCause::kGivenBack, kNow).state, TaskState::kQueued);
}

TEST(AfterReturnTest, InACancelledFleetEveryReturnIsACancel) {
  Task task = LeasedTask(TaskState::kRunning);
  task.losses = kMaxLosses - 1;
  for (const Fleet& fleet : {CancelledFleet(), CancelledFleet(CancelMode::kDrain), BrokenFleet()}) {
    for (const ReturnCause cause : {ReturnCause::kRunnerLost, ReturnCause::kGivenBack}) {
      const Task after = AfterReturn(task, fleet, cause, kNow);
      EXPECT_EQ(after.state, TaskState::kCancelled);
      EXPECT_EQ(after.ended_at, kNow);
      EXPECT_TRUE(after.runner_id.IsNone());
    }
  }
}

TEST(AfterCancelTest, FencesOffARunnerAndKeepsWhatIsKnownOfAQueuedChild) {
  Task queued = LeasedTask(TaskState::kQueued);
  queued.retry_at = kNow + absl::Minutes(1);
  const Task swept = AfterCancel(queued, kNow);
  EXPECT_EQ(swept.state, TaskState::kCancelled);
  EXPECT_FALSE(swept.retry_at.has_value());
  EXPECT_EQ(swept.ended_at, kNow);
  EXPECT_FALSE(swept.duration_ms.has_value());
  EXPECT_EQ(swept.runner_id, kRunner) << "its runner's repeated report is answered OK";
  const Task stopped = AfterCancel(LeasedTask(TaskState::kRunning), kNow);
  EXPECT_EQ(stopped.state, TaskState::kCancelled);
  EXPECT_TRUE(stopped.runner_id.IsNone());
  EXPECT_EQ(stopped.duration_ms, 10'000);
}

TEST(AfterTimeoutTest, EndsTheChildAndFencesOffItsRunner) {
  const Task after = AfterTimeout(LeasedTask(TaskState::kRunning), kNow);
  EXPECT_EQ(after.state, TaskState::kTimedOut);
  EXPECT_EQ(after.category, FailureCategory::kTimeout);
  EXPECT_EQ(after.tries, 1);
  EXPECT_TRUE(after.runner_id.IsNone());
  EXPECT_EQ(after.ended_at, kNow);
}

TEST(RetryBackoffTest, DoublesUpToFiveMinutesAndIsSpreadByJitter) {
  EXPECT_EQ(RetryBackoff(1, 1.0), absl::Seconds(2));
  EXPECT_EQ(RetryBackoff(2, 1.0), absl::Seconds(4));
  EXPECT_EQ(RetryBackoff(8, 1.0), absl::Seconds(256));
  EXPECT_EQ(RetryBackoff(9, 1.0), absl::Minutes(5));
  EXPECT_EQ(RetryBackoff(2'000'000'000, 1.0), absl::Minutes(5));
  EXPECT_EQ(RetryBackoff(3, 0.25), absl::Seconds(2));
  EXPECT_EQ(RetryBackoff(3, 0.0), absl::ZeroDuration());
}

// ---- Move

Rollup Recount(const std::vector<Task>& tasks) {
  Rollup rollup;
  for (const Task& task : tasks) {
    ++rollup.states[static_cast<std::size_t>(task.state)];
    if (task.state == TaskState::kCompleted) ++rollup.outcomes[static_cast<std::size_t>(task.outcome)];
    if (task.state == TaskState::kFailed || task.state == TaskState::kTimedOut) {
      ++rollup.categories[static_cast<std::size_t>(task.category)];
    }
    const bool is_delayed = task.state == TaskState::kQueued && task.retry_at.has_value();
    if (is_delayed) ++rollup.delayed;
    if (is_delayed && task.losses > 0) ++rollup.suspects;
    rollup.cost_micros += task.cost_micros.value_or(0);
    if (task.cost_micros.has_value()) ++rollup.known_cost;
  }
  return rollup;
}

// One step that the system could take with this child.
Task RandomStep(const Task& task, const Fleet& fleet, std::mt19937& random) {
  const auto upto = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  const absl::Time now = kNow + absl::Seconds(upto(1000));
  if (IsTerminal(task.state)) return task;
  if (task.state == TaskState::kQueued) {
    if (upto(9) == 0) return AfterCancel(task, now);
    Task leased = task;
    leased.state = TaskState::kSubmitted;
    ++leased.attempt;
    leased.runner_id = kRunner;
    leased.retry_at.reset();
    leased.leased_at = now;
    return leased;
  }
  switch (upto(9)) {
    case 0:
      return AfterReturn(task, fleet, ReturnCause::kRunnerLost, now);
    case 1:
      return AfterReturn(task, fleet, ReturnCause::kGivenBack, now);
    case 2:
      return AfterTimeout(task, now);
    case 3:
      return AfterCancel(task, now);
    default:
      break;
  }
  TaskReport report = Report(kStates[2 + upto(7)], static_cast<FailureCategory>(upto(kFailureCategoryCount - 1)));
  report.attempt = task.attempt;
  report.outcome = static_cast<Outcome>(upto(kOutcomeCount - 1));
  if (upto(1) == 0) report.cost_micros = upto(1000);
  if (JudgeReport(task, fleet, report) != ReportVerdict::kApply) return task;
  return AfterReport(task, fleet, report, now, 0.5);
}

class MovePropertyTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(MovePropertyTest, KeepsTheRollupEqualToARecountOverRandomLives) {
  std::mt19937 random(GetParam());
  Fleet fleet = RunningFleet();
  std::vector<Task> tasks(40, Task{.id = {NumberedUlid(1), 5}});
  Rollup rollup = Recount(tasks);
  for (int step = 0; step < 4000; ++step) {
    if (step == 500) fleet.cancel_mode = GetParam() % 2 == 0 ? CancelMode::kStop : CancelMode::kNone;
    Task& task = tasks[std::uniform_int_distribution<std::size_t>(0, tasks.size() - 1)(random)];
    const Task after = RandomStep(task, fleet, random);
    const int64_t duration_before = rollup.duration_ms;
    Move(rollup, task, after);
    task = after;

    Rollup expected = Recount(tasks);
    EXPECT_GE(rollup.duration_ms, duration_before);
    expected.duration_ms = rollup.duration_ms;
    ASSERT_EQ(rollup, expected) << "step " << step;
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), 0); };
    ASSERT_EQ(sum(rollup.states), static_cast<int>(tasks.size()));
    ASSERT_EQ(sum(rollup.outcomes), rollup.State(TaskState::kCompleted));
    ASSERT_EQ(sum(rollup.categories), rollup.State(TaskState::kFailed) + rollup.State(TaskState::kTimedOut));
    ASSERT_EQ(rollup.categories[0], 0) << "every failure has a category";
  }
  EXPECT_EQ(rollup.Ended(), 40) << "the walk was too short to see every end";
}

INSTANTIATE_TEST_SUITE_P(Seeds, MovePropertyTest, ::testing::Range(1U, 9U));

TEST(MoveTest, AddsUpTheDurationOfEveryAttempt) {
  Rollup rollup = Recount({LeasedTask(TaskState::kRunning)});
  const Task returned = AfterReturn(LeasedTask(TaskState::kRunning), RunningFleet(), ReturnCause::kGivenBack, kNow);
  Move(rollup, LeasedTask(TaskState::kRunning), returned);
  EXPECT_EQ(rollup.duration_ms, 10'000);
  Move(rollup, returned, AfterCancel(returned, kNow));
  EXPECT_EQ(rollup.duration_ms, 10'000) << "a queued child runs for no time";
}

// ---- FoldReports

TaskReport ReportOf(int ordinal, TaskState state) {
  TaskReport report = Report(state);
  report.task.ordinal = ordinal;
  return report;
}

TEST(FoldReportsTest, LeavesReportsOnDifferentLeasesAlone) {
  TaskReport other_attempt = ReportOf(1, TaskState::kRunning);
  other_attempt.attempt = 3;
  TaskReport other_runner = ReportOf(1, TaskState::kRunning);
  other_runner.runner_id = NumberedUlid(8);
  std::vector<TaskReport> folded;
  EXPECT_THAT(
      FoldReports({ReportOf(1, TaskState::kRunning), other_attempt, other_runner, ReportOf(2, TaskState::kRunning)},
                  folded),
      ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(folded.size(), 4U);
}

TEST(FoldReportsTest, TheLatestStageSpeaksForALease) {
  std::vector<TaskReport> folded;
  EXPECT_THAT(FoldReports({ReportOf(1, TaskState::kHydrating), ReportOf(2, TaskState::kHydrating),
                           ReportOf(1, TaskState::kFinalizing), ReportOf(1, TaskState::kRunning)},
                          folded),
              ElementsAre(0, 1, 0, 0));
  ASSERT_EQ(folded.size(), 2U);
  EXPECT_EQ(folded[0].state, TaskState::kFinalizing);
  EXPECT_EQ(folded[1].state, TaskState::kHydrating);
}

TEST(FoldReportsTest, ATerminalReportWinsInAnyOrder) {
  for (const auto& [first, second] :
       {std::pair(TaskState::kRunning, TaskState::kCompleted), std::pair(TaskState::kCompleted, TaskState::kRunning)}) {
    std::vector<TaskReport> folded;
    EXPECT_THAT(FoldReports({ReportOf(1, first), ReportOf(1, second)}, folded), ElementsAre(0, 0));
    ASSERT_EQ(folded.size(), 1U);
    EXPECT_EQ(folded[0].state, TaskState::kCompleted);
  }
}

TEST(FoldReportsTest, TheFirstTerminalReportStandsAndWhatContradictsItIsJudgedAfterIt) {
  std::vector<TaskReport> folded;
  EXPECT_THAT(FoldReports({ReportOf(1, TaskState::kCompleted), ReportOf(1, TaskState::kFailed),
                           ReportOf(1, TaskState::kCompleted), ReportOf(1, TaskState::kFailed),
                           ReportOf(1, TaskState::kCancelled), ReportOf(1, TaskState::kRunning)},
                          folded),
              ElementsAre(0, 1, 0, 1, 2, 0));
  ASSERT_EQ(folded.size(), 3U);
  EXPECT_EQ(folded[0].state, TaskState::kCompleted);
  EXPECT_EQ(folded[1].state, TaskState::kFailed);
  EXPECT_EQ(folded[2].state, TaskState::kCancelled);
}

TEST(FoldReportsTest, WorkAfterAnApprovalIsTheLatestStage) {
  std::vector<TaskReport> folded;
  EXPECT_THAT(FoldReports({ReportOf(1, TaskState::kRunning), ReportOf(1, TaskState::kAwaitingApproval),
                           ReportOf(1, TaskState::kRunning)},
                          folded),
              ElementsAre(0, 0, 0));
  ASSERT_EQ(folded.size(), 1U);
  EXPECT_EQ(folded[0].state, TaskState::kRunning);
}

}  // namespace
}  // namespace fleet::domain
