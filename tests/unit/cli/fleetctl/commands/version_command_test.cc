#include "cli/fleetctl/commands/version_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::StartsWith;

using VersionCommandTest = FleetctlTest;

TEST_F(VersionCommandTest, VersionAsksNoServer) {
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), {"version"}), 0);
  EXPECT_THAT(out_, StartsWith("fleetctl "));
}

}  // namespace
}  // namespace fleet::cli
