#include "common/lifecycle/periodic_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "tests/support/wait_until.h"

namespace fleet {
namespace {

using ::fleet::testing::WaitUntil;

// Long enough that no step of these tests can come from it.
constexpr absl::Duration kNever = absl::Hours(1);

TEST(PeriodicLoopTest, RunsAtOnce) {
  std::atomic<int> runs = 0;
  PeriodicLoop loop(kNever, [&] {
    ++runs;
    return PeriodicLoop::Next::kWait;
  });
  EXPECT_TRUE(WaitUntil([&] { return runs == 1; }));
}

TEST(PeriodicLoopTest, RunsAgainAfterTheInterval) {
  std::atomic<int> runs = 0;
  PeriodicLoop loop(absl::Milliseconds(1), [&] {
    ++runs;
    return PeriodicLoop::Next::kWait;
  });
  EXPECT_TRUE(WaitUntil([&] { return runs >= 3; }));
}

TEST(PeriodicLoopTest, RunsAgainAtOnceWhileThereIsMore) {
  std::atomic<int> runs = 0;
  PeriodicLoop loop(kNever, [&] { return ++runs < 5 ? PeriodicLoop::Next::kAgain : PeriodicLoop::Next::kWait; });
  EXPECT_TRUE(WaitUntil([&] { return runs == 5; }));
}

TEST(PeriodicLoopTest, RunsWhenWoken) {
  std::atomic<int> runs = 0;
  PeriodicLoop loop(kNever, [&] {
    ++runs;
    return PeriodicLoop::Next::kWait;
  });
  ASSERT_TRUE(WaitUntil([&] { return runs == 1; }));
  loop.Wake();
  EXPECT_TRUE(WaitUntil([&] { return runs == 2; }));
}

TEST(PeriodicLoopTest, KeepsAWakeThatComesDuringAStep) {
  std::atomic<int> runs = 0;
  std::atomic<PeriodicLoop*> self = nullptr;
  PeriodicLoop loop(kNever, [&] {
    if (++runs == 1) {
      while (self == nullptr) std::this_thread::yield();
      self.load()->Wake();
    }
    return PeriodicLoop::Next::kWait;
  });
  self = &loop;
  EXPECT_TRUE(WaitUntil([&] { return runs == 2; }));
}

TEST(PeriodicLoopTest, StopWaitsForTheStepUnderWay) {
  std::atomic<bool> entered = false;
  std::atomic<bool> release = false;
  std::atomic<bool> left = false;
  PeriodicLoop loop(kNever, [&] {
    entered = true;
    while (!release) std::this_thread::yield();
    left = true;
    return PeriodicLoop::Next::kAgain;
  });
  ASSERT_TRUE(WaitUntil([&] { return entered.load(); }));
  std::thread releaser([&] { release = true; });
  loop.Stop();
  EXPECT_TRUE(left);
  releaser.join();
  loop.Stop();
}

}  // namespace
}  // namespace fleet
