#include "services/fleet/watch/log_session.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/error_info.h"
#include "prometheus/registry.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::SimulatedClock;
using ::fleet::testing::StatusIs;
using rpc::StreamStep;
using Kind = StreamStep::Kind;

const domain::TaskId kFollowedTask = *domain::TaskId::Parse("01HZ0000000000000000000001-3");

class LogSessionTest : public ::testing::Test {
 protected:
  LogSessionTest() { SetTask(domain::TaskState::kRunning, 1); }

  std::unique_ptr<LogSession> Follow(int32_t after_attempt = 0, int64_t after_offset = 0) {
    v1::FollowTaskLogRequest request;
    request.set_fleet_id(kFollowedTask.fleet_id.ToString());
    request.set_repo("acme/shop");
    request.set_after_attempt(after_attempt);
    request.set_after_offset(after_offset);
    return std::make_unique<LogSession>(sources_, domain::Caller{"ann"}, request, [this] { ++wakes_; });
  }
  Kind Take(LogSession& session) {
    const StreamStep step = session.Step();
    status_ = step.status;
    message_.Clear();
    if (step.message != nullptr) {
      EXPECT_TRUE(message_.ParseFromString(*step.message));
    }
    return step.kind;
  }
  void SetTask(domain::TaskState state, int32_t attempt) {
    record_.task.id = kFollowedTask;
    record_.task.repo = "acme/shop";
    record_.task.state = state;
    record_.task.attempt = attempt;
  }
  // What the relay finds at its next pass, and makes it.
  void Relay(domain::LogWindow window) {
    changed_ = {{kFollowedTask, std::move(window), record_.task.attempt, record_.task.state}};
    FLEET_EXPECT_OK(relay_.RunOnce().status());
  }

  SimulatedClock clock_;
  store::TaskRecord record_;
  std::vector<store::FollowedLog> changed_;
  dispatch::LogRelay relay_{{[](const domain::TaskId&) { return absl::OkStatus(); },
                             [](const std::vector<domain::TaskId>&) { return absl::OkStatus(); },
                             [this](const store::FollowedLogStore::Known&) { return std::exchange(changed_, {}); },
                             [] { return std::vector<domain::TaskId>(); }},
                            clock_,
                            {}};
  prometheus::Registry registry_;
  metrics::LogRelayMetrics metrics_{registry_};
  const LogSources sources_{[this](const domain::Caller& caller, const domain::Ulid& fleet_id, absl::string_view repo) {
                              EXPECT_EQ(caller.user, "ann");
                              EXPECT_EQ(fleet_id, kFollowedTask.fleet_id);
                              EXPECT_EQ(repo, "acme/shop");
                              return record_;
                            },
                            relay_, metrics_};
  int wakes_ = 0;
  v1::FollowTaskLogResponse message_;
  absl::Status status_;
};

TEST_F(LogSessionTest, FirstComesTheChildThenWhatItPrintsThenItsEnd) {
  const auto session = Follow();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.task().state(), v1::TASK_STATE_RUNNING);
  EXPECT_EQ(message_.text(), "");
  EXPECT_EQ(Take(*session), Kind::kWait);

  Relay({1, 100, "one\n"});
  EXPECT_EQ(wakes_, 1);
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.attempt(), 1);
  EXPECT_EQ(message_.offset(), 100);
  EXPECT_EQ(message_.skipped_bytes(), 100);
  EXPECT_EQ(message_.text(), "one\n");
  EXPECT_FALSE(message_.has_task());

  SetTask(domain::TaskState::kCompleted, 1);
  Relay({1, 100, "one\ntwo\n"});
  ASSERT_EQ(Take(*session), Kind::kLast);
  EXPECT_EQ(message_.text(), "two\n");
  EXPECT_EQ(message_.skipped_bytes(), 0);
  EXPECT_EQ(message_.task().state(), v1::TASK_STATE_COMPLETED);
}

TEST_F(LogSessionTest, OfAnEndedChildOneMessageComes) {
  SetTask(domain::TaskState::kFailed, 2);
  const auto session = Follow();
  ASSERT_EQ(Take(*session), Kind::kLast);
  EXPECT_EQ(message_.task().state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(relay_.followers(), 0U);
}

// The end was recorded after the relay had read: what was printed before it is not lost.
TEST_F(LogSessionTest, TheEndIsNotToldBeforeTheLastBytes) {
  const auto session = Follow();
  Take(*session);
  SetTask(domain::TaskState::kFinalizing, 1);
  changed_ = {{kFollowedTask, {1, 0, "one"}, 1, domain::TaskState::kFinalizing}};
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  SetTask(domain::TaskState::kCompleted, 1);
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.text(), "one");
  EXPECT_FALSE(message_.has_task());
  Relay({1, 0, "one two"});
  ASSERT_EQ(Take(*session), Kind::kLast);
  EXPECT_EQ(message_.text(), " two");
}

TEST_F(LogSessionTest, ANewAttemptIsToldAndReadFromItsBeginning) {
  const auto session = Follow();
  Take(*session);
  Relay({1, 0, "first"});
  Take(*session);
  SetTask(domain::TaskState::kQueued, 1);
  Relay({1, 0, "first"});
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.task().state(), v1::TASK_STATE_QUEUED);
  SetTask(domain::TaskState::kRunning, 2);
  Relay({2, 0, "second"});
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.task().attempt(), 2);
  EXPECT_EQ(message_.attempt(), 2);
  EXPECT_EQ(message_.text(), "second");
  EXPECT_EQ(message_.skipped_bytes(), 0);
}

TEST_F(LogSessionTest, AFollowerGoesOnWhereItStood) {
  const auto session = Follow(1, 3);
  Take(*session);
  EXPECT_EQ(message_.offset(), 3);
  Relay({1, 0, "one two"});
  Take(*session);
  EXPECT_EQ(message_.text(), " two");
  EXPECT_EQ(message_.skipped_bytes(), 0);
}

TEST_F(LogSessionTest, ASlowFollowerIsToldWhatItMissesAndCostsNothing) {
  const auto session = Follow();
  Take(*session);
  Relay({1, 0, "one"});
  Relay({1, 900, "late"});
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.text(), "late");
  EXPECT_EQ(message_.skipped_bytes(), 900);
  EXPECT_EQ(Take(*session), Kind::kWait);
}

TEST_F(LogSessionTest, AQuietFollowerHearsThatTheServiceIsThere) {
  const auto session = Follow();
  Take(*session);
  EXPECT_EQ(Take(*session), Kind::kWait);
  clock_.Advance(absl::Seconds(15));
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.text(), "");
  EXPECT_FALSE(message_.has_task());
}

TEST_F(LogSessionTest, ADrainingServiceSendsItsFollowersToAnother) {
  const auto session = Follow();
  Take(*session);
  EXPECT_EQ(Take(*session), Kind::kWait);
  relay_.Stop();
  EXPECT_EQ(wakes_, 1);
  ASSERT_EQ(Take(*session), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(LogSessionTest, LeavingEndsTheFollowing) {
  auto session = Follow();
  Take(*session);
  EXPECT_EQ(relay_.followers(), 1U);
  session.reset();
  EXPECT_EQ(relay_.followers(), 0U);
}

TEST_F(LogSessionTest, WhatIsMalformedIsRefused) {
  const auto session = Follow(-1);
  ASSERT_EQ(Take(*session), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fleet::service
