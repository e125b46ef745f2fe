// CI's share of crash schedules: a few dozen, new ones in every run. FLEET_TEST_SEED replays a share from its seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "absl/strings/numbers.h"
#include "tests/crash/crash_run.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_share.h"

namespace fleet::crash {
namespace {

constexpr int kSchedules = 6;  // a case
constexpr int kMostVoid = 2;   // more than a fifth of all: void ones are made up for

uint64_t Seed() {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  uint64_t seed = 0;
  return wanted != nullptr && absl::SimpleAtoi(wanted, &seed) ? seed : std::random_device()();
}

// Cases, so that ctest runs them beside each other.
class CrashTest : public ::testing::TestWithParam<int> {};

TEST_P(CrashTest, NothingBreaks) {
  uint64_t seed = Seed() + static_cast<uint64_t>(GetParam()) * 1000;
  std::cout << "FLEET_TEST_SEED=" << seed << " (--seed of fleet_crash)" << std::endl;
  RecordProperty("seed", std::to_string(seed));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto run, CrashRun::Start());
  int clean = 0;
  for (int tries = 0; clean < testing::TestShare(kSchedules); ++seed, ++tries) {
    ASSERT_LE(tries - clean, kMostVoid) << "too many schedules were void";
    const CrashSchedule schedule = MakeCrashSchedule(seed);
    const CrashReport report = run->Run(schedule);
    std::cout << report.Summary() << std::endl;
    for (const std::string& violation : report.violations) ADD_FAILURE() << violation;
    ASSERT_NE(report.verdict, CrashReport::Verdict::kViolated) << Describe(schedule) << "\nlogs: " << report.directory
                                                               << "\nreplay: fleet_crash --schedules 1 --seed " << seed;
    if (report.verdict == CrashReport::Verdict::kClean) ++clean;
  }
}

INSTANTIATE_TEST_SUITE_P(Share, CrashTest, ::testing::Range(0, 6));

}  // namespace
}  // namespace fleet::crash
