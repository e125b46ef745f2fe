// Whoever locks fleets and children, all at once: nobody waits in a circle, and nothing is lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job_types.h"
#include "tests/model/seeded_random.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using domain::TaskState;
using store::GrantedTask;

constexpr int kFleets = 3;
constexpr int kTargets = 40;
constexpr int kApplied = 600;  // reports; then it is enough
constexpr int kRounds = 2000;  // of a runner, at most

class LockOrderCrowdTest : public ::testing::Test {
 protected:
  LockOrderCrowdTest() {
    stores_.SetCancelGrace(absl::ZeroDuration());
    for (int i = 0; i < kFleets; ++i) fleets_.push_back(stores_.CreateFleet({.targets = kTargets}));
    stores_.ExpandAll();
  }

  domain::TaskReport ReportOf(const domain::Ulid& runner, const GrantedTask& task, SeededRandom& random) const {
    domain::TaskReport report;
    report.task = task.id;
    report.attempt = task.attempt;
    report.runner_id = runner;
    report.state = random.Of(std::vector<TaskState>{TaskState::kRunning, TaskState::kFinalizing, TaskState::kCompleted,
                                                    TaskState::kFailed, TaskState::kCancelled});
    if (report.state == TaskState::kCompleted) report.outcome = domain::Outcome::kNoChanges;
    if (report.state == TaskState::kFailed) report.category = domain::FailureCategory::kNetwork;
    return report;
  }
  // Leases, reports on whatever it ever held, in batches across fleets, and forgets some: its heartbeat gives them
  // back.
  void RunRunner(uint64_t seed) {
    SeededRandom random(seed);
    domain::Ulid runner = stores_.RegisterRunner();
    std::vector<GrantedTask> held;
    int64_t lease_seq = 1;
    for (int round = 1; round <= kRounds && applied_ < kApplied; ++round) {
      const auto leased = stores_.dispatch.Dispatch({{runner, lease_seq, random.Between(1, 20)}});
      FLEET_EXPECT_OK(leased.status());
      if (leased.ok() && !leased->front().tasks.empty()) {
        ++lease_seq;
        held.insert(held.end(), leased->front().tasks.begin(), leased->front().tasks.end());
      }
      std::vector<domain::TaskReport> reports;
      for (const GrantedTask& task : held) reports.push_back(ReportOf(runner, task, random));
      const auto answers = stores_.reports.Apply(reports);
      FLEET_EXPECT_OK(answers.status());
      if (answers.ok()) {
        applied_ += std::count_if(answers->begin(), answers->end(), [](const store::ReportAnswer& answer) {
          return answer.verdict == domain::ReportVerdict::kApply;
        });
      }
      random.Draw(held, held.size() / 2);
      const auto orders = stores_.Heartbeat(runner, round, held, lease_seq - 1);
      EXPECT_TRUE(orders.ok() || absl::IsFailedPrecondition(orders.status())) << orders.status();
      if (orders.ok()) continue;
      // Marked lost: what it held is reported once more, as by a runner that woke up, and then it is another one.
      reports.clear();
      for (const GrantedTask& task : held) reports.push_back(ReportOf(runner, task, random));
      FLEET_EXPECT_OK(stores_.reports.Apply(reports).status());
      runner = stores_.RegisterRunner();
      lease_seq = 1;
      held.clear();
    }
  }
  // Has the leases of some runner again: reports of what others hold, and of what ended long ago, by another service.
  void RunEcho(uint64_t seed) {
    SeededRandom random(seed);
    while (!over_) {
      std::vector<domain::TaskReport> reports;
      for (const domain::Ulid& fleet : fleets_) {
        for (int i = 0; i < 5; ++i) {
          const domain::Task task = stores_.GetTask({fleet, random.Between(1, kTargets)});
          reports.push_back(ReportOf(task.runner_id, {task.id, task.attempt}, random));
        }
      }
      std::vector<domain::TaskReport> folded;
      domain::FoldReports(reports, folded);
      FLEET_EXPECT_OK(stores_.reports.Apply(folded).status());
    }
  }
  void RunOperator(uint64_t seed) {
    SeededRandom random(seed);
    while (!over_) {
      const domain::Ulid fleet = random.Of(fleets_);
      absl::Status done;
      if (random.OneIn(20)) {
        done =
            stores_.fleets.Cancel(kBob, fleet, random.OneIn(2) ? domain::CancelMode::kStop : domain::CancelMode::kDrain)
                .status();
      } else if (random.OneIn(2)) {
        store::NewGeneration request;
        request.fleet_id = fleet;
        request.states = {TaskState::kCompleted, TaskState::kFailed, TaskState::kCancelled};
        done = stores_.redrives.Redrive(kBob, request).status();
      } else if (random.OneIn(4)) {
        done = stores_.controls.Pause(kBob, fleet).status();
        if (done.ok()) done = stores_.controls.Resume(kBob, fleet).status();
      } else {
        done = stores_.controls.CancelTask(kBob, fleet, TestStores::RepoName(random.Between(1, kTargets))).status();
      }
      EXPECT_TRUE(done.ok() || absl::IsFailedPrecondition(done) || done == EndedWhileRetried()) << done;
    }
  }
  void RunWorker() {
    for (int round = 1; !over_; ++round) {
      for (const store::JobType& type : store::AllJobTypes()) FLEET_EXPECT_OK(stores_.jobs.RunStep(type).status());
      if (round % 10 == 0) {
        stores_.Sql(
            "update runners set heartbeat_at = clock_timestamp() - interval '1 hour'"
            " where runner_id = (select runner_id from runners where state = 1 order by random() limit 1)");
      }
      FLEET_EXPECT_OK(stores_.runners.MarkLost(absl::Minutes(30)).status());
      FLEET_EXPECT_OK(stores_.runners.ReclaimStep().status());
    }
  }
  static absl::Status EndedWhileRetried() {
    return absl::AbortedError("the fleet ended while it was being retried: try again");
  }
  // Sessions tell of their deadlocks when they end.
  std::string Deadlocks() {
    stores_.pool.DropIdle();
    EXPECT_TRUE(WaitUntil([&] {
      return stores_.Sql(
                 "select count(*) from pg_stat_activity where datname = current_database()"
                 " and backend_type = 'client backend'") == "1";
    }));
    return stores_.Sql("select deadlocks from pg_stat_database where datname = current_database()");
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), kTargets};
  std::vector<domain::Ulid> fleets_;
  std::atomic<std::ptrdiff_t> applied_ = 0;
  std::atomic<bool> over_ = false;  // the runners have done their rounds
};

TEST_F(LockOrderCrowdTest, NobodyWaitsInACircle) {
  std::optional<InvariantChecker> checker(database_.url());
  std::vector<std::thread> runners;
  std::vector<std::thread> crowd;
  for (uint64_t seed = 1; seed <= 3; ++seed) runners.emplace_back([this, seed] { RunRunner(seed); });
  for (uint64_t seed = 4; seed <= 5; ++seed) crowd.emplace_back([this, seed] { RunEcho(seed); });
  for (uint64_t seed = 6; seed <= 7; ++seed) crowd.emplace_back([this, seed] { RunOperator(seed); });
  for (int i = 0; i < 2; ++i) crowd.emplace_back([this] { RunWorker(); });
  for (std::thread& runner : runners) runner.join();
  over_ = true;
  for (std::thread& one : crowd) one.join();
  FLEET_EXPECT_OK(checker->Finish());
  checker.reset();
  EXPECT_EQ(Deadlocks(), "0");
  EXPECT_GE(applied_, kApplied) << "or they did not meet";
}

}  // namespace
}  // namespace fleet::testing
