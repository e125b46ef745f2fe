#include "common/lifecycle/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "tests/support/wait_until.h"

namespace fleet {
namespace {

using ::fleet::testing::WaitUntil;

// Holds the threads that enter until told to let them go.
class Gate {
 public:
  void Enter() {
    MutexLock lock(mutex_);
    ++entered_;
    while (!open_) opened_.Wait(mutex_);
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    opened_.SignalAll();
  }
  int entered() {
    MutexLock lock(mutex_);
    return entered_;
  }

 private:
  Mutex mutex_;
  CondVar opened_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  int entered_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(ThreadPoolTest, RunsEverythingItAcceptedBeforeItEnds) {
  std::atomic<int> runs = 0;
  {
    ThreadPool pool(2, 1000);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.Submit([&] { ++runs; }));
  }
  EXPECT_EQ(runs, 1000);
}

TEST(ThreadPoolTest, RunsOnAllItsThreads) {
  Gate gate;
  ThreadPool pool(3, 10);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.Submit([&] { gate.Enter(); }));
  EXPECT_TRUE(WaitUntil([&] { return gate.entered() == 3; }));
  gate.Open();
}

TEST(ThreadPoolTest, RefusesWorkBeyondItsQueue) {
  Gate gate;
  std::atomic<int> runs = 0;
  {
    ThreadPool pool(1, 2);
    ASSERT_TRUE(pool.Submit([&] { gate.Enter(); }));
    ASSERT_TRUE(WaitUntil([&] { return gate.entered() == 1; }));

    EXPECT_TRUE(pool.Submit([&] { ++runs; }));
    EXPECT_TRUE(pool.Submit([&] { ++runs; }));
    EXPECT_FALSE(pool.Submit([&] { ++runs; }));
    EXPECT_EQ(pool.queued(), 2U);  // the one that runs does not wait
    gate.Open();
  }
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace fleet
