// FollowTaskLog and SendTaskLog over gRPC, with a follower at one service and a runner at another.
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/http_client.h"
#include "tests/support/runner_driver.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// One stream, read message by message.
class LogStream {
 public:
  LogStream(const std::string& address, const v1::FollowTaskLogRequest& request)
      : stub_(v1::FleetService::NewStub(rpc::MakeChannel(address))) {
    rpc::PrepareContext(context_, "alice", absl::Seconds(60));
    reader_ = stub_->FollowTaskLog(&context_, request);
  }
  // The next message; false at the end.
  bool Next() { return reader_->Read(&message_); }
  // Reads until text comes.
  std::string NextText() {
    while (Next()) {
      if (!message_.text().empty()) return message_.text();
    }
    return "";
  }
  absl::Status End() {
    while (Next()) {
    }
    return rpc::FromGrpcStatus(reader_->Finish());
  }
  const v1::FollowTaskLogResponse& message() const { return message_; }

 private:
  std::unique_ptr<v1::FleetService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::FollowTaskLogResponse>> reader_;
  v1::FollowTaskLogResponse message_;
};

class FollowLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEET_ASSERT_OK_AND_ASSIGN(one_, ServerProcess::StartService(database_.url()));
    FLEET_ASSERT_OK_AND_ASSIGN(two_, ServerProcess::StartService(database_.url()));
    request_.set_fleet_id(stores_.CreateFleet({.targets = 1}).ToString());
    request_.set_repo(TestStores::RepoName(1));
    stores_.ExpandAll();
    runner_ = std::make_unique<RunnerDriver>(one_->address());
    FLEET_ASSERT_OK(runner_->Register());
    FLEET_ASSERT_OK_AND_ASSIGN(leases_, runner_->Lease(1));
    ASSERT_THAT(leases_, SizeIs(1));
  }
  // Until the runner has heard of it.
  void AwaitFollowed() {
    EXPECT_TRUE(WaitUntil([&] {
      const auto heartbeat = runner_->Heartbeat();
      return heartbeat.ok() && heartbeat->followed_logs_size() == 1;
    }));
  }
  bool Send(int64_t offset, const std::string& text) {
    const auto followed = runner_->SendLog(leases_[0], offset, text);
    EXPECT_TRUE(followed.ok()) << followed.status();
    return followed.ok() && *followed;
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 3};
  std::unique_ptr<ServerProcess> one_;
  std::unique_ptr<ServerProcess> two_;
  std::unique_ptr<RunnerDriver> runner_;
  std::vector<v1::Lease> leases_;
  v1::FollowTaskLogRequest request_;
};

TEST_F(FollowLogTest, FromARunnerAtOneServiceToAFollowerAtAnother) {
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::HeartbeatResponse before, runner_->Heartbeat());
  EXPECT_EQ(before.followed_logs_size(), 0);
  EXPECT_FALSE(Send(0, "nobody hears\n"));
  LogStream stream(two_->address(), request_);
  ASSERT_TRUE(stream.Next());
  EXPECT_EQ(stream.message().task().state(), v1::TASK_STATE_SUBMITTED);
  AwaitFollowed();
  EXPECT_TRUE(Send(13, "one\n"));
  EXPECT_EQ(stream.NextText(), "one\n");
  EXPECT_EQ(stream.message().skipped_bytes(), 13);
  EXPECT_EQ(stream.message().attempt(), 1);
  EXPECT_TRUE(Send(17, "two\n"));
  EXPECT_EQ(stream.NextText(), "two\n");
  EXPECT_EQ(stream.message().skipped_bytes(), 0);
  EXPECT_TRUE(Send(21, "three\n"));
  FLEET_ASSERT_OK(runner_->Report(leases_, v1::TASK_STATE_COMPLETED));
  FLEET_EXPECT_OK(stream.End());
  EXPECT_EQ(stream.message().task().state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(stores_.Sql("select count(*) from followed_logs"), "1") << "one row, however much was printed";
}

TEST_F(FollowLogTest, AnotherServiceGoesOnWhereTheFirstWasLost) {
  auto first = std::make_unique<LogStream>(two_->address(), request_);
  ASSERT_TRUE(first->Next());
  AwaitFollowed();
  EXPECT_TRUE(Send(0, "one\n"));
  EXPECT_EQ(first->NextText(), "one\n");
  two_.reset();
  EXPECT_THAT(first->End(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Send(4, "two\n")) << "it is followed for some seconds more";
  request_.set_after_attempt(1);
  request_.set_after_offset(4);
  LogStream second(one_->address(), request_);
  EXPECT_EQ(second.NextText(), "two\n");
  EXPECT_EQ(second.message().skipped_bytes(), 0);
}

TEST_F(FollowLogTest, WhoComesLateIsToldWhatIsGone) {
  LogStream early(two_->address(), request_);
  ASSERT_TRUE(early.Next());
  AwaitFollowed();
  const std::string chunk(16384, 'x');
  for (int64_t i = 0; i < 4; ++i) EXPECT_TRUE(Send(i * 16384, chunk));
  LogStream late(one_->address(), request_);
  EXPECT_THAT(late.NextText(), SizeIs(32768));
  EXPECT_EQ(late.message().skipped_bytes(), 32768);
  EXPECT_EQ(late.message().offset(), 32768);
}

TEST_F(FollowLogTest, MetricsCountWhatPassed) {
  LogStream stream(one_->address(), request_);
  ASSERT_TRUE(stream.Next());
  AwaitFollowed();
  EXPECT_TRUE(Send(10, "one\n"));
  EXPECT_EQ(stream.NextText(), "one\n");
  const std::string metrics = HttpGet(one_->metrics_port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("fleet_service_log_bytes_total{direction=\"in\"} 4"));
  EXPECT_THAT(metrics, HasSubstr("fleet_service_log_bytes_total{direction=\"out\"} 4"));
  EXPECT_THAT(metrics, HasSubstr("fleet_service_log_skipped_bytes_total 10"));
  EXPECT_THAT(metrics, HasSubstr("fleet_service_log_followers 1"));
}

TEST_F(FollowLogTest, WhatIsNotThereIsRefused) {
  request_.set_repo("org/nowhere");
  const absl::Status refused = LogStream(one_->address(), request_).End();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(refused).reason, "TASK_NOT_FOUND");
}

}  // namespace
}  // namespace fleet::testing
