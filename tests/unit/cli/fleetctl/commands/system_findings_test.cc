#include "cli/fleetctl/commands/system_findings.h"

#include <functional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/example_messages.h"

namespace fleet::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ServerAnswer Healthy() {
  ServerAnswer answer;
  answer.address = "a:1";
  answer.system = HealthySystem();
  return answer;
}

auto Found(Finding::Kind kind, const std::string& what) {
  return AllOf(Field(&Finding::kind, kind), Field(&Finding::what, HasSubstr(what)),
               Field(&Finding::remedy, Not(IsEmpty())));
}

struct FindingCase {
  const char* name;
  std::function<void(ServerAnswer&)> change;
  Finding::Kind kind;
  const char* what;
};

class FindingTest : public ::testing::TestWithParam<FindingCase> {};

// Of an answer that is well but for one thing, that one thing is found.
TEST_P(FindingTest, IsTheOnlyOne) {
  ServerAnswer answer = Healthy();
  GetParam().change(answer);
  const auto findings = Examine({answer}, "0.1.0");
  EXPECT_THAT(findings, ElementsAre(Found(GetParam().kind, GetParam().what)));
  EXPECT_EQ(AnythingWrong(findings), GetParam().kind == Finding::Kind::kWrong);
}

constexpr auto kWrong = Finding::Kind::kWrong;
constexpr auto kNotice = Finding::Kind::kNotice;

INSTANTIATE_TEST_SUITE_P(
    Table, FindingTest,
    ::testing::Values(
        FindingCase{"Unreachable", [](auto& a) { a.status = absl::UnavailableError("cannot reach a:1"); }, kWrong,
                    "cannot reach a:1"},
        FindingCase{"NotForYou", [](auto& a) { a.status = absl::UnauthenticatedError("who are you"); }, kWrong,
                    "who are you"},
        FindingCase{"OldService", [](auto& a) { a.status = absl::UnimplementedError(""); }, kWrong,
                    "cannot tell how the system stands"},
        FindingCase{"OtherVersion", [](auto& a) { a.system.set_version("0.2.0"); }, kNotice,
                    "this fleetctl is 0.1.0, a:1 is 0.2.0"},
        FindingCase{"ClockHere", [](auto& a) { a.clock_difference = absl::Seconds(-7); }, kNotice,
                    "the clock of a:1 is 7s behind this machine's"},
        FindingCase{"ClockThere",
                    [](auto& a) { a.system.mutable_database()->mutable_clock_difference()->set_seconds(60); }, kNotice,
                    "the clock of a:1 is 1m 0s ahead of the database's"},
        FindingCase{"SlowDatabase",
                    [](auto& a) { a.system.mutable_database()->mutable_round_trip()->set_nanos(250'000'000); }, kNotice,
                    "took 250ms"},
        FindingCase{"NoDatabase",
                    [](auto& a) {
                      a.system.mutable_database()->set_reachable(false);
                      a.system.mutable_database()->set_message("the database does not answer");
                    },
                    kWrong, "the database does not answer"},
        FindingCase{"OldSchema", [](auto& a) { a.system.mutable_database()->set_schema_version(11); }, kWrong,
                    "schema 11, a:1 needs 12"},
        FindingCase{"NewSchema", [](auto& a) { a.system.mutable_database()->set_schema_version(13); }, kNotice,
                    "schema 13, a:1 knows 12"},
        FindingCase{"NoWorkerEver", [](auto& a) { a.system.clear_workers(); }, kWrong, "no fleet-worker is at work"},
        FindingCase{"NoWorkerNow", [](auto& a) { a.system.mutable_workers(0)->mutable_seen_age()->set_seconds(600); },
                    kWrong, "the last was heard 10m 0s ago on fleet-1"},
        FindingCase{"OtherWorker", [](auto& a) { a.system.mutable_workers(0)->set_version("0.0.9"); }, kNotice,
                    "0.0.9: 1 fleet-worker; 0.1.0: 2 fleet-runner, 2 fleet-service"},
        FindingCase{"NoRunnerAtAll",
                    [](auto& a) {
                      a.system.clear_pools();
                      a.system.clear_runner_versions();
                    },
                    kWrong, "there is no runner"},
        FindingCase{"PoolWithoutRunner",
                    [](auto& a) {
                      v1::PoolStatus& gpu = *a.system.add_pools();
                      gpu.set_pool("gpu");
                      gpu.set_queued_tasks(12);
                    },
                    kWrong, "pool gpu has 12 queued children, 0 under way, and no runner"},
        FindingCase{"SilentRunner", [](auto& a) { a.system.mutable_pools(0)->set_silent_runners(1); }, kWrong,
                    "1 runner of pool default not heard for more than 30s"},
        FindingCase{"LostRunner", [](auto& a) { a.system.mutable_pools(0)->set_lost_runners(2); }, kNotice,
                    "2 lost runners of pool default"},
        FindingCase{"JobBehind", [](auto& a) { a.system.mutable_jobs(0)->mutable_oldest_age()->set_seconds(61); },
                    kWrong, "job expand is behind: 1 due, the oldest for 1m 1s"},
        FindingCase{"JobFailing", [](auto& a) { a.system.mutable_jobs(0)->set_failing_count(3); }, kNotice,
                    "the last step of 3 failed"}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(SystemFindingsTest, NothingIsFoundWhereAllIsWell) {
  EXPECT_THAT(Examine({Healthy()}, "0.1.0"), IsEmpty());
  EXPECT_FALSE(AnythingWrong({}));
}

TEST(SystemFindingsTest, WhatIsInTheDatabaseIsToldOnceAndWhatIsWrongFirst) {
  ServerAnswer one = Healthy();
  one.system.clear_workers();
  one.system.set_version("0.2.0");
  ServerAnswer two = one;
  two.address = "b:1";
  EXPECT_THAT(
      Examine({one, two}, "0.1.0"),
      ElementsAre(Found(kWrong, "no fleet-worker"), Found(kNotice, "a:1 is 0.2.0"), Found(kNotice, "b:1 is 0.2.0")));
}

TEST(SystemFindingsTest, AnAnswerWithADatabaseIsBetterThanOneWithout) {
  ServerAnswer blind = Healthy();
  blind.system.mutable_database()->set_reachable(false);
  ServerAnswer dead = Healthy();
  dead.status = absl::UnavailableError("");
  const std::vector<ServerAnswer> answers = {dead, blind, Healthy()};
  EXPECT_EQ(BestAnswer(answers), &answers[2].system);
  EXPECT_EQ(BestAnswer({dead}), nullptr);
}

}  // namespace
}  // namespace fleet::cli
