// WatchFleet over gRPC: a watcher that reconnects, to any service, misses nothing.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/runner_crowd.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

// Follows a fleet as a careful client does, and checks the stream's own promises.
class Follower {
 public:
  Follower(std::string fleet_id, bool include_tasks) : fleet_id_(std::move(fleet_id)), include_tasks_(include_tasks) {}

  // Reads up to `messages`, and a snapshot or change that has begun to its end, then leaves. OK also if the stream
  // ended by itself.
  absl::Status Follow(const FleetDriver& driver, int messages) {
    grpc::ClientContext context;
    rpc::PrepareContext(context, "watcher", absl::Seconds(60));
    v1::WatchFleetRequest request;
    request.set_fleet_id(fleet_id_);
    request.set_resume_token(token_);
    request.set_include_tasks(include_tasks_);
    auto fleets = driver.Fleets();
    auto reader = fleets.WatchFleet(&context, request);
    in_snapshot_ = false;
    in_change_ = false;
    v1::WatchFleetResponse message;
    while ((messages-- > 0 || in_snapshot_ || in_change_) && reader->Read(&message))
      Take(message, !request.resume_token().empty());
    if (messages < 0) context.TryCancel();
    while (reader->Read(&message)) Take(message, !request.resume_token().empty());
    const absl::Status status = rpc::FromGrpcStatus(reader->Finish());
    ended_ = status.ok();
    return absl::IsCancelled(status) ? absl::OkStatus() : status;
  }

  bool ended() const { return ended_; }
  const v1::Fleet& fleet() const { return fleet_; }
  int restarts() const { return restarts_; }
  int snapshots() const { return snapshots_; }
  std::string token() const { return token_; }
  void set_token(const std::string& token) { token_ = token; }
  std::map<int, std::string> tasks() const { return tasks_; }

  static std::string Words(const v1::Task& task) {
    return absl::StrCat(task.repo(), " ", task.state(), " ", task.attempt(), " ", task.outcome(), " ",
                        task.failure().message());
  }

 private:
  void Take(const v1::WatchFleetResponse& message, bool resumed) {
    EXPECT_FALSE(ended_) << "a message after the end";
    if (message.kind() == v1::WatchFleetResponse::KIND_SNAPSHOT) {
      if (!in_snapshot_) {
        tasks_.clear();
        ++snapshots_;
        EXPECT_EQ(message.resumed_with_snapshot(), resumed);
        if (message.resumed_with_snapshot()) ++restarts_;
      }
      in_snapshot_ = !message.snapshot_complete();
      EXPECT_EQ(message.resume_token().empty(), in_snapshot_);
    } else {
      EXPECT_FALSE(in_snapshot_) << "a snapshot is not interrupted";
    }
    in_change_ = message.kind() == v1::WatchFleetResponse::KIND_CHANGE && !message.has_fleet();
    if (!message.resume_token().empty()) token_ = message.resume_token();
    for (const v1::Task& task : message.tasks()) tasks_[task.ordinal()] = Words(task);
    if (!message.has_fleet()) return;
    EXPECT_GE(message.fleet().revision(), fleet_.revision()) << "never a step back";
    fleet_ = message.fleet();
  }

  const std::string fleet_id_;
  const bool include_tasks_;
  std::string token_;
  v1::Fleet fleet_;
  std::map<int, std::string> tasks_;
  bool in_snapshot_ = false;
  bool in_change_ = false;
  bool ended_ = false;
  int restarts_ = 0;
  int snapshots_ = 0;
};

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() : stores_(database_.url(), 3000) {}

  void SetUp() override {
    for (int i = 0; i < 2; ++i) {
      FLEET_ASSERT_OK_AND_ASSIGN(services_.emplace_back(), ServerProcess::StartService(database_.url()));
      drivers_.push_back(std::make_unique<FleetDriver>(services_.back()->address()));
    }
  }
  std::string Create(int targets) {
    const auto created = drivers_[0]->Create(FleetDriver::Request(targets));
    EXPECT_THAT(created, IsOk());
    return created.ok() ? created->fleet().fleet_id() : "";
  }
  std::vector<std::string> Addresses() const { return {services_[0]->address(), services_[1]->address()}; }
  // What ListFleetTasks says at the end.
  std::map<int, std::string> Listed(const std::string& fleet_id) {
    std::map<int, std::string> listed;
    const auto tasks = drivers_[0]->Tasks(fleet_id);
    EXPECT_THAT(tasks, IsOk());
    if (tasks.ok()) {
      for (const v1::Task& task : *tasks) listed[task.ordinal()] = Follower::Words(task);
    }
    return listed;
  }

  TestDatabase database_;
  TestStores stores_;
  std::vector<std::unique_ptr<ServerProcess>> services_;
  std::vector<std::unique_ptr<FleetDriver>> drivers_;
};

TEST_F(WatchTest, ReconnectingToTheOtherServiceSeesEveryChangeAndTheEnd) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url()));
  const std::string id = Create(3000);
  InvariantChecker checker(database_.url());
  RunnerCrowd crowd({.addresses = Addresses(), .runners = 4, .batch = 10, .reports_progress = true});
  Follower follower(id, true);
  int connections = 0;
  for (; !follower.ended(); ++connections) {
    ASSERT_LT(connections, 5000);
    FLEET_ASSERT_OK(follower.Follow(*drivers_[static_cast<std::size_t>(connections % 2)], 1 + connections % 4));
  }
  EXPECT_EQ(follower.fleet().state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_GE(connections, 5) << "it has reconnected while there was something to miss";
  EXPECT_EQ(follower.restarts(), 0) << "a token that is good never costs a snapshot";
  EXPECT_EQ(follower.tasks().size(), 3000U);
  EXPECT_EQ(follower.tasks(), Listed(id));
  crowd.Stop();
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(WatchTest, EndIsToldAgainToOneWhoComesLate) {
  const std::string id = Create(5);
  stores_.ExpandAll();
  Follower follower(id, true);
  FLEET_ASSERT_OK(follower.Follow(*drivers_[0], 1));
  {
    RunnerCrowd crowd({.addresses = Addresses(), .runners = 1});
    FLEET_ASSERT_OK(drivers_[0]->AwaitEnd(id));
  }
  FLEET_ASSERT_OK(follower.Follow(*drivers_[1], 1000));
  EXPECT_TRUE(follower.ended());
  EXPECT_EQ(follower.snapshots(), 1);
  EXPECT_EQ(follower.tasks(), Listed(id));
  // With the last token: the end once more. Without: a snapshot that is the end.
  FLEET_ASSERT_OK(Follower(id, false).Follow(*drivers_[1], 1000));
  Follower again(id, true);
  again.set_token(follower.token());
  FLEET_ASSERT_OK(again.Follow(*drivers_[0], 1000));
  EXPECT_TRUE(again.ended());
  EXPECT_EQ(again.fleet().state(), v1::FLEET_STATE_COMPLETED);
}

TEST_F(WatchTest, TrimmedFeedStartsOverWithASnapshotAndSaysSo) {
  const std::string id = Create(2500);
  Follower follower(id, true);
  FLEET_ASSERT_OK(follower.Follow(*drivers_[0], 1));
  ASSERT_TRUE(follower.tasks().empty());
  stores_.ExpandAll();
  const domain::Ulid runner = stores_.RegisterRunner();
  for (const store::GrantedTask& task : stores_.Lease(runner, 1, 40).tasks) {
    stores_.Report(runner, task, domain::TaskState::kCompleted);
  }
  stores_.Sql("delete from fleet_changes where revision <= 20");
  FLEET_ASSERT_OK(follower.Follow(*drivers_[1], 3));
  EXPECT_EQ(follower.restarts(), 1);
  EXPECT_EQ(follower.tasks(), Listed(id));
}

TEST_F(WatchTest, TokenThatIsNotOfThisFleetIsRefused) {
  const std::string id = Create(1);
  const std::string other = Create(1);
  Follower owner(other, false);
  FLEET_ASSERT_OK(owner.Follow(*drivers_[0], 1));
  for (const std::string& token : {owner.token(), std::string("nonsense"), owner.token() + "A"}) {
    Follower follower(id, false);
    follower.set_token(token);
    const absl::Status status = follower.Follow(*drivers_[1], 1);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    ASSERT_EQ(GetErrorInfo(status).violations.size(), 1U);
    EXPECT_EQ(GetErrorInfo(status).violations[0].field, "resume_token");
  }
}

TEST_F(WatchTest, UnknownFleetIsNotFound) {
  Follower follower(domain::Ulid::Generate(absl::Now()).ToString(), false);
  EXPECT_THAT(follower.Follow(*drivers_[0], 1), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(WatchTest, WatcherOfADrainingServiceIsSentElsewhere) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url()));
  const std::string id = Create(50);
  FLEET_ASSERT_OK(drivers_[0]->AwaitExpanded(id));
  Follower follower(id, true);
  std::thread draining([&] {
    EXPECT_TRUE(WaitUntil([&] { return stores_.Sql("select count(*) from services") == "2"; }));
    EXPECT_THAT(services_[0]->Terminate(), IsOkAndHolds(0));
  });
  const absl::Status left = follower.Follow(*drivers_[0], 1000);
  draining.join();
  EXPECT_THAT(left, StatusIs(absl::StatusCode::kUnavailable));
  RunnerCrowd crowd({.addresses = {services_[1]->address()}, .runners = 2});
  FLEET_ASSERT_OK(follower.Follow(*drivers_[1], 1000));
  EXPECT_TRUE(follower.ended());
  const auto tasks = drivers_[1]->Tasks(id);
  FLEET_ASSERT_OK(tasks);
  for (const v1::Task& task : *tasks) EXPECT_EQ(follower.tasks()[task.ordinal()], Follower::Words(task));
}

}  // namespace
}  // namespace fleet::testing
