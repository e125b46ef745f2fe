#include "common/lifecycle/process_identity.h"

#include <unistd.h>

#include <array>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet {
namespace {

TEST(ProcessIdentityTest, TheVersionIsTheBuilds) {
  EXPECT_THAT(ProgramVersion(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
}

TEST(ProcessIdentityTest, TheMachineIsThisOne) {
  std::array<char, 256> name{};
  ASSERT_EQ(gethostname(name.data(), name.size() - 1), 0);
  EXPECT_EQ(MachineName(), std::string(name.data()));
}

}  // namespace
}  // namespace fleet
