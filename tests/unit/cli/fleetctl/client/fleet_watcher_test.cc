#include "cli/fleetctl/client/fleet_watcher.h"

#include <csignal>
#include <functional>
#include <utility>
#include <vector>

#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fake_services.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::WatchFleetResponse Change(v1::FleetState state, int64_t revision) {
  v1::WatchFleetResponse message;
  message.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
  message.set_resume_token("token-" + std::to_string(revision));
  *message.mutable_fleet() = MakeFleet(state, revision);
  return message;
}

// Answers every stream with the next of its scripts; the last one stays.
class ScriptedWatch {
 public:
  using Script = std::function<grpc::Status(grpc::ServerContext&, WatchWriter&)>;

  explicit ScriptedWatch(std::vector<Script> scripts) : scripts_(std::move(scripts)), server_(Answers()) {}

  const std::string& address() const { return server_.address(); }
  // The resume token of every stream so far.
  std::vector<std::string> tokens() {
    MutexLock lock(mutex_);
    return tokens_;
  }

 private:
  FakeAnswers Answers() {
    FakeAnswers answers;
    answers.watch_fleet = [this](grpc::ServerContext& context, const v1::WatchFleetRequest& request,
                                 WatchWriter& writer) {
      std::size_t turn = 0;
      {
        MutexLock lock(mutex_);
        turn = std::min(tokens_.size(), scripts_.size() - 1);
        tokens_.push_back(request.resume_token());
      }
      return scripts_[turn](context, writer);
    };
    return answers;
  }

  const std::vector<Script> scripts_;
  Mutex mutex_;
  std::vector<std::string> tokens_ ABSL_GUARDED_BY(mutex_);
  FakeServer server_;
};

ScriptedWatch::Script Sends(std::vector<v1::WatchFleetResponse> messages, grpc::Status end = grpc::Status::OK) {
  return [messages = std::move(messages), end](grpc::ServerContext&, WatchWriter& writer) {
    for (const auto& message : messages) writer.Write(message);
    return end;
  };
}

// Says nothing more until the client goes away.
grpc::Status StaySilent(grpc::ServerContext& context) {
  Interruption never;
  while (!context.IsCancelled()) never.SleepFor(absl::Milliseconds(5));
  return grpc::Status::CANCELLED;
}

class RecordingObserver : public FleetObserver {
 public:
  void OnPicture(const v1::WatchFleetResponse& message) override {
    revisions.push_back(message.fleet().revision());
    if (on_picture) on_picture();
  }
  void OnTick() override {}
  void OnNotice(absl::string_view text) override { notices.emplace_back(text); }

  std::vector<int64_t> revisions;
  std::vector<std::string> notices;
  std::function<void()> on_picture;
};

class FleetWatcherTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Fleet> Watch(std::vector<std::string> addresses) {
    rpc::FailoverChannel servers(std::move(addresses), "alice", rpc::FailoverChannel::AfterLoss::kReplace);
    FleetWatcher watcher(servers, {give_up_after_, policy_}, interruption_, Clock::System());
    return watcher.Watch(kFleetId, observer_);
  }

  Patience policy_{3, absl::Milliseconds(1), absl::Milliseconds(5), absl::Seconds(10), absl::Seconds(90)};
  absl::Duration give_up_after_ = absl::Minutes(1);
  Interruption interruption_;
  RecordingObserver observer_;
};

TEST_F(FleetWatcherTest, FollowsToTheEnd) {
  ScriptedWatch server({Sends({Change(v1::FLEET_STATE_RUNNING, 1), Change(v1::FLEET_STATE_COMPLETED, 2)})});
  const auto fleet = Watch({server.address()});
  ASSERT_TRUE(fleet.ok()) << fleet.status();
  EXPECT_EQ(fleet->state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_THAT(observer_.revisions, ElementsAre(1, 2));
  EXPECT_THAT(observer_.notices, ElementsAre());
}

TEST_F(FleetWatcherTest, GoesOnAtTheNextServerAfterTheLastToken) {
  ScriptedWatch first({Sends({Change(v1::FLEET_STATE_RUNNING, 1), Change(v1::FLEET_STATE_RUNNING, 2)},
                             grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining"))});
  ScriptedWatch second({Sends({Change(v1::FLEET_STATE_RUNNING, 3), Change(v1::FLEET_STATE_FAILED, 4)})});
  const auto fleet = Watch({first.address(), second.address()});
  ASSERT_TRUE(fleet.ok()) << fleet.status();
  EXPECT_EQ(fleet->state(), v1::FLEET_STATE_FAILED);
  EXPECT_THAT(observer_.revisions, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(second.tokens(), ElementsAre("token-2"));
  ASSERT_THAT(observer_.notices, SizeIs(2));
  EXPECT_THAT(observer_.notices[0], HasSubstr("lost " + first.address() + " (draining)"));
  EXPECT_THAT(observer_.notices[1], HasSubstr("through " + second.address()));
}

TEST_F(FleetWatcherTest, BookmarksMoveTheTokenOn) {
  v1::WatchFleetResponse bookmark;
  bookmark.set_kind(v1::WatchFleetResponse::KIND_BOOKMARK);
  bookmark.set_resume_token("bookmark");
  ScriptedWatch server(
      {Sends({Change(v1::FLEET_STATE_RUNNING, 1), bookmark}), Sends({Change(v1::FLEET_STATE_COMPLETED, 2)})});
  ASSERT_TRUE(Watch({server.address()}).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("", "bookmark"));
  EXPECT_THAT(observer_.revisions, ElementsAre(1, 2));
}

TEST_F(FleetWatcherTest, ALostServerThatIsAloneIsTriedAgain) {
  ScriptedWatch server({Sends({Change(v1::FLEET_STATE_RUNNING, 1)}, grpc::Status(grpc::StatusCode::INTERNAL, "reset")),
                        Sends({}, grpc::Status(grpc::StatusCode::UNAVAILABLE, "starting")),
                        Sends({Change(v1::FLEET_STATE_COMPLETED, 2)})});
  ASSERT_TRUE(Watch({server.address()}).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("", "token-1", "token-1"));
  // One loss, however many tries.
  EXPECT_THAT(observer_.notices, SizeIs(2));
}

TEST_F(FleetWatcherTest, ASilentServerIsGivenUpForTheNext) {
  policy_.watch_silence_timeout = absl::Milliseconds(50);
  ScriptedWatch first({[](grpc::ServerContext& context, WatchWriter& writer) {
    writer.Write(Change(v1::FLEET_STATE_RUNNING, 1));
    return StaySilent(context);
  }});
  ScriptedWatch second({Sends({Change(v1::FLEET_STATE_COMPLETED, 2)})});
  ASSERT_TRUE(Watch({first.address(), second.address()}).ok());
  EXPECT_THAT(second.tokens(), ElementsAre("token-1"));
}

TEST_F(FleetWatcherTest, AnUnreachableServerIsPassedOver) {
  ClosedPort closed;
  ScriptedWatch server({Sends({Change(v1::FLEET_STATE_COMPLETED, 1)})});
  EXPECT_TRUE(Watch({closed.address(), server.address()}).ok());
}

TEST_F(FleetWatcherTest, GivesUpAfterALongTimeWithoutAnyServer) {
  give_up_after_ = absl::Milliseconds(100);
  ClosedPort closed;
  const auto fleet = Watch({closed.address()});
  EXPECT_EQ(GetErrorInfo(fleet.status()).reason, "SERVER_UNREACHABLE");
  EXPECT_THAT(std::string(fleet.status().message()), HasSubstr(closed.address()));
}

TEST_F(FleetWatcherTest, NeverStepsBack) {
  ScriptedWatch server({Sends({Change(v1::FLEET_STATE_RUNNING, 5)}),
                        Sends({Change(v1::FLEET_STATE_RUNNING, 4), Change(v1::FLEET_STATE_COMPLETED, 6)})});
  ASSERT_TRUE(Watch({server.address()}).ok());
  EXPECT_THAT(observer_.revisions, ElementsAre(5, 6));
}

TEST_F(FleetWatcherTest, StepsBackWithASnapshotThatSaysSo) {
  v1::WatchFleetResponse snapshot = Change(v1::FLEET_STATE_RUNNING, 4);
  snapshot.set_resumed_with_snapshot(true);
  ScriptedWatch server(
      {Sends({Change(v1::FLEET_STATE_RUNNING, 5)}), Sends({snapshot, Change(v1::FLEET_STATE_COMPLETED, 5)})});
  ASSERT_TRUE(Watch({server.address()}).ok());
  EXPECT_THAT(observer_.revisions, ElementsAre(5, 4, 5));
}

TEST_F(FleetWatcherTest, ARefusedTokenIsDropped) {
  ScriptedWatch server({Sends({Change(v1::FLEET_STATE_RUNNING, 1)}),
                        Sends({}, rpc::ToGrpcStatus(InvalidField("resume_token", "is not one of this fleet"))),
                        Sends({Change(v1::FLEET_STATE_COMPLETED, 2)})});
  ASSERT_TRUE(Watch({server.address()}).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("", "token-1", ""));
}

TEST_F(FleetWatcherTest, WhatCannotBeHelpedEndsIt) {
  ScriptedWatch server({Sends({}, rpc::ToGrpcStatus(absl::NotFoundError("no such fleet")))});
  const auto fleet = Watch({server.address()});
  EXPECT_EQ(fleet.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(server.tokens(), SizeIs(1));
}

TEST_F(FleetWatcherTest, InterruptionEndsIt) {
  ScriptedWatch server({[](grpc::ServerContext& context, WatchWriter& writer) {
    writer.Write(Change(v1::FLEET_STATE_RUNNING, 1));
    return StaySilent(context);
  }});
  observer_.on_picture = [this] { interruption_.Raise(SIGINT); };
  EXPECT_EQ(Watch({server.address()}).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace fleet::cli
