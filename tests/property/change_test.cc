// CI's share of the property test of the change, in parts. At length: fleet_change.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "tests/property/change_run.h"
#include "tests/support/status_matchers.h"

namespace fleet::testing {
namespace {

constexpr int kCases = 125;

// Of each part; CI runs fewer in sanitized builds.
int64_t Cases() {
  const char* wanted = std::getenv("FLEET_TEST_CASES");
  return wanted != nullptr ? std::atoll(wanted) : kCases;
}

class ChangeTest : public ::testing::TestWithParam<int> {};

TEST_P(ChangeTest, PushedTreeIsWhatPlainGitGives) {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : static_cast<uint64_t>(GetParam());
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  ASSERT_GT(Cases(), 0) << "FLEET_TEST_CASES";
  ChangeRun run({.seed = seed, .cases = Cases()});
  FLEET_EXPECT_OK(run.Run());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChangeTest, ::testing::Range(1000, 2000, kCases));

}  // namespace
}  // namespace fleet::testing
