#include "services/fleet/watch/watch_messages.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "common/domain/bounds.h"

namespace fleet::service {
namespace {

using ::testing::Le;
using ::testing::SizeIs;

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

v1::WatchFleetResponse Parse(const rpc::SharedBytes& bytes) {
  v1::WatchFleetResponse message;
  EXPECT_TRUE(message.ParseFromString(*bytes));
  return message;
}

const ResumeTokens kTokens{"before", "token"};

TEST(WatchMessagesTest, StreamsThatTakeTheSameUpdateShareItsBytes) {
  WatchMessages messages;
  const auto fleet = Fleet(3);
  const auto tasks = Tasks(7);
  const auto one = messages.Change(Update(fleet, {tasks}), kTokens);
  EXPECT_EQ(messages.Change(Update(fleet, {tasks}), kTokens).get(), one.get());
  ASSERT_THAT(*one, SizeIs(1));
  const v1::WatchFleetResponse message = Parse(one->front());
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
  const auto one = messages.Change(Update(fleet, {tasks}), kTokens);
  EXPECT_NE(messages.Change(Update(fleet, {tasks}), {"before", "other"}), one);
  EXPECT_NE(messages.Change(Update(fleet, {tasks}), {"earlier", "token"}), one);
  EXPECT_NE(messages.Change(Update(fleet), kTokens), one);
  EXPECT_NE(messages.Change(Update(fleet, {tasks, more}), kTokens), one);
  EXPECT_NE(messages.Change(Update(Fleet(4), {tasks}), kTokens), one);
}

TEST(WatchMessagesTest, WithoutChildrenItDoesNotMatterWhatWasToldBefore) {
  WatchMessages messages;
  const auto fleet = Fleet(3);
  const auto one = messages.Change(Update(fleet), kTokens);
  EXPECT_EQ(messages.Change(Update(fleet), {"earlier", "token"}), one);
}

TEST(WatchMessagesTest, OfAChildInSeveralChunksTheLatestIsTold) {
  WatchMessages messages;
  auto later = std::make_shared<store::ChangedTasks>(*Tasks(7));
  later->tasks[0].task.state = domain::TaskState::kCompleted;
  const v1::WatchFleetResponse message = Parse(messages.Change(Update(Fleet(1), {Tasks(7), later}), kTokens)->front());
  ASSERT_EQ(message.tasks_size(), 1);
  EXPECT_EQ(message.tasks(0).state(), v1::TASK_STATE_COMPLETED);
}

// As many as the hub gives at once, each saying as much as it may.
TEST(WatchMessagesTest, AChangeComesInMessagesThatAnyClientTakes) {
  constexpr int32_t kChildren = 10'000;
  auto chunk = std::make_shared<store::ChangedTasks>();
  chunk->tasks.resize(kChildren);
  for (int32_t ordinal = 1; ordinal <= kChildren; ++ordinal) {
    store::TaskRecord& record = chunk->tasks[static_cast<std::size_t>(ordinal - 1)];
    record.task.id.ordinal = ordinal;
    record.summary = std::string(domain::kMaxReportText, 's');
  }
  WatchMessages messages;
  const auto change = messages.Change(Update(Fleet(3), {chunk}), kTokens);
  ASSERT_GT(change->size(), 1U);
  int32_t told = 0;
  for (std::size_t i = 0; i < change->size(); ++i) {
    ASSERT_LT((*change)[i]->size(), kChangeMessageBytes + (std::size_t{8} << 10));
    const v1::WatchFleetResponse message = Parse((*change)[i]);
    const bool is_last = i + 1 == change->size();
    EXPECT_EQ(message.kind(), v1::WatchFleetResponse::KIND_CHANGE);
    EXPECT_EQ(message.resume_token(), is_last ? "token" : "before");
    EXPECT_EQ(message.has_fleet(), is_last);
    EXPECT_GT(message.tasks_size(), 0);
    for (const v1::Task& task : message.tasks()) ASSERT_EQ(task.ordinal(), ++told) << "each once";
  }
  EXPECT_EQ(told, kChildren);
}

TEST(WatchMessagesTest, WhatNobodyHasStillToTakeIsForgotten) {
  WatchMessages messages;
  for (int64_t revision = 1; revision <= 1000; ++revision) {
    const auto fleet = Fleet(revision);
    messages.Change(Update(fleet), kTokens);
    EXPECT_THAT(messages.kept(), Le(4U));
  }
}

TEST(WatchMessagesTest, WhatOneStreamAloneTakesIsNotKept) {
  WatchMessages messages;
  messages.Change(Update(Fleet(1)), kTokens);
  EXPECT_EQ(messages.kept(), 0U);
}

}  // namespace
}  // namespace fleet::service
