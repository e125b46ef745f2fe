#include "cli/fleetctl/fleetctl.h"

#include <csignal>
#include <sstream>
#include <string>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(FleetctlTest, ErrorsInJsonAreJsonOnStandardError) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    return absl::NotFoundError("there is no such fleet");
  };
  EXPECT_EQ(Run({"status", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

TEST_F(FleetctlTest, WrongUsageGoesToStandardError) {
  EXPECT_EQ(Run({"status"}), 2);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: FLEET is required\n  next: see fleetctl status --help\n");
}

// Refused here or by the service: the user sees no difference.
TEST_F(FleetctlTest, WrongUsageHasOneShapeWhoeverFindsIt) {
  answers_.create_fleet = Refuse(InvalidField("policy.max_tries", "must be from 1 to 10"));
  const std::vector<std::string> submit = {"submit", "--repos-file", "-", "--workflow", "a/b-v1"};
  EXPECT_EQ(Run(With(submit, {"--max-tries", "99"}), "acme/shop\n"), 2);
  EXPECT_EQ(err_, "error: --max-tries: must be from 1 to 10\n  next: see fleetctl submit --help\n");
  EXPECT_EQ(Run(With(submit, {"--max-tries", "0"}), "acme/shop\n"), 2);
  EXPECT_THAT(err_, AllOf(StartsWith("error: --max-tries: "), HasSubstr("\n  next: see fleetctl submit --help\n")));
  for (const char* value : {"99", "0"}) {
    EXPECT_EQ(Run(With(submit, {"--max-tries", value, "-o", "json"}), "acme/shop\n"), 2);
    EXPECT_EQ(out_, "");
    const auto error = nlohmann::json::parse(err_)["error"];
    EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
    EXPECT_EQ(error["reason"], "INVALID_ARGUMENT");
    EXPECT_EQ(error["violations"][0]["field"], "--max-tries");
    EXPECT_EQ(error["next_steps"][0], "see fleetctl submit --help");
  }
}

TEST_F(FleetctlTest, OfWhatIsNotUtf8InAFileLineAndByteAreTold) {
  const std::vector<std::vector<std::string>> commands = {
      {"submit", "--repos-file", "-", "--workflow", "a/b-v1"},
      {"retry", kFleetId, "--repos-file", "-"},
      {"repo", "import", "-"},
      {"workflow", "apply", "-"},
  };
  for (const std::vector<std::string>& command : commands) {
    EXPECT_NE(Run(command, "acme/shop\nacme/\xFF\n"), 0) << command[0];
    EXPECT_THAT(err_, HasSubstr("<stdin>:2: is not UTF-8: byte FF at byte 6 of the line")) << command[0];
  }
}

TEST_F(FleetctlTest, AnInterruptionInJsonIsAnErrorInJson) {
  answers_.get_fleet = [this](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    interruption_.Raise(SIGINT);
    return absl::UnavailableError("too late");
  };
  EXPECT_EQ(Run({"status", kFleetId, "-o", "json"}), 130);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["reason"], "INTERRUPTED");
}

TEST_F(FleetctlTest, PeopleAreToldThatACallIsTriedAgainAndProgramsAreNot) {
  ClosedPort closed;
  const auto complaints = [&](const std::vector<std::string>& more) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    Patience patience{3, absl::Milliseconds(1), absl::Milliseconds(2)};
    patience.quiet_for = absl::ZeroDuration();
    Environment environment{in, out, err, Terminal(), closed.address(), "alice", interruption_, *clock_, patience};
    EXPECT_EQ(RunFleetctl(With({"fleetctl", "status", kFleetId}, more), environment), 1);
    return err.str();
  };
  EXPECT_THAT(complaints({}), AllOf(HasSubstr(closed.address()), HasSubstr("; trying again for ")));
  const std::string json = complaints({"-o", "json"});
  EXPECT_EQ(nlohmann::json::parse(json)["error"]["reason"], "SERVER_UNREACHABLE") << json;
}

TEST_F(FleetctlTest, AFullDiskIsAnError) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Environment environment{in, out, err, Terminal(), "", "alice", interruption_, Clock::System(), Patience()};
  EXPECT_EQ(RunFleetctl({"fleetctl", "version"}, environment), 1);
  EXPECT_THAT(err.str(), HasSubstr("standard output cannot be written"));
}

}  // namespace
}  // namespace fleet::cli
