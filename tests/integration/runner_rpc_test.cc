// RunnerService over gRPC, as a runner with a bad network, a bad memory or bad manners meets it.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/runner_crowd.h"
#include "tests/support/runner_driver.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::set<std::string> Ids(const std::vector<v1::Lease>& leases) {
  std::set<std::string> ids;
  for (const v1::Lease& lease : leases) ids.insert(absl::StrCat(lease.task_id(), " ", lease.attempt()));
  return ids;
}

class RunnerRpcTest : public ::testing::Test {
 protected:
  RunnerRpcTest() : stores_(database_.url(), 200) {}
  void SetUp() override {
    const std::vector<std::string> flags = {"--lease_duration=3s", "--heartbeat_interval=1s"};
    FLEET_ASSERT_OK_AND_ASSIGN(one_, ServerProcess::StartService(database_.url(), flags));
    FLEET_ASSERT_OK_AND_ASSIGN(two_, ServerProcess::StartService(database_.url(), flags));
    fleet_ = stores_.CreateFleet({.targets = 200}).ToString();
    stores_.ExpandAll();
  }
  int Active() { return stores_.GetFleet(*domain::Ulid::Parse(fleet_)).rollup.Active(); }

  TestDatabase database_;
  TestStores stores_;
  std::unique_ptr<ServerProcess> one_;
  std::unique_ptr<ServerProcess> two_;
  std::string fleet_;
};

TEST_F(RunnerRpcTest, LostLeaseAnswerIsHadFromTheOtherService) {
  const int port = std::stoi(one_->address().substr(one_->address().rfind(':') + 1));
  TcpProxy network(port);
  RunnerDriver runner(network.address());
  FLEET_ASSERT_OK(runner.Register());
  InvariantChecker checker(database_.url());
  network.SetMode(TcpProxy::Mode::kHoldReplies);
  auto lost = std::async(std::launch::async, [&] { return runner.Lease(5); });
  EXPECT_TRUE(WaitUntil([&] { return Active() == 5; }));
  ASSERT_TRUE(checker.AwaitSnapshots(1));
  network.ResetConnections();
  EXPECT_THAT(lost.get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(runner.lease_seq(), 1);
  // It knows of nothing, says so, and loses nothing by it.
  runner.MoveTo(two_->address());
  FLEET_ASSERT_OK(runner.Heartbeat());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, runner.Lease(500));
  EXPECT_THAT(leases, SizeIs(5));
  EXPECT_EQ(Active(), 5);
  EXPECT_EQ(stores_.Sql("select count(*) from lease_grants"), "1");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto answers, runner.Report(leases, v1::TASK_STATE_COMPLETED));
  EXPECT_THAT(answers, Each(v1::REPORT_STATUS_OK));
  ASSERT_TRUE(checker.AwaitSnapshots(1));
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(RunnerRpcTest, LostReportAnswerIsReportedAgain) {
  const int port = std::stoi(one_->address().substr(one_->address().rfind(':') + 1));
  TcpProxy network(port);
  RunnerDriver runner(network.address());
  FLEET_ASSERT_OK(runner.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, runner.Lease(5));
  network.SetMode(TcpProxy::Mode::kHoldReplies);
  auto lost = std::async(std::launch::async, [&] { return runner.Report(leases, v1::TASK_STATE_COMPLETED); });
  EXPECT_TRUE(WaitUntil([&] { return Active() == 0; }));
  network.ResetConnections();
  EXPECT_FALSE(lost.get().ok());
  const std::string revision = stores_.Sql("select revision from fleets");
  runner.MoveTo(two_->address());
  FLEET_ASSERT_OK_AND_ASSIGN(const auto again, runner.Report(leases, v1::TASK_STATE_COMPLETED));
  EXPECT_THAT(again, Each(v1::REPORT_STATUS_OK));
  EXPECT_EQ(stores_.Sql("select revision from fleets"), revision) << "nothing was recorded twice";
}

TEST_F(RunnerRpcTest, LateReportsOfALostRunnerAreAnsweredLeaseLost) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url(), {"--lease_duration=3s"}));
  InvariantChecker checker(database_.url());
  RunnerDriver silent(one_->address());
  FLEET_ASSERT_OK(silent.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, silent.Lease(50));
  ASSERT_THAT(leases, SizeIs(50));
  // Nobody marks it by hand: the worker has to notice.
  ASSERT_TRUE(WaitUntil([&] { return Active() == 0; }, absl::Seconds(40)));
  RunnerDriver successor(two_->address());
  FLEET_ASSERT_OK(successor.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> again, successor.Lease(1));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempt(), 2);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto answers, silent.Report(leases, v1::TASK_STATE_COMPLETED));
  EXPECT_THAT(answers, Each(v1::REPORT_STATUS_LEASE_LOST));
  EXPECT_EQ(GetErrorInfo(silent.Heartbeat().status()).reason, "RUNNER_LOST");
  EXPECT_EQ(GetErrorInfo(silent.Lease(1).status()).reason, "RUNNER_LOST");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto done, successor.Report(again, v1::TASK_STATE_COMPLETED));
  EXPECT_THAT(done, Each(v1::REPORT_STATUS_OK));
  EXPECT_EQ(stores_.Sql("select completed from fleets"), "1");
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(RunnerRpcTest, ForgottenLeasesGoBackAndOthersStay) {
  RunnerDriver runner(one_->address());
  FLEET_ASSERT_OK(runner.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, runner.Lease(4));
  runner.Drop(leases[0]);
  FLEET_ASSERT_OK(runner.Heartbeat());
  EXPECT_EQ(Active(), 3);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto answers, runner.Report(leases, v1::TASK_STATE_RUNNING));
  EXPECT_EQ(answers[0], v1::REPORT_STATUS_LEASE_LOST);
  EXPECT_EQ(answers[1], v1::REPORT_STATUS_OK);
}

TEST_F(RunnerRpcTest, PoisonedReportIsAnsweredInvalidAndTheOthersAreRecorded) {
  stores_.Sql("alter table task_attempts add check (message <> 'poison')");
  RunnerDriver runner(one_->address());
  FLEET_ASSERT_OK(runner.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, runner.Lease(100));
  v1::ReportTasksRequest request;
  request.set_runner_id(runner.runner_id());
  for (std::size_t i = 0; i < leases.size(); ++i) {
    v1::TaskReport& report = *request.add_reports();
    report = runner.ReportOf(leases[i], v1::TASK_STATE_FAILED);
    if (i == 37) report.mutable_result()->mutable_failure()->set_message("poison");
    if (i == 64) report.set_task_id("not a task id");
  }
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::ReportTasksResponse response, runner.Report(request));
  ASSERT_EQ(response.answers_size(), 100);
  for (int i = 0; i < 100; ++i) {
    const bool bad = i == 37 || i == 64;
    EXPECT_EQ(response.answers(i).status(), bad ? v1::REPORT_STATUS_INVALID : v1::REPORT_STATUS_OK) << i;
    EXPECT_EQ(response.answers(i).message().empty(), !bad) << i;
  }
  EXPECT_EQ(stores_.Sql("select failed from fleets"), "98");
  EXPECT_EQ(Active(), 2);
}

TEST_F(RunnerRpcTest, RunnersAreToldToStopWhenTheirFleetIsCancelled) {
  RunnerDriver runner(one_->address());
  FLEET_ASSERT_OK(runner.Register());
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, runner.Lease(3));
  FLEET_ASSERT_OK(FleetDriver(two_->address()).Cancel(fleet_));
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::HeartbeatResponse heartbeat, runner.Heartbeat());
  ASSERT_EQ(heartbeat.stops_size(), 3);
  EXPECT_EQ(heartbeat.stops(0).reason(), v1::STOP_REASON_CANCELLED);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto progress, runner.Report(leases, v1::TASK_STATE_FINALIZING));
  EXPECT_THAT(progress, Each(v1::REPORT_STATUS_STOP)) << "nothing is pushed once it is cancelled";
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> more, runner.Lease(3));
  EXPECT_THAT(more, IsEmpty());
}

TEST_F(RunnerRpcTest, ParkedRunnerIsHandedWorkWhenItComes) {
  stores_.Sql("update fleets set pause_reasons = 1, paused = true, state = 4");
  RunnerDriver runner(one_->address());
  FLEET_ASSERT_OK(runner.Register());
  auto parked = std::async(std::launch::async, [&] { return runner.Lease(10, absl::Seconds(20)); });
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url()));
  FLEET_ASSERT_OK(FleetDriver(two_->address()).Create(FleetDriver::Request(7)));
  FLEET_ASSERT_OK_AND_ASSIGN(const std::vector<v1::Lease> leases, parked.get());
  EXPECT_THAT(leases, SizeIs(7));
  EXPECT_THAT(Ids(leases), SizeIs(7));
}

}  // namespace
}  // namespace fleet::testing
