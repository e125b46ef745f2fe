#include "cli/fleetctl/fleetctl.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

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
  EXPECT_THAT(err_, StartsWith("error: "));
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
