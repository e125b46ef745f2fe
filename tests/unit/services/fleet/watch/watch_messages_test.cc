#include "services/fleet/watch/watch_messages.h"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace fleet::service {
namespace {

using ::testing::Le;

std::shared_ptr<const store::FleetRecord> Fleet(int64_t revision) {
  auto record = std::make_shared<store::FleetRecord>();
  record->fleet.revision = revision;
  return record;
}

std::shared_ptr<const store::ChangedTasks> Tasks(int32_t ordinal) {
  auto chunk = std::make_shared<store::ChangedTasks>();
  chunk->tasks.resize(1);
  chunk->tasks[0].task.id.ordinal = ordinal;
  return chunk;
}

dispatch::WatchUpdate Update(std::shared_ptr<const store::FleetRecord> fleet,
                             std::vector<std::shared_ptr<const store::ChangedTasks>> tasks = {}) {
  dispatch::WatchUpdate update;
  update.kind = dispatch::WatchUpdate::Kind::kChange;
  update.fleet = std::move(fleet);
  update.tasks = std::move(tasks);
  return update;
}

TEST(WatchMessagesTest, StreamsThatTakeTheSameUpdateShareItsBytes) {
  WatchMessages messages;
  const auto fleet = Fleet(3);
  const auto tasks = Tasks(7);
  const rpc::SharedBytes one = messages.Change(Update(fleet, {tasks}), "token");
  EXPECT_EQ(messages.Change(Update(fleet, {tasks}), "token").get(), one.get());
  v1::WatchFleetResponse message;
  ASSERT_TRUE(message.ParseFromString(*one));
  EXPECT_EQ(message.kind(), v1::WatchFleetResponse::KIND_CHANGE);
  EXPECT_EQ(message.resume_token(), "token");
  EXPECT_EQ(message.fleet().revision(), 3);
  ASSERT_EQ(message.tasks_size(), 1);
  EXPECT_EQ(message.tasks(0).ordinal(), 7);
}

TEST(WatchMessagesTest, WhatDiffersIsNotShared) {
  WatchMessages messages;
  const auto fleet = Fleet(3);
  const auto tasks = Tasks(7);
  const auto more = Tasks(8);
  const rpc::SharedBytes one = messages.Change(Update(fleet, {tasks}), "token");
  EXPECT_NE(*messages.Change(Update(fleet, {tasks}), "other"), *one);
  EXPECT_NE(*messages.Change(Update(fleet), "token"), *one);
  EXPECT_NE(*messages.Change(Update(fleet, {tasks, more}), "token"), *one);
  EXPECT_NE(*messages.Change(Update(Fleet(4), {tasks}), "token"), *one);
}

TEST(WatchMessagesTest, OfAChildInSeveralChunksTheLatestIsTold) {
  WatchMessages messages;
  auto later = std::make_shared<store::ChangedTasks>(*Tasks(7));
  later->tasks[0].task.state = domain::TaskState::kCompleted;
  v1::WatchFleetResponse message;
  ASSERT_TRUE(message.ParseFromString(*messages.Change(Update(Fleet(1), {Tasks(7), later}), "token")));
  ASSERT_EQ(message.tasks_size(), 1);
  EXPECT_EQ(message.tasks(0).state(), v1::TASK_STATE_COMPLETED);
}

TEST(WatchMessagesTest, WhatNobodyHasStillToTakeIsForgotten) {
  WatchMessages messages;
  for (int64_t revision = 1; revision <= 1000; ++revision) {
    const auto fleet = Fleet(revision);
    messages.Change(Update(fleet), "token");
    EXPECT_THAT(messages.kept(), Le(4U));
  }
}

TEST(WatchMessagesTest, WhatOneStreamAloneTakesIsNotKept) {
  WatchMessages messages;
  messages.Change(Update(Fleet(1)), "token");
  EXPECT_EQ(messages.kept(), 0U);
}

}  // namespace
}  // namespace fleet::service
