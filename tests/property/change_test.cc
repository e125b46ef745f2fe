// CI's share of the property test of the change, in parts. At length: fleet_change.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "tests/property/change_run.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_share.h"

namespace fleet::testing {
namespace {

constexpr int kCases = 125;  // of each part

class ChangeTest : public ::testing::TestWithParam<int> {};

TEST_P(ChangeTest, PushedTreeIsWhatPlainGitGives) {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : static_cast<uint64_t>(GetParam());
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  ChangeRun run({.seed = seed, .cases = TestShare(kCases)});
  FLEET_EXPECT_OK(run.Run());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChangeTest, ::testing::Range(1000, 2000, kCases));

}  // namespace
}  // namespace fleet::testing
