#include "services/fleet/watch/watch_session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "common/clock/clock.h"
#include "common/domain/bounds.h"
#include "services/fleet/requests/page_token.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/dispatch/watch_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using rpc::StreamStep;
using ::testing::AnyOf;
using ::testing::SizeIs;
using Kind = StreamStep::Kind;

const domain::Ulid kFleet = *domain::Ulid::Parse("01HZ0000000000000000000001");

class WatchSessionTest : public ::testing::Test {
 protected:
  WatchSessionTest() { feed_.Change(kFleet); }

  std::unique_ptr<WatchSession> Watch(const std::string& token = "", bool include_tasks = false,
                                      const std::string& fleet_id = kFleet.ToString()) {
    v1::WatchFleetRequest request;
    request.set_fleet_id(fleet_id);
    request.set_resume_token(token);
    request.set_include_tasks(include_tasks);
    return std::make_unique<WatchSession>(sources_, domain::Caller{"ann"}, request, [this] { ++wakes_; });
  }
  // What one step says; the message is parsed into message_.
  Kind Take(WatchSession& session) {
    const StreamStep step = session.Step();
    status_ = step.status;
    message_.Clear();
    if (step.message != nullptr) {
      EXPECT_TRUE(message_.ParseFromString(*step.message));
    }
    return step.kind;
  }
  // The next step that is none of waiting, taken when woken.
  Kind Next(WatchSession& session) {
    while (true) {
      // Read first: what is told to wait may be woken before it looks.
      const int woken = wakes_;
      const Kind kind = Take(session);
      if (kind != Kind::kWait || !WaitUntil([&] { return wakes_ > woken; })) return kind;
    }
  }
  std::string Token(int64_t revision, int64_t timeline = 1) const {
    return EncodeResumeToken(kFleet.ToString(), {revision, timeline});
  }

  dispatch::FakeFeed feed_;
  dispatch::WatchHub hub_{
      feed_.Functions(), Clock::System(), {absl::Milliseconds(20), absl::Milliseconds(1), absl::Seconds(15)}};
  WatchMessages messages_;
  std::atomic<int64_t> timeline_ = 1;
  int pages_ = 1;
  int tasks_a_page_ = 1;
  std::string summary_;
  SnapshotPages snapshot_pages_{[this](const domain::Caller& caller, const domain::Ulid& id, int32_t after, int32_t) {
                                  EXPECT_EQ(caller.user, "ann");
                                  store::TaskPage page;
                                  for (int i = 1; i <= tasks_a_page_; ++i) {
                                    store::TaskRecord task;
                                    task.task.id = {id, after + i};
                                    task.summary = summary_;
                                    page.tasks.push_back(task);
                                  }
                                  page.next_after = after + 1 < pages_ ? after + 1 : 0;
                                  return page;
                                },
                                [](const domain::Ulid&, int64_t since, int32_t, int32_t) {
                                  return store::Standing{since, false};
                                }};
  WatchSources sources_{[this] { return timeline_.load(); }, feed_.Functions().read_fleets, snapshot_pages_, hub_,
                        messages_};
  std::atomic<int> wakes_ = 0;
  v1::WatchFleetResponse message_;
  absl::Status status_;
};

TEST_F(WatchSessionTest, ASnapshotComesFirstThenChanges) {
  const auto session = Watch();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_SNAPSHOT);
  EXPECT_TRUE(message_.snapshot_complete());
  EXPECT_FALSE(message_.resumed_with_snapshot());
  EXPECT_EQ(message_.resume_token(), Token(1));
  EXPECT_EQ(Take(*session), Kind::kWait);
  feed_.Change(kFleet);
  ASSERT_EQ(Next(*session), Kind::kMessage);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_CHANGE);
  EXPECT_EQ(message_.resume_token(), Token(2));
  EXPECT_EQ(message_.fleet().revision(), 2);
}

TEST_F(WatchSessionTest, ALargeSnapshotComesInPages) {
  pages_ = 3;
  const auto session = Watch("", true);
  for (int page = 1; page <= 3; ++page) {
    ASSERT_EQ(Take(*session), Kind::kMessage);
    ASSERT_EQ(message_.tasks_size(), 1);
    EXPECT_EQ(message_.tasks(0).ordinal(), page);
    EXPECT_EQ(message_.snapshot_complete(), page == 3);
    EXPECT_EQ(message_.resume_token().empty(), page < 3);
  }
  EXPECT_EQ(Take(*session), Kind::kWait);
}

TEST_F(WatchSessionTest, AMessageOfASnapshotIsSmallHoweverMuchItsChildrenSay) {
  tasks_a_page_ = 200;
  summary_ = std::string(2000, 's');
  const auto session = Watch("", true);
  int32_t last = 0;
  for (int message = 0; message < 3; ++message) {
    ASSERT_EQ(Take(*session), Kind::kMessage);
    EXPECT_LT(message_.ByteSizeLong(), std::size_t{48} << 10);
    EXPECT_FALSE(message_.snapshot_complete());
    EXPECT_EQ(message_.tasks(0).ordinal(), last + 1) << "none is left out";
    last = message_.tasks(message_.tasks_size() - 1).ordinal();
  }
  EXPECT_GT(last, 40);
}

TEST_F(WatchSessionTest, ChangedChildrenAreTold) {
  const auto session = Watch("", true);
  ASSERT_EQ(Take(*session), Kind::kMessage);
  feed_.Change(kFleet, 7);
  ASSERT_EQ(Next(*session), Kind::kMessage);
  ASSERT_EQ(message_.tasks_size(), 1);
  EXPECT_EQ(message_.tasks(0).ordinal(), 7);
}

TEST_F(WatchSessionTest, ALargeChangeComesInSeveralMessagesAndNoneTellsMoreThanWasSent) {
  const auto session = Watch("", true);
  ASSERT_EQ(Take(*session), Kind::kMessage);
  feed_.SetSummary(std::string(domain::kMaxReportText, 's'));
  for (int32_t ordinal = 2; ordinal <= 2000; ++ordinal) feed_.Change(kFleet, ordinal);
  const int64_t ended = feed_.Change(kFleet, 2001, domain::FleetState::kCompleted);
  // The hub may have looked before all was there.
  std::string told_before = Token(1);
  int32_t told = 1;
  int messages = 0;
  Kind kind = Kind::kMessage;
  while (kind == Kind::kMessage) {
    kind = Next(*session);
    ASSERT_THAT(kind, AnyOf(Kind::kMessage, Kind::kLast));
    ++messages;
    EXPECT_LT(message_.ByteSizeLong(), kChangeMessageBytes + (std::size_t{8} << 10));
    for (const v1::Task& task : message_.tasks()) EXPECT_EQ(task.ordinal(), ++told);
    EXPECT_EQ(message_.has_fleet(), message_.resume_token() != told_before);
    if (message_.has_fleet()) told_before = message_.resume_token();
  }
  EXPECT_GT(messages, 3);
  EXPECT_EQ(told, 2001);
  EXPECT_EQ(message_.resume_token(), Token(ended));
  EXPECT_EQ(message_.fleet().state(), v1::FLEET_STATE_COMPLETED);
}

TEST_F(WatchSessionTest, WhoLeavesAmidALargeChangeIsToldItAgain) {
  auto session = Watch("", true);
  ASSERT_EQ(Take(*session), Kind::kMessage);
  ASSERT_EQ(Take(*session), Kind::kWait);
  feed_.SetSummary(std::string(domain::kMaxReportText, 's'));
  feed_.SetTasksPerChange(2000);
  feed_.Change(kFleet, 1);
  ASSERT_EQ(Next(*session), Kind::kMessage);
  ASSERT_FALSE(message_.has_fleet());
  const std::string token = message_.resume_token();
  session = Watch(token, true);
  std::set<int32_t> told;
  do {
    ASSERT_EQ(Next(*session), Kind::kMessage);
    EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_CHANGE);
    for (const v1::Task& task : message_.tasks()) told.insert(task.ordinal());
  } while (!message_.has_fleet());
  EXPECT_THAT(told, SizeIs(2000));
  EXPECT_EQ(message_.resume_token(), Token(2));
}

TEST_F(WatchSessionTest, TheSnapshotOfAnEndedFleetIsAllOfIt) {
  feed_.Change(kFleet, 1, domain::FleetState::kCompleted);
  EXPECT_EQ(Take(*Watch()), Kind::kLast);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_SNAPSHOT);
  EXPECT_EQ(hub_.watchers(), 0U);
}

TEST_F(WatchSessionTest, TheEndIsTheLastMessage) {
  const auto session = Watch();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  feed_.Change(kFleet, 1, domain::FleetState::kCompleted);
  EXPECT_EQ(Next(*session), Kind::kLast);
  EXPECT_EQ(message_.fleet().state(), v1::FLEET_STATE_COMPLETED);
}

TEST_F(WatchSessionTest, ATokenGoesOnWhereItWasGiven) {
  feed_.Change(kFleet);
  const auto session = Watch(Token(1));
  ASSERT_EQ(Next(*session), Kind::kMessage);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_CHANGE);
  EXPECT_EQ(message_.fleet().revision(), 2);
}

TEST_F(WatchSessionTest, TheLastTokenIsToldTheEndAgain) {
  const int64_t last = feed_.Change(kFleet, 1, domain::FleetState::kFailed);
  EXPECT_EQ(Take(*Watch(Token(last))), Kind::kLast);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_CHANGE);
  EXPECT_EQ(message_.fleet().state(), v1::FLEET_STATE_FAILED);
}

TEST_F(WatchSessionTest, ATokenOfAnotherTimelineOrOfTheFutureStartsOver) {
  for (const std::string& token : {Token(1, 2), Token(5)}) {
    const auto session = Watch(token);
    ASSERT_EQ(Take(*session), Kind::kMessage);
    EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_SNAPSHOT);
    EXPECT_TRUE(message_.resumed_with_snapshot());
  }
}

TEST_F(WatchSessionTest, WhatTheHubCannotFollowStartsOverWithASnapshot) {
  feed_.Change(kFleet);
  const auto session = Watch();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  ASSERT_EQ(Take(*session), Kind::kWait);
  timeline_ = 2;
  feed_.Truncate(kFleet, 1);
  ASSERT_EQ(Next(*session), Kind::kMessage);
  EXPECT_EQ(message_.kind(), v1::WatchFleetResponse::KIND_SNAPSHOT);
  EXPECT_TRUE(message_.resumed_with_snapshot());
  EXPECT_EQ(message_.resume_token(), Token(1, 2));
  EXPECT_EQ(hub_.watchers(), 1U);
}

TEST_F(WatchSessionTest, WhatIsAskedWronglyEndsTheStream) {
  EXPECT_EQ(Take(*Watch("", false, "nonsense")), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Take(*Watch("nonsense")), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Take(*Watch("", false, "01HZ0000000000000000000002")), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(WatchSessionTest, AStoppingHubEndsTheStream) {
  const auto session = Watch();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  ASSERT_EQ(Take(*session), Kind::kWait);
  hub_.Stop();
  EXPECT_EQ(Next(*session), Kind::kEnd);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(WatchSessionTest, ASessionThatIsGoneIsNoWatcher) {
  auto session = Watch();
  ASSERT_EQ(Take(*session), Kind::kMessage);
  EXPECT_EQ(hub_.watchers(), 1U);
  session.reset();
  EXPECT_EQ(hub_.watchers(), 0U);
}

}  // namespace
}  // namespace fleet::service
