#include "common/rpc/backoff.h"

#include <set>

#include "gtest/gtest.h"

namespace fleet::rpc {
namespace {

TEST(BackoffTest, PausesDoubleUpToTheLongest) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(300));
  for (const int nominal : {100, 200, 300, 300}) {
    const absl::Duration pause = backoff.Next();
    EXPECT_GE(pause, absl::Milliseconds(nominal) / 2);
    EXPECT_LE(pause, absl::Milliseconds(nominal));
  }
}

TEST(BackoffTest, BeginsAgainAfterAReset) {
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(10));
  for (int i = 0; i < 5; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

TEST(BackoffTest, TwoCallersDoNotPauseInStep) {
  std::set<absl::Duration> pauses;
  for (int i = 0; i < 5; ++i) pauses.insert(Backoff(absl::Seconds(1), absl::Seconds(1)).Next());
  EXPECT_GT(pauses.size(), 1U);
}

}  // namespace
}  // namespace fleet::rpc
