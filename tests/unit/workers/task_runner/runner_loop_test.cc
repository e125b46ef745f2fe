#include "workers/task_runner/runner_loop.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::SimulatedClock;
using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string TaskId(int ordinal) { return absl::StrCat(kFleetId, "-", ordinal); }

// Works until it is told to finish or to stop, and keeps what it saw.
class HeldWork final : public TaskWork {
 public:
  void Execute(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) override {
    const std::string& id = task.lease.task_id();
    {
      MutexLock lock(mutex_);
      ++executions_[id];
      most_at_once_ = std::max(most_at_once_, ++running_);
    }
    while (!stop.stopped() && !finish_) stop.WaitUntilAbandoned(absl::Milliseconds(5));
    if (!stop.stopped()) reporter.Finish(task.lease, v1::TASK_STATE_COMPLETED, v1::TaskResult(), stop);
    if (stop.reason() == StopReason::kCancelled) {
      reporter.Finish(task.lease, v1::TASK_STATE_CANCELLED, v1::TaskResult(), stop);
    }
    MutexLock lock(mutex_);
    --running_;
    reasons_[id] = stop.reason();
  }
  bool Ready() const override { return ready_; }
  void SetReady(bool ready) { ready_ = ready; }
  void Finish() { finish_ = true; }
  int running() const {
    MutexLock lock(mutex_);
    return running_;
  }
  int most_at_once() const {
    MutexLock lock(mutex_);
    return most_at_once_;
  }
  int executions(const std::string& id) const {
    MutexLock lock(mutex_);
    const auto found = executions_.find(id);
    return found == executions_.end() ? 0 : found->second;
  }
  StopReason reason(const std::string& id) const {
    MutexLock lock(mutex_);
    const auto found = reasons_.find(id);
    return found == reasons_.end() ? StopReason::kNone : found->second;
  }

 private:
  mutable Mutex mutex_;
  std::atomic<bool> finish_ = false;
  std::atomic<bool> ready_ = true;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int most_at_once_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int> executions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, StopReason> reasons_ ABSL_GUARDED_BY(mutex_);
};

class RunnerLoopTest : public ::testing::Test {
 protected:
  RunnerLoopTest() {
    config_.name = "test";
    config_.slots = 2;
    config_.servers = {service_.address()};
  }
  ~RunnerLoopTest() override {
    if (thread_.joinable()) {
      loop_->Drain();
      loop_->ReleaseTasks();
      thread_.join();
    }
    EXPECT_THAT(service_.violations(), IsEmpty());
  }
  void Start() {
    client_ = std::make_unique<RunnerClient>(config_.servers, "tester");
    loop_ = std::make_unique<RunnerLoop>(config_, *client_, work_, clock_);
    thread_ = std::thread([this] { status_ = loop_->Run(); });
  }
  void Add(int ordinal) {
    v1::Lease lease;
    lease.set_task_id(TaskId(ordinal));
    lease.set_repo(absl::StrCat("acme/r", ordinal));
    v1::LeasedFleet fleet;
    fleet.set_fleet_id(kFleetId);
    service_.Add(lease, fleet);
  }
  bool RunningBecomes(int count) {
    return WaitUntil([&] { return work_.running() == count; });
  }

  FakeRunnerService service_;
  RunnerConfig config_;
  SimulatedClock clock_;
  HeldWork work_;
  std::unique_ptr<RunnerClient> client_;
  std::unique_ptr<RunnerLoop> loop_;
  std::thread thread_;
  absl::Status status_;
};

TEST_F(RunnerLoopTest, AsksForNoWorkUntilItsWorkIsReady) {
  work_.SetReady(false);
  Add(1);
  Start();
  const int64_t before = service_.heartbeats();
  ASSERT_TRUE(WaitUntil([&] { return service_.heartbeats() > before + 8; }));  // 400 ms
  EXPECT_EQ(service_.Get(TaskId(1)).runner_id, "");
  work_.SetReady(true);
  EXPECT_TRUE(RunningBecomes(1));
}

TEST_F(RunnerLoopTest, IsReadyWhileItCouldBeGivenATask) {
  service_.SetUnavailable(true);
  Start();
  EXPECT_THAT(loop_->Ready(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not registered")));
  service_.SetUnavailable(false);
  ASSERT_TRUE(WaitUntil([&] { return loop_->Ready().ok(); }));
  work_.SetReady(false);
  EXPECT_THAT(loop_->Ready(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk")));
  work_.SetReady(true);
  service_.SetHeartbeatsUnavailable(true);
  // A heartbeat that was under way counts from when it was sent.
  ASSERT_TRUE(WaitUntil([&] {
    clock_.Advance(absl::Seconds(61));
    return !loop_->Ready().ok();
  }));
  EXPECT_THAT(loop_->Ready(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no fleet-service answered")));
  loop_->Drain();
  EXPECT_THAT(loop_->Ready(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
}

TEST_F(RunnerLoopTest, FillsItsSlotsAndNoMore) {
  for (int i = 1; i <= 5; ++i) Add(i);
  Start();
  ASSERT_TRUE(RunningBecomes(2));
  work_.Finish();
  ASSERT_TRUE(WaitUntil([&] {
    for (int i = 1; i <= 5; ++i) {
      if (!service_.Get(TaskId(i)).ended) return false;
    }
    return true;
  }));
  EXPECT_EQ(work_.most_at_once(), 2);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(work_.executions(TaskId(i)), 1);
}

TEST_F(RunnerLoopTest, ALostAnswerIsAskedForAgain) {
  service_.LoseNextLeaseAnswer();
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  // The same attempt: nothing leaked, nothing handed out twice.
  EXPECT_EQ(service_.Get(TaskId(1)).lease.attempt(), 1);
  EXPECT_EQ(work_.executions(TaskId(1)), 1);
}

TEST_F(RunnerLoopTest, HeartbeatsListWhatIsHeldUntilItsEndIsAnswered) {
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  const int64_t before = service_.heartbeats();
  ASSERT_TRUE(WaitUntil([&] { return service_.heartbeats() > before + 3; }));
  service_.SetReportsUnavailable(true);
  work_.Finish();
  const int64_t during = service_.heartbeats();
  ASSERT_TRUE(WaitUntil([&] { return service_.heartbeats() > during + 3 && service_.reports_seen() > 1; }));
  // A heartbeat without it would have queued it again.
  EXPECT_EQ(service_.Get(TaskId(1)).runner_id, service_.runner_ids()[0]);
  service_.SetReportsUnavailable(false);
  ASSERT_TRUE(WaitUntil([&] { return service_.Get(TaskId(1)).ended; }));
  EXPECT_EQ(service_.Get(TaskId(1)).lease.attempt(), 1);
}

TEST_F(RunnerLoopTest, GoesToAnotherServerWhenOneIsAway) {
  config_.servers = {"127.0.0.1:1", service_.address()};
  Add(1);
  work_.Finish();
  Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.Get(TaskId(1)).ended; }));
}

TEST_F(RunnerLoopTest, SurvivesAnAbsenceOfTheService) {
  service_.SetUnavailable(true);
  Add(1);
  Start();
  service_.SetUnavailable(false);
  ASSERT_TRUE(RunningBecomes(1));
  service_.SetUnavailable(true);
  work_.Finish();
  service_.SetUnavailable(false);
  ASSERT_TRUE(WaitUntil([&] { return service_.Get(TaskId(1)).ended; }));
  EXPECT_EQ(service_.runner_ids().size(), 1u);
}

TEST_F(RunnerLoopTest, ALostRunnerStopsItsWorkAndRegistersAnew) {
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  service_.LoseRunners();
  ASSERT_TRUE(WaitUntil([&] { return work_.reason(TaskId(1)) == StopReason::kLeaseLost; }));
  ASSERT_TRUE(WaitUntil([&] { return work_.executions(TaskId(1)) == 2; }));
  const std::vector<std::string> ids = service_.runner_ids();
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(service_.Get(TaskId(1)).lease.attempt(), 2);
}

TEST_F(RunnerLoopTest, ALostRunnerDoesNotSitOutItsLongPoll) {
  Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.heartbeats() > 0; }));
  service_.LoseRunners();
  EXPECT_TRUE(WaitUntil([&] { return service_.runner_ids().size() == 2; }, absl::Seconds(10)));
}

TEST_F(RunnerLoopTest, GivesItsLeasesUpWhenNobodyAnswersForALeaseTime) {
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  service_.SetHeartbeatsUnavailable(true);
  clock_.Advance(absl::Seconds(59));
  EXPECT_EQ(work_.reason(TaskId(1)), StopReason::kNone);
  clock_.Advance(absl::Seconds(2));
  ASSERT_TRUE(WaitUntil([&] { return work_.reason(TaskId(1)) == StopReason::kLeaseLost; }));
  // Answered again, it is let go by the next heartbeat, and taken anew.
  service_.SetHeartbeatsUnavailable(false);
  ASSERT_TRUE(WaitUntil([&] { return work_.executions(TaskId(1)) == 2; }));
  EXPECT_EQ(service_.runner_ids().size(), 1u);
}

TEST_F(RunnerLoopTest, FollowsOrdersToStop) {
  const std::map<v1::StopReason, StopReason> orders = {{v1::STOP_REASON_CANCELLED, StopReason::kCancelled},
                                                       {v1::STOP_REASON_TIMED_OUT, StopReason::kTimedOut},
                                                       {v1::STOP_REASON_LEASE_LOST, StopReason::kLeaseLost}};
  config_.slots = 3;
  int ordinal = 0;
  for (int i = 1; i <= 3; ++i) Add(i);
  Start();
  ASSERT_TRUE(RunningBecomes(3));
  for (const auto& [order, reason] : orders) {
    const std::string id = TaskId(++ordinal);
    service_.Cancel(id, order);
    EXPECT_TRUE(WaitUntil([&, expected = reason] { return work_.reason(id) == expected; })) << ordinal;
  }
}

TEST_F(RunnerLoopTest, DrainingLetsRunningTasksEnd) {
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  loop_->Drain();
  Add(2);
  const int64_t before = service_.heartbeats();
  ASSERT_TRUE(WaitUntil([&] { return service_.heartbeats() > before + 2; }));
  EXPECT_FALSE(loop_->WaitUntilEnded(absl::ZeroDuration()));
  work_.Finish();
  thread_.join();
  FLEET_EXPECT_OK(status_);
  EXPECT_TRUE(service_.Get(TaskId(1)).ended);
  // Should the cancelled call have been handed it after all, the last heartbeat has let go of it.
  EXPECT_EQ(service_.Get(TaskId(2)).runner_id, "");
  EXPECT_EQ(work_.executions(TaskId(2)), 0);
}

TEST_F(RunnerLoopTest, ReleasedTasksGoBackToTheQueueUnreported) {
  Add(1);
  Start();
  ASSERT_TRUE(RunningBecomes(1));
  loop_->Drain();
  loop_->ReleaseTasks();
  thread_.join();
  EXPECT_EQ(work_.reason(TaskId(1)), StopReason::kReleased);
  const FakeRunnerService::Task task = service_.Get(TaskId(1));
  EXPECT_EQ(task.runner_id, "");
  EXPECT_FALSE(task.ended);
  EXPECT_THAT(task.reports, IsEmpty());
}

TEST_F(RunnerLoopTest, EndsWhenItsSettingsAreRefused) {
  config_.pool = "refused";
  Start();
  thread_.join();
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RunnerLoopTest, CanBeDrainedWhileItRegisters) {
  service_.HoldRegistrations(true);
  Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.runner_ids().size() == 1; }));
  loop_->Drain();
  service_.HoldRegistrations(false);
  thread_.join();
  // The session is gone: under AddressSanitizer this would say so if it were reached.
  loop_->ReleaseTasks();
  FLEET_EXPECT_OK(status_);
}

TEST_F(RunnerLoopTest, CanBeDrainedBeforeAnyServiceIsThere) {
  service_.SetUnavailable(true);
  Start();
  loop_->Drain();
  thread_.join();
  FLEET_EXPECT_OK(status_);
}

}  // namespace
}  // namespace fleet::runner
