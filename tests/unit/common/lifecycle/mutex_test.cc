#include "common/lifecycle/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fleet {
namespace {

TEST(MutexTest, GuardsACounter) {
  Mutex mutex;
  int counter = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10'000; ++j) {
        MutexLock lock(mutex);
        ++counter;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, 40'000);
}

TEST(CondVarTest, WakesTheWaiter) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread signaller([&] {
    MutexLock lock(mutex);
    ready = true;
    changed.Signal();
  });
  {
    MutexLock lock(mutex);
    while (!ready) changed.Wait(mutex);
  }
  signaller.join();
  EXPECT_TRUE(ready);
}

TEST(CondVarTest, WaitForGivesUp) {
  Mutex mutex;
  CondVar changed;
  MutexLock lock(mutex);
  // Spurious wake-ups are allowed; a wait that never times out is not.
  while (changed.WaitFor(mutex, absl::Milliseconds(1))) {
  }
}

}  // namespace
}  // namespace fleet
