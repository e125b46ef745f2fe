#include "services/fleet/watch/snapshot_pages.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fleet/v1/fleet_service.pb.h"
#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;

const domain::Ulid kPagedFleet = *domain::Ulid::Parse("01HZ0000000000000000000001");
constexpr int64_t kTimeline = 1;
constexpr int32_t kChildrenAPage = 10;
constexpr std::size_t kRoomForTwoPages = 1600;

// A fleet of children that change one at a time; what is read is counted.
class SnapshotPagesTest : public ::testing::Test {
 protected:
  struct Change {
    int64_t revision;
    int32_t ordinal;
  };

  void ChangeChild(int32_t ordinal) { changes_.push_back({++revision_, ordinal}); }

  absl::StatusOr<store::TaskPage> List(int32_t after, int32_t limit) {
    ++lists_;
    if (!failure_.ok()) return failure_;
    store::TaskPage page;
    for (int32_t ordinal = after + 1; ordinal <= children_ && ordinal <= after + std::min(limit, kChildrenAPage);
         ++ordinal) {
      store::TaskRecord& child = page.tasks.emplace_back();
      child.task.id = {kPagedFleet, ordinal};
      for (const Change& change : changes_) {
        if (change.ordinal == ordinal) child.summary = std::to_string(change.revision);
      }
    }
    if (after + kChildrenAPage < children_) page.next_after = after + kChildrenAPage;
    return page;
  }

  store::Standing Standing(int64_t since, int32_t first, int32_t last) {
    ++looks_;
    looked_since_ = since;
    store::Standing standing{revision_, true};
    for (const Change& change : changes_) {
      if (change.revision > since && change.ordinal >= first && change.ordinal <= last) standing.unchanged = false;
    }
    return standing;
  }

  v1::WatchFleetResponse Read(int32_t after = 0, int64_t timeline = kTimeline) {
    const auto page = pages_.Read({"ann"}, {kPagedFleet, timeline, after}, revision_);
    v1::WatchFleetResponse message;
    FLEET_EXPECT_OK(page);
    if (!page.ok()) return message;
    EXPECT_TRUE(message.ParseFromString((*page)->tasks));
    next_after_ = (*page)->next_after;
    return message;
  }

  int32_t children_ = 25;
  int64_t revision_ = 1;
  std::vector<Change> changes_;
  absl::Status failure_;
  int lists_ = 0;
  int looks_ = 0;
  int64_t looked_since_ = 0;
  int32_t next_after_ = 0;
  SnapshotPages pages_{
      [this](const domain::Caller&, const domain::Ulid&, int32_t after, int32_t limit) { return List(after, limit); },
      [this](const domain::Ulid&, int64_t since, int32_t first, int32_t last) { return Standing(since, first, last); },
      kRoomForTwoPages};
};

TEST_F(SnapshotPagesTest, WhoAsksForWhatHasNotChangedSharesOneReading) {
  EXPECT_EQ(Read(10).tasks_size(), kChildrenAPage);
  ChangeChild(10);
  ChangeChild(21);
  const v1::WatchFleetResponse again = Read(10);
  EXPECT_EQ(lists_, 1);
  ASSERT_EQ(again.tasks_size(), kChildrenAPage);
  EXPECT_EQ(again.tasks(0).ordinal(), 11);
  EXPECT_EQ(next_after_, 20);
}

TEST_F(SnapshotPagesTest, WhatWasLookedAtIsNotLookedAtAgain) {
  Read(10);
  ChangeChild(1);
  Read(10);
  const int64_t looked = revision_;
  ChangeChild(2);
  Read(10);
  EXPECT_EQ(looked_since_, looked);
}

TEST_F(SnapshotPagesTest, AChildThatChangedIsReadAgain) {
  for (const int32_t ordinal : {11, 20}) {
    Read(10);
    ChangeChild(ordinal);
    EXPECT_EQ(Read(10).tasks(ordinal - 11).summary(), std::to_string(revision_));
  }
  Read(10);
  EXPECT_EQ(lists_, 3);
}

TEST_F(SnapshotPagesTest, AChildThatChangedWhileItsPageWasReadIsReadAgain) {
  // The reader's revision is older than what is read: the page may hold the change or not.
  const int64_t before = revision_;
  ChangeChild(5);
  FLEET_ASSERT_OK(pages_.Read({"ann"}, {kPagedFleet, kTimeline, 0}, before));
  Read();
  EXPECT_EQ(lists_, 2);
}

TEST_F(SnapshotPagesTest, ChildrenThatCameLaterBelongToTheLastPage) {
  EXPECT_EQ(Read(20).tasks_size(), 5);
  EXPECT_EQ(next_after_, 0);
  children_ = 31;
  ChangeChild(31);
  EXPECT_EQ(Read(20).tasks_size(), kChildrenAPage);
  EXPECT_EQ(next_after_, 30);
}

TEST_F(SnapshotPagesTest, AfterAFailoverNothingReadBeforeIsTold) {
  Read();
  Read(0, kTimeline + 1);
  EXPECT_EQ(lists_, 2);
  EXPECT_EQ(looks_, 0);
}

TEST_F(SnapshotPagesTest, WhatIsKeptIsBounded) {
  for (int32_t ordinal = 1; ordinal <= 25; ++ordinal) ChangeChild(ordinal);
  for (const int32_t after : {0, 10, 20}) Read(after);
  // The oldest gave way.
  Read(0);
  EXPECT_EQ(lists_, 4);
  Read(20);
  EXPECT_EQ(lists_, 4);
}

TEST_F(SnapshotPagesTest, AFailureIsToldAndNotKept) {
  failure_ = absl::UnavailableError("the database is away");
  EXPECT_THAT(pages_.Read({"ann"}, {kPagedFleet, kTimeline, 0}, 1), StatusIs(absl::StatusCode::kUnavailable));
  failure_ = absl::OkStatus();
  EXPECT_EQ(Read().tasks_size(), kChildrenAPage);
}

}  // namespace
}  // namespace fleet::service
