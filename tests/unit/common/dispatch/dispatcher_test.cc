#include "common/dispatch/dispatcher.h"

#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/dispatch/fake_dispatch.h"

namespace fleet::dispatch {
namespace {

using ::fleet::testing::SimulatedClock;
using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using AnswerKind = store::LeaseAnswer::Kind;

constexpr absl::Duration kLong = absl::Hours(1);

// Every answer given so far, by lease_seq. Shared by the callbacks, since a dispatcher may outlive a failing test.
class Answers {
 public:
  Dispatcher::Answer For(int64_t seq) {
    return [this, seq](absl::StatusOr<store::LeaseAnswer> answer) {
      MutexLock lock(mutex_);
      answers_[seq].push_back(std::move(answer));
    };
  }
  int Count(int64_t seq) {
    MutexLock lock(mutex_);
    return static_cast<int>(answers_[seq].size());
  }
  absl::StatusOr<store::LeaseAnswer> Wait(int64_t seq) {
    if (!WaitUntil([&] { return Count(seq) > 0; })) return absl::DeadlineExceededError("no answer");
    MutexLock lock(mutex_);
    return answers_[seq].front();
  }
  std::optional<AnswerKind> WaitKind(int64_t seq) {
    const auto answer = Wait(seq);
    if (!answer.ok()) return std::nullopt;
    return answer->kind;
  }

 private:
  Mutex mutex_;
  std::map<int64_t, std::vector<absl::StatusOr<store::LeaseAnswer>>> answers_ ABSL_GUARDED_BY(mutex_);
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() { options_.poll_interval = kLong; }
  ~DispatcherTest() override { store_.Release(); }

  void Start() {
    dispatcher_.emplace([this](const std::vector<store::LeaseDemand>& demands) { return store_.Run(demands); }, clock_,
                        options_);
  }
  void Park(int64_t seq, absl::Duration wait = kLong, std::shared_ptr<const std::atomic<bool>> abandoned = nullptr,
            int32_t max_tasks = 1) {
    dispatcher_->Park({{}, seq, max_tasks}, wait, answers_.For(seq), std::move(abandoned));
  }
  // Parks a demand whose transaction is under way when this returns.
  void ParkAndHold(int64_t seq) {
    store_.Hold();
    const std::size_t before = store_.batches().size();
    Park(seq);
    ASSERT_TRUE(store_.WaitForBatches(before + 1));
  }

  SimulatedClock clock_;
  Dispatcher::Options options_;
  Answers answers_;
  FakeDispatch store_;
  std::optional<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, ServesALoneDemandAtOnce) {
  store_.AddTasks(5);
  Start();
  Park(1, kLong, nullptr, 3);
  const auto answer = answers_.Wait(1);
  FLEET_ASSERT_OK(answer);
  EXPECT_EQ(answer->kind, AnswerKind::kGranted);
  EXPECT_THAT(answer->tasks, SizeIs(3));
  EXPECT_THAT(store_.batches(), ElementsAre(ElementsAre(1)));
}

TEST_F(DispatcherTest, GathersWhatComesDuringATransactionInTheNext) {
  Start();
  ParkAndHold(1);
  for (int64_t seq = 2; seq <= 50; ++seq) Park(seq);
  store_.AddTasks(50);
  store_.Release();
  for (int64_t seq = 1; seq <= 50; ++seq) EXPECT_EQ(answers_.WaitKind(seq), AnswerKind::kGranted);
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(49)));
}

TEST_F(DispatcherTest, ADemandWithoutWaitIsTriedAndAnswered) {
  Start();
  Park(1, absl::ZeroDuration());
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kNothing);
  EXPECT_THAT(store_.batches(), SizeIs(1));
  EXPECT_EQ(dispatcher_->parked(), 0U);
}

TEST_F(DispatcherTest, ParksADemandThatGotNothingUntilItsWaitIsOver) {
  Start();
  Park(1, absl::Seconds(10));
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() == 1 && dispatcher_->parked() == 1; }));
  clock_.Advance(absl::Seconds(9));
  dispatcher_->Wake();
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() == 2 && dispatcher_->parked() == 1; }));
  EXPECT_EQ(answers_.Count(1), 0);
  clock_.Advance(absl::Seconds(1));
  dispatcher_->Wake();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kNothing);
  EXPECT_THAT(store_.batches(), SizeIs(2))
      << "it was tried within the poll interval: no transaction for an empty answer";
}

TEST_F(DispatcherTest, AnswersWhenTheWaitIsOverWithoutBeingWoken) {
  Dispatcher dispatcher([this](const std::vector<store::LeaseDemand>& demands) { return store_.Run(demands); },
                        Clock::System(), options_);
  dispatcher.Park({{}, 1, 1}, absl::Milliseconds(20), answers_.For(1));
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kNothing);
}

TEST_F(DispatcherTest, WakeServesEveryParkedDemandInOneTransaction) {
  Start();
  for (int64_t seq = 1; seq <= 3; ++seq) {
    Park(seq);
    ASSERT_TRUE(store_.WaitForBatches(static_cast<std::size_t>(seq)));
  }
  ASSERT_TRUE(WaitUntil([&] { return dispatcher_->parked() == 3; }));
  store_.AddTasks(3);
  dispatcher_->Wake();
  for (int64_t seq = 1; seq <= 3; ++seq) EXPECT_EQ(answers_.WaitKind(seq), AnswerKind::kGranted);
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(1), SizeIs(1), SizeIs(3)));
}

TEST_F(DispatcherTest, ANewDemandDoesNotTryTheParkedOnesAgain) {
  Start();
  Park(1);
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() == 1 && dispatcher_->parked() == 1; }));
  Park(2);
  ASSERT_TRUE(store_.WaitForBatches(2));
  EXPECT_THAT(store_.batches(), ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST_F(DispatcherTest, TheLongestWithoutATurnIsTriedFirst) {
  options_.max_demands = 1;
  Start();
  for (int64_t seq = 1; seq <= 3; ++seq) {
    Park(seq);
    ASSERT_TRUE(store_.WaitForBatches(static_cast<std::size_t>(seq)));
  }
  ASSERT_TRUE(WaitUntil([&] { return dispatcher_->parked() == 3; }));
  store_.AddTasks(1);
  dispatcher_->Wake();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kGranted);
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() == 6 && dispatcher_->parked() == 2; }));
  EXPECT_THAT(store_.batches(), ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(1),
                                            ElementsAre(2), ElementsAre(3)));
  store_.AddTasks(1);
  dispatcher_->Wake();
  EXPECT_EQ(answers_.WaitKind(2), AnswerKind::kGranted);
  EXPECT_EQ(answers_.Count(3), 0);
}

TEST_F(DispatcherTest, AWakeDuringATransactionIsNotLost) {
  Start();
  ParkAndHold(1);
  dispatcher_->Wake();
  store_.Release();
  ASSERT_TRUE(store_.WaitForBatches(2));
  EXPECT_THAT(store_.batches(), ElementsAre(ElementsAre(1), ElementsAre(1)));
}

TEST_F(DispatcherTest, FindsWorkByPollingWhenTheWakeIsLost) {
  options_.poll_interval = absl::Milliseconds(20);
  Dispatcher dispatcher([this](const std::vector<store::LeaseDemand>& demands) { return store_.Run(demands); },
                        Clock::System(), options_);
  dispatcher.Park({{}, 1, 1}, kLong, answers_.For(1));
  ASSERT_TRUE(store_.WaitForBatches(1));
  store_.AddTasks(1);
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kGranted);
}

TEST_F(DispatcherTest, AnAbandonedDemandIsGivenNothingAnyMore) {
  Start();
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  Park(1, kLong, gone);
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() == 1 && dispatcher_->parked() == 1; }));
  *gone = true;
  store_.AddTasks(1);
  dispatcher_->Wake();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kNothing);
  EXPECT_EQ(store_.free_tasks(), 1);
}

TEST_F(DispatcherTest, ADemandAbandonedBeforeItsTurnIsGivenNothing) {
  Start();
  ParkAndHold(1);
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  Park(2, kLong, gone);
  Park(3);
  *gone = true;
  store_.AddTasks(3);
  store_.Release();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kGranted);
  EXPECT_EQ(answers_.WaitKind(2), AnswerKind::kNothing);
  EXPECT_EQ(answers_.WaitKind(3), AnswerKind::kGranted);
  EXPECT_EQ(store_.free_tasks(), 1);
  EXPECT_THAT(store_.batches(), ElementsAre(ElementsAre(1), ElementsAre(3)));
}

TEST_F(DispatcherTest, AnErrorAnswersTheWholeBatchAndNoOther) {
  Start();
  ParkAndHold(1);
  Park(2);
  Park(3);
  store_.SetFailing(true);
  store_.Release();
  EXPECT_EQ(answers_.Count(1), 0);
  EXPECT_THAT(answers_.Wait(2), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(answers_.Wait(3), StatusIs(absl::StatusCode::kUnavailable));
  store_.SetFailing(false);
  store_.AddTasks(1);
  dispatcher_->Wake();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kGranted);
}

TEST_F(DispatcherTest, BoundsATransactionInDemands) {
  options_.max_demands = 4;
  Start();
  ParkAndHold(0);
  for (int64_t seq = 1; seq <= 10; ++seq) Park(seq);
  store_.AddTasks(11);
  store_.Release();
  for (int64_t seq = 0; seq <= 10; ++seq) EXPECT_EQ(answers_.WaitKind(seq), AnswerKind::kGranted);
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(4), SizeIs(4), SizeIs(2)));
}

TEST_F(DispatcherTest, BoundsATransactionInTasks) {
  options_.max_tasks = 10;
  Start();
  ParkAndHold(0);
  for (int64_t seq = 1; seq <= 6; ++seq) Park(seq, kLong, nullptr, 4);
  store_.AddTasks(100);
  store_.Release();
  for (int64_t seq = 0; seq <= 6; ++seq) EXPECT_EQ(answers_.WaitKind(seq), AnswerKind::kGranted);
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(3), SizeIs(3)));
}

TEST_F(DispatcherTest, AWakeReachesEveryDemandHoweverSmallTheTransactions) {
  options_.max_demands = 2;
  Start();
  for (int64_t seq = 1; seq <= 7; ++seq) Park(seq);
  ASSERT_TRUE(WaitUntil([&] { return store_.batches().size() >= 4 && dispatcher_->parked() == 7; }));
  store_.AddTasks(7);
  dispatcher_->Wake();
  for (int64_t seq = 1; seq <= 7; ++seq) EXPECT_EQ(answers_.WaitKind(seq), AnswerKind::kGranted);
}

TEST_F(DispatcherTest, StopAnswersEveryDemandOnce) {
  Start();
  for (int64_t seq = 1; seq <= 5; ++seq) Park(seq);
  ASSERT_TRUE(WaitUntil([&] { return dispatcher_->parked() == 5; }));
  dispatcher_->Stop();
  dispatcher_->Stop();
  Park(6);
  for (int64_t seq = 1; seq <= 6; ++seq) {
    EXPECT_EQ(answers_.Count(seq), 1);
    EXPECT_THAT(answers_.Wait(seq), StatusIs(absl::StatusCode::kUnavailable));
  }
}

TEST_F(DispatcherTest, StopWaitsForTheTransactionUnderWay) {
  Start();
  ParkAndHold(1);
  store_.AddTasks(1);
  std::thread stopper([this] { dispatcher_->Stop(); });
  store_.Release();
  stopper.join();
  EXPECT_EQ(answers_.WaitKind(1), AnswerKind::kGranted) << "what was granted is told";
}

TEST_F(DispatcherTest, AnswersEveryDemandExactlyOnceUnderStress) {
  constexpr int kThreads = 8;
  constexpr int kEach = 300;
  options_.poll_interval = absl::Milliseconds(1);
  options_.max_demands = 16;
  options_.max_tasks = 20;
  std::vector<std::atomic<int>> answered(kThreads * kEach);
  std::atomic<int32_t> granted = 0;
  {
    Dispatcher dispatcher([this](const std::vector<store::LeaseDemand>& demands) { return store_.Run(demands); },
                          Clock::System(), options_);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random(static_cast<unsigned>(thread));
        for (int i = 0; i < kEach; ++i) {
          const int id = thread * kEach + i;
          const auto gone = std::make_shared<std::atomic<bool>>(false);
          dispatcher.Park(
              {{}, id, static_cast<int32_t>(1 + random() % 3)}, absl::Milliseconds(random() % 5),
              [&answered, &granted, id](absl::StatusOr<store::LeaseAnswer> answer) {
                if (answer.ok()) granted += static_cast<int32_t>(answer->tasks.size());
                ++answered[static_cast<std::size_t>(id)];
              },
              gone);
          if (random() % 4 == 0) *gone = true;
          store_.AddTasks(1);
          if (random() % 2 == 0) dispatcher.Wake();
          if (random() % 50 == 0) store_.SetFailing(random() % 2 == 0);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // Stops in the middle of what is left.
  }
  for (const std::atomic<int>& count : answered) ASSERT_EQ(count, 1);
  EXPECT_EQ(granted + store_.free_tasks(), kThreads * kEach) << "every task was given once, or is there still";
}

}  // namespace
}  // namespace fleet::dispatch
