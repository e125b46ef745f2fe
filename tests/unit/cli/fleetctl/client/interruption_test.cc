#include "cli/fleetctl/client/interruption.h"

#include <csignal>
#include <thread>

#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

TEST(InterruptionTest, WakesSleepersAndCallsBack) {
  Interruption interruption;
  bool called = false;
  const Interruption::Subscription subscription(interruption, [&called](int signal) { called = signal == SIGINT; });
  std::thread sleeper([&interruption] { EXPECT_FALSE(interruption.SleepFor(absl::Minutes(5))); });
  interruption.Raise(SIGINT);
  interruption.Raise(SIGTERM);
  sleeper.join();
  EXPECT_TRUE(called);
  EXPECT_EQ(interruption.signal(), SIGINT);
}

TEST(InterruptionTest, AnEndedSubscriptionIsNotCalled) {
  Interruption interruption;
  bool called = false;
  {
    const Interruption::Subscription subscription(interruption, [&called](int signal) { called = signal == SIGINT; });
  }
  interruption.Raise(SIGINT);
  EXPECT_FALSE(called);
  const Interruption::Subscription late(interruption, [&called](int signal) { called = signal == SIGINT; });
  EXPECT_TRUE(called);
}

}  // namespace
}  // namespace fleet::cli
