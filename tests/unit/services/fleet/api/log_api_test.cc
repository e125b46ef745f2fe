#include "services/fleet/api/log_api.h"

#include <string>

#include "common/status/error_info.h"
#include "tests/unit/services/fleet/api/runner_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;

constexpr char kSender[] = "01HZ0000000000000000000001";

class LogApiTest : public RunnerApiTest {
 protected:
  LogApiTest() {
    fleet_ = stores_.CreateFleet({.targets = 1});
    stores_.ExpandAll();
    FLEET_EXPECT_OK(Register(caller_, kSender));
    FLEET_EXPECT_OK(Lease(caller_, Demand(kSender, 1)));
  }
  v1::SendTaskLogRequest Chunk(const std::string& text) const {
    v1::SendTaskLogRequest request;
    request.set_runner_id(kSender);
    v1::TaskLogChunk& chunk = *request.add_chunks();
    chunk.set_task_id(leased_.leases(0).task_id());
    chunk.set_attempt(leased_.leases(0).attempt());
    chunk.set_text(text);
    return request;
  }

  domain::Ulid fleet_;
  store::FollowedLogStore followed_logs_{stores_.pool};
  prometheus::Registry registry_;
  metrics::LogRelayMetrics metrics_{registry_};
  dispatch::LogRelay logs_relay_{{[this](const auto& task) { return followed_logs_.Follow(task); },
                                  [this](const auto& tasks) { return followed_logs_.FollowOn(tasks); },
                                  [this](const auto& known) { return followed_logs_.ReadChanged(known); },
                                  [this] { return followed_logs_.List(); }},
                                 Clock::System(),
                                 {}};
  LogApi logs_{followed_logs_,
               owners_,
               {[this](const auto& caller, const auto& id, auto repo) { return stores_.tasks.Get(caller, id, repo); },
                logs_relay_, metrics_}};
};

TEST_F(LogApiTest, FromTheRunnerToTheFollower) {
  v1::SendTaskLogResponse sent;
  FLEET_ASSERT_OK(logs_.SendTaskLog(caller_, Chunk("into the void\n"), sent));
  ASSERT_EQ(sent.followed_size(), 1);
  EXPECT_FALSE(sent.followed(0));

  v1::FollowTaskLogRequest request;
  request.set_fleet_id(fleet_.ToString());
  request.set_repo(testing::TestStores::RepoName(1));
  const auto session = logs_.FollowTaskLog(caller_, request, [] {});
  EXPECT_EQ(session->Step().kind, rpc::StreamStep::Kind::kMessage);
  sent.Clear();
  FLEET_ASSERT_OK(logs_.SendTaskLog(caller_, Chunk("hello\n"), sent));
  EXPECT_TRUE(sent.followed(0));
  FLEET_ASSERT_OK(logs_relay_.RunOnce().status());
  const rpc::StreamStep step = session->Step();
  ASSERT_EQ(step.kind, rpc::StreamStep::Kind::kMessage);
  v1::FollowTaskLogResponse message;
  ASSERT_TRUE(message.ParseFromString(*step.message));
  EXPECT_EQ(message.text(), "hello\n");
  EXPECT_EQ(message.attempt(), 1);
}

TEST_F(LogApiTest, NobodySpeaksForAnothersRunner) {
  v1::SendTaskLogResponse response;
  const absl::Status refused = logs_.SendTaskLog(testing::kBob, Chunk("text"), response);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(GetErrorInfo(refused).reason, "RUNNER_NOT_YOURS");
  EXPECT_THAT(logs_.SendTaskLog(caller_, {}, response), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(LogApiTest, WhoFollowsNothingIsToldSo) {
  v1::FollowTaskLogRequest request;
  request.set_fleet_id(fleet_.ToString());
  request.set_repo("org/nowhere");
  const rpc::StreamStep step = logs_.FollowTaskLog(caller_, request, [] {})->Step();
  EXPECT_EQ(step.kind, rpc::StreamStep::Kind::kEnd);
  EXPECT_EQ(GetErrorInfo(step.status).reason, "TASK_NOT_FOUND");
}

}  // namespace
}  // namespace fleet::service
