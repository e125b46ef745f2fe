#include "cli/fleetctl/commands/debug_logs_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using DebugLogsCommandTest = FleetctlTest;

TEST_F(DebugLogsCommandTest, LinesAreSanitised) {
  const std::string line = absl::StrCat(
      R"({"time":"2026-11-27T10:00:11Z","level":"warning","source":"fleet-runner","message":"odd","fleet":")", kFleetId,
      R"(","text":"a\u001b[31mb\nc","count":2})", "\n");
  // A whole id asks nobody.
  const ClosedPort nobody;
  EXPECT_EQ(RunAt(nobody.address(), {"debug", "logs", kFleetId, "-"}, line), 0);
  EXPECT_EQ(out_, "2026-11-27T10:00:11Z warning  fleet-runner  odd  text=ab c count=2\n");
  EXPECT_EQ(err_, "");
}

TEST_F(DebugLogsCommandTest, NothingIsSaidToBeNothing) {
  EXPECT_EQ(Run({"debug", "logs", kFleetId, "-"}, "{\"time\":\"now\"}\n"), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, absl::StrCat("These logs say nothing of fleet ", kFleetId, ".\n"));
}

TEST_F(DebugLogsCommandTest, APathIsNeeded) {
  EXPECT_EQ(Run({"debug", "logs", kFleetId}), 2);
  EXPECT_EQ(Run({"debug", "logs", kFleetId, "/nowhere/at/all"}), 1);
  EXPECT_NE(err_.find("/nowhere/at/all"), std::string::npos) << err_;
}

}  // namespace
}  // namespace fleet::cli
