#include "common/tracing/sampler.h"

#include <gtest/gtest.h>

#include <limits>

namespace fleet::tracing {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

TEST(SamplerTest, TakesNoneOrAllAtTheEnds) {
  for (const uint64_t low : {uint64_t{0}, uint64_t{1}, kMost / 2, kMost}) {
    EXPECT_FALSE(Sampler(0).Takes({1, low})) << low;
    EXPECT_TRUE(Sampler(1).Takes({1, low})) << low;
  }
}

TEST(SamplerTest, TakesTheShareThatWasAskedFor) {
  const Sampler sampler(0.25);
  int taken = 0;
  for (uint64_t i = 0; i < 1000; ++i) taken += sampler.Takes({7, kMost / 1000 * i}) ? 1 : 0;
  EXPECT_NEAR(taken, 250, 1);
}

TEST(SamplerTest, AGreaterRatioTakesWhatASmallerOneDoes) {
  const Sampler few(0.1);
  const Sampler many(0.3);
  for (uint64_t i = 0; i < 1000; ++i) {
    const TraceId id{i, kMost / 1000 * i};
    EXPECT_TRUE(!few.Takes(id) || many.Takes(id)) << i;
  }
}

}  // namespace
}  // namespace fleet::tracing
