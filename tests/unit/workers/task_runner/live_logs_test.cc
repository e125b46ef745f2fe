#include "workers/task_runner/live_logs.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/domain/log_window.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"

namespace fleet::runner {
namespace {

class LiveLogsTest : public ::testing::Test {
 protected:
  ~LiveLogsTest() override { EXPECT_THAT(service_.violations(), ::testing::IsEmpty()); }

  static std::string TaskOf(int number) { return absl::StrCat(kFleetId, "-", number); }
  std::shared_ptr<LiveLog> Open(int number) {
    v1::Lease lease;
    lease.set_task_id(TaskOf(number));
    lease.set_attempt(1);
    service_.Add(lease, {});
    v1::HeldLease& held = *leases_.Add();
    held.set_task_id(lease.task_id());
    held.set_attempt(1);
    return logs_.Open(lease, {[](absl::string_view text) { return std::string(text); }, {}, ""});
  }
  void FollowAll() {
    service_.FollowLogs(true);
    logs_.Follow("01HZ0000000000000000000001", leases_);
  }

  FakeRunnerService service_;
  RunnerClient client_{{service_.address()}, "tester"};
  prometheus::Registry registry_;
  metrics::LiveLogMetrics metrics_{registry_};
  LiveLogs logs_{client_, metrics_};
  TaskWork::FollowedLogs leases_;
};

TEST_F(LiveLogsTest, OnlyWhatIsFollowedIsSent) {
  const auto log = Open(1);
  log->Append("before\n");
  EXPECT_EQ(logs_.RunOnce(), 0);
  EXPECT_EQ(service_.logs_seen(), 0);
  FollowAll();
  EXPECT_EQ(logs_.RunOnce(), 1);
  EXPECT_EQ(service_.SentLog(TaskOf(1)), "before\n") << "who follows sees what led here";
  logs_.RunOnce();
  EXPECT_EQ(service_.logs_seen(), 1) << "nothing new";
  logs_.Follow("01HZ0000000000000000000001", {});
  log->Append("after\n");
  EXPECT_EQ(logs_.RunOnce(), 0);
}

TEST_F(LiveLogsTest, ManyLogsShareCallsAndNoneIsFasterThanAChunkAPass) {
  std::vector<std::shared_ptr<LiveLog>> logs;
  for (int i = 1; i <= 70; ++i) {
    logs.push_back(Open(i));
    logs.back()->Append(std::string(2 * domain::kMaxLogChunk, 'x'));
  }
  FollowAll();
  EXPECT_EQ(logs_.RunOnce(), 70);
  EXPECT_EQ(service_.logs_seen(), 2);
  for (int i = 1; i <= 70; ++i) EXPECT_EQ(service_.SentLog(TaskOf(i)).size(), domain::kMaxLogChunk) << i;
}

TEST_F(LiveLogsTest, WhatNobodyWantsAnyMoreIsNotSentAgain) {
  const auto log = Open(1);
  FollowAll();
  service_.FollowLogs(false);
  log->Append("one\n");
  logs_.RunOnce();
  log->Append("two\n");
  EXPECT_EQ(logs_.RunOnce(), 0);
  EXPECT_EQ(service_.logs_seen(), 1);
}

TEST_F(LiveLogsTest, WhatCannotBeSentIsLostAndSaidToBe) {
  const auto log = Open(1);
  FollowAll();
  service_.SetLogsUnavailable(true);
  log->Append("one\n");
  logs_.RunOnce();
  service_.SetLogsUnavailable(false);
  log->Append("two\n");
  logs_.RunOnce();
  EXPECT_EQ(service_.SentLog(TaskOf(1)), "[4]two\n");
}

TEST_F(LiveLogsTest, TheRestIsSentWhenTheLogIsClosed) {
  const auto log = Open(1);
  FollowAll();
  const std::string text(domain::kMaxLogChunk + 100, 'x');
  log->Append(text);
  logs_.Close(log);
  EXPECT_EQ(service_.SentLog(TaskOf(1)), text);
  EXPECT_EQ(logs_.RunOnce(), 0);
}

TEST_F(LiveLogsTest, ClosingALogThatNobodyFollowsSendsNothing) {
  const auto log = Open(1);
  log->Append("text\n");
  logs_.Close(log);
  EXPECT_EQ(service_.logs_seen(), 0);
}

}  // namespace
}  // namespace fleet::runner
