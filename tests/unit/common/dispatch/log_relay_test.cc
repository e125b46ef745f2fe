#include "common/dispatch/log_relay.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/status/error_info.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"

namespace fleet::dispatch {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::SimulatedClock;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const domain::TaskId kFirst = *domain::TaskId::Parse("01HZ0000000000000000000001-1");
const domain::TaskId kSecond = *domain::TaskId::Parse("01HZ0000000000000000000001-2");

class LogRelayTest : public ::testing::Test {
 protected:
  // As the database has it from the next pass on.
  void Print(const domain::TaskId& task, int64_t start, std::string text,
             domain::TaskState state = domain::TaskState::kRunning) {
    changed_.push_back({task, {1, start, std::move(text)}, 1, state});
  }
  std::shared_ptr<LogSubscription> Follow(const domain::TaskId& task) {
    auto subscription = relay_.Subscribe(task, [this] { ++wakes_; });
    EXPECT_TRUE(subscription.ok()) << subscription.status();
    return *subscription;
  }
  // What there is to tell, "-" for nothing.
  static std::string Take(LogSubscription& subscription) {
    const auto news = subscription.Take();
    if (news == nullptr) return "-";
    return news->log == nullptr ? "?" : news->log->window.text;
  }

  SimulatedClock clock_;
  std::vector<store::FollowedLog> changed_;
  std::vector<domain::TaskId> known_;
  std::vector<domain::TaskId> elsewhere_;
  std::vector<std::vector<domain::TaskId>> followed_on_;
  int lists_ = 0;
  absl::Status follow_;
  int wakes_ = 0;
  LogRelay relay_{{[this](const domain::TaskId&) { return follow_; },
                   [this](const std::vector<domain::TaskId>& tasks) {
                     followed_on_.push_back(tasks);
                     return absl::OkStatus();
                   },
                   [this](const store::FollowedLogStore::Known& known) {
                     known_.clear();
                     for (const auto& log : known) known_.push_back(log->task);
                     return std::exchange(changed_, {});
                   },
                   [this] {
                     ++lists_;
                     return elsewhere_;
                   }},
                  clock_,
                  {absl::Seconds(10), absl::Seconds(1), absl::Seconds(15), 2}};
};

TEST_F(LogRelayTest, AFollowerIsWokenAndTakesWhatIsNewest) {
  const auto follower = Follow(kFirst);
  EXPECT_EQ(Take(*follower), "-");
  Print(kFirst, 0, "one");
  EXPECT_THAT(relay_.RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(wakes_, 1);
  Print(kFirst, 0, "one two");
  EXPECT_THAT(relay_.RunOnce(), IsOkAndHolds(1));
  EXPECT_EQ(wakes_, 1) << "it has not come for the first yet";
  EXPECT_EQ(Take(*follower), "one two");
  EXPECT_EQ(Take(*follower), "-");
}

TEST_F(LogRelayTest, OneReadingServesAllWhoFollowAChild) {
  const auto one = Follow(kFirst);
  Print(kFirst, 0, "text");
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  // Who comes later is told at once what is known.
  const auto two = Follow(kFirst);
  EXPECT_EQ(Take(*two), "text");
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_THAT(known_, ElementsAre(kFirst));
  EXPECT_EQ(relay_.followers(), 2U);
}

TEST_F(LogRelayTest, NothingIsReadForNobody) {
  const auto follower = Follow(kFirst);
  relay_.Unsubscribe(kFirst, follower);
  relay_.Unsubscribe(kFirst, follower);
  EXPECT_EQ(relay_.followers(), 0U);
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_THAT(known_, IsEmpty());
  EXPECT_THAT(followed_on_, IsEmpty());
}

TEST_F(LogRelayTest, TheDatabaseIsToldOnceInTenSecondsWhoIsFollowedStill) {
  const auto follower = Follow(kFirst);
  for (int i = 0; i < 20; ++i) {
    FLEET_EXPECT_OK(relay_.RunOnce().status());
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_THAT(followed_on_, ElementsAre(ElementsAre(kFirst), ElementsAre(kFirst)));
  EXPECT_EQ(lists_, 20);
}

TEST_F(LogRelayTest, RunnersHearOfFollowersOfEveryService) {
  EXPECT_THAT(relay_.FollowedOf({kFirst, kSecond}), IsEmpty());
  const auto follower = Follow(kFirst);
  EXPECT_THAT(relay_.FollowedOf({kFirst, kSecond}), ElementsAre(kFirst));
  elsewhere_ = {kSecond};
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_THAT(relay_.FollowedOf({kFirst, kSecond}), ElementsAre(kFirst, kSecond));
  relay_.Unsubscribe(kFirst, follower);
  clock_.Advance(absl::Seconds(1));
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_THAT(relay_.FollowedOf({kFirst, kSecond}), ElementsAre(kSecond));
}

TEST_F(LogRelayTest, AQuietFollowerIsToldThatTheRelayIsThere) {
  const auto follower = Follow(kFirst);
  EXPECT_EQ(Take(*follower), "-");
  clock_.Advance(absl::Seconds(14));
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_EQ(Take(*follower), "-");
  clock_.Advance(absl::Seconds(1));
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(Take(*follower), "?");
}

TEST_F(LogRelayTest, MoreFollowersThanThereMayBeAreRefused) {
  const auto one = Follow(kFirst);
  const auto two = Follow(kSecond);
  const auto refused = relay_.Subscribe(kFirst, [] {});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, "LOG_FOLLOWERS_LIMIT");
  relay_.Unsubscribe(kFirst, one);
  follow_ = absl::UnavailableError("away");
  EXPECT_THAT(relay_.Subscribe(kFirst, [] {}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(relay_.followers(), 1U) << "a failure takes no place";
}

TEST_F(LogRelayTest, StoppingEndsEveryFollowerAndTakesNoMore) {
  const auto follower = Follow(kFirst);
  EXPECT_EQ(Take(*follower), "-");
  relay_.Stop();
  EXPECT_EQ(wakes_, 1);
  const auto news = follower->Take();
  ASSERT_NE(news, nullptr);
  EXPECT_TRUE(news->ended);
  EXPECT_THAT(relay_.Subscribe(kFirst, [] {}), StatusIs(absl::StatusCode::kUnavailable));
}

// As a stream does whose step cannot be scheduled.
TEST_F(LogRelayTest, AFollowerMayLeaveWhileItIsWoken) {
  std::shared_ptr<LogSubscription> follower;
  follower = *relay_.Subscribe(kFirst, [&] { relay_.Unsubscribe(kFirst, follower); });
  EXPECT_EQ(Take(*follower), "-");
  Print(kFirst, 0, "text");
  FLEET_EXPECT_OK(relay_.RunOnce().status());
  EXPECT_EQ(relay_.followers(), 0U);
}

TEST_F(LogRelayTest, FollowersComeAndGoWhileItRuns) {
  std::thread runner([this] {
    for (int i = 0; i < 200; ++i) FLEET_EXPECT_OK(relay_.RunOnce().status());
  });
  for (int i = 0; i < 200; ++i) {
    const auto follower = *relay_.Subscribe(kFirst, [] {});
    Take(*follower);
    relay_.Unsubscribe(kFirst, follower);
  }
  runner.join();
  EXPECT_EQ(relay_.followers(), 0U);
}

}  // namespace
}  // namespace fleet::dispatch
