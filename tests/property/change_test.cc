// CI's share of the property test of the change, in parts that run beside each other. At length: fleet_change.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/property/change_case.h"
#include "tests/property/change_property.h"

namespace fleet::testing {
namespace {

constexpr uint64_t kCases = 250;

class ChangeTest : public ::testing::TestWithParam<int> {
 protected:
  ChangeTest() {
    directory_ = (std::filesystem::temp_directory_path() / "fleet-change-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~ChangeTest() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
};

TEST_P(ChangeTest, PushedTreeIsWhatPlainGitGives) {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  const uint64_t first = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : static_cast<uint64_t>(GetParam());
  std::cout << "FLEET_TEST_SEED=" << first << std::endl;
  ChangeProperty property(directory_);
  for (uint64_t seed = first; seed < first + kCases; ++seed) {
    const ChangeCase change = MakeChangeCase(seed);
    const absl::Status status = property.Check(change);
    if (status.ok()) continue;
    FAIL() << status.message() << "\nmade smaller: " << property.Check(property.Shrink(change)).message();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChangeTest, ::testing::Range(1000, 3000, static_cast<int>(kCases)));

}  // namespace
}  // namespace fleet::testing
