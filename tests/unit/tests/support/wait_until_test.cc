#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

namespace fleet::testing {
namespace {

TEST(WaitUntilTest, AsksUntilTheConditionHolds) {
  int asked = 0;
  EXPECT_TRUE(WaitUntil([&] { return ++asked == 4; }));
  EXPECT_EQ(asked, 4);
}

TEST(WaitUntilTest, GivesUp) {
  EXPECT_FALSE(WaitUntil([] { return false; }, absl::Milliseconds(5)));
}

}  // namespace
}  // namespace fleet::testing
