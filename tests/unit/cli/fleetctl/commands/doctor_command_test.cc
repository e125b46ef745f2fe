#include "cli/fleetctl/commands/doctor_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/example_messages.h"
#include "tests/unit/cli/fleetctl/fake_clock.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DoctorCommandTest : public FleetctlTest {
 protected:
  DoctorCommandTest() { clock_ = &fake_clock_; }
  void AnswerSystem(const v1::GetSystemStatusResponse& system) {
    answers_.get_system_status = [system](const auto&, v1::GetSystemStatusResponse& response) {
      response = system;
      return absl::OkStatus();
    };
  }
  FakeClock fake_clock_;
};

TEST_F(DoctorCommandTest, WhereAllIsWellItSaysSoAndEndsWithZero) {
  AnswerSystem(HealthySystem());
  EXPECT_EQ(Run({"doctor"}), 0);
  EXPECT_THAT(out_, HasSubstr("Database      PostgreSQL 15.14, schema 12, answered in 0.4ms\n"));
  EXPECT_THAT(out_, HasSubstr("Services      2 at work: 0.1.0 on fleet-1, 0.1.0 on fleet-2\n"));
  EXPECT_THAT(out_, HasSubstr("default\t2\t0\t0\t8\t3\t3\n"));
  EXPECT_THAT(out_, HasSubstr("\nNothing is wrong.\n"));
  EXPECT_EQ(err_, "");
}

TEST_F(DoctorCommandTest, WhatIsWrongIsToldWithWhatToDoAndEndsWithOne) {
  v1::GetSystemStatusResponse system = HealthySystem();
  system.clear_workers();
  system.mutable_services(0)->set_host("ev\x1b[2Jil");
  system.mutable_database()->mutable_round_trip()->set_seconds(1);
  AnswerSystem(system);
  EXPECT_EQ(Run({"doctor"}), 1);
  EXPECT_THAT(out_, HasSubstr("\nWRONG  no fleet-worker is at work\n  Start one: "));
  EXPECT_THAT(out_, HasSubstr("\nNOTICE  the database took 1000ms"));
  EXPECT_THAT(out_, HasSubstr("\n1 thing is wrong, 1 to notice.\n"));
  EXPECT_THAT(out_, HasSubstr("0.1.0 on evil"));
}

TEST_F(DoctorCommandTest, ANoticeAloneIsNotWrong) {
  v1::GetSystemStatusResponse system = HealthySystem();
  system.mutable_database()->mutable_round_trip()->set_seconds(1);
  AnswerSystem(system);
  EXPECT_EQ(Run({"doctor"}), 0);
  EXPECT_THAT(out_, HasSubstr("\nNothing is wrong, 1 to notice.\n"));
}

TEST_F(DoctorCommandTest, EveryAddressIsAskedAndOneThatIsSilentIsFound) {
  AnswerSystem(HealthySystem());
  const ClosedPort closed;
  FakeServer server(answers_);
  EXPECT_EQ(RunAt("", {"doctor", "--server", server.address() + "," + closed.address(), "-o", "json"}), 1);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["ok"], false);
  ASSERT_EQ(json["servers"].size(), 2U);
  EXPECT_EQ(json["servers"][0]["reachable"], true);
  EXPECT_EQ(json["servers"][0]["system"]["database"]["schema_version"], 12);
  EXPECT_EQ(json["servers"][1]["reachable"], false);
  ASSERT_EQ(json["findings"].size(), 1U);
  EXPECT_EQ(json["findings"][0]["kind"], "wrong");
  EXPECT_THAT(json["findings"][0]["what"].get<std::string>(), HasSubstr(closed.address()));
}

TEST_F(DoctorCommandTest, WithoutADatabaseNothingIsMadeUp) {
  v1::GetSystemStatusResponse system;
  system.set_version("0.1.0");
  system.mutable_service_time()->set_seconds(1'750'000'000);
  system.mutable_database()->set_message("the database does not answer this service (UNAVAILABLE)");
  AnswerSystem(system);
  EXPECT_EQ(Run({"doctor"}), 1);
  EXPECT_THAT(out_, HasSubstr("Database      not reachable\n"));
  EXPECT_THAT(out_, Not(HasSubstr("Workers")));
  EXPECT_THAT(out_, HasSubstr("the database does not answer this service"));
}

}  // namespace
}  // namespace fleet::cli
