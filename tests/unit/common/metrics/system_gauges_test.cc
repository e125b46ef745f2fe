#include "common/metrics/system_gauges.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <string>

#include "absl/strings/str_format.h"
#include "common/metrics/metric_catalog.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SystemGaugesTest : public ::testing::Test {
 protected:
  std::string Text() const { return MetricsText(registry_); }

  prometheus::Registry registry_;
  SystemGauges gauges_{registry_};
  SystemReading reading_;
};

TEST_F(SystemGaugesTest, AreThereBeforeTheFirstReading) {
  EXPECT_THAT(
      Text(),
      AllOf(HasSubstr("fleet_gauges_last_read_timestamp_seconds 0\n"), HasSubstr("fleet_tasks{state=\"queued\"} 0\n"),
            HasSubstr("fleet_fleets_waiting{reason=\"system_cap\"} 0\n"), HasSubstr("fleet_jobs{job=\"expand\"} 0\n")));
}

TEST_F(SystemGaugesTest, SayWhatWasRead) {
  reading_.read_at = 1000;
  reading_.open_fleets = 7;
  reading_.tasks_active = 6;
  reading_.fleets = {{"running", 5}};
  reading_.waiting = {{"user_cap", 4}};
  reading_.tasks = {{"queued", 3}};
  reading_.outcomes = {{"no_changes", 8}};
  reading_.categories = {{"auth", 9}};
  reading_.limits = {{"system_active", 2000}};
  reading_.users_at_limit = {{"user_active", 2}};
  reading_.jobs = {{"sweep", 11}};
  reading_.oldest_jobs = {{"sweep", 900}};
  gauges_.Set(reading_);
  const std::string text = Text();
  for (const char* line :
       {"fleet_gauges_last_read_timestamp_seconds 1000", "fleet_open_fleets 7", "fleet_tasks_active 6",
        "fleet_fleets{state=\"running\"} 5", "fleet_fleets_waiting{reason=\"user_cap\"} 4",
        "fleet_tasks{state=\"queued\"} 3", "fleet_completed_tasks{outcome=\"no_changes\"} 8",
        "fleet_failed_tasks{category=\"auth\"} 9", "fleet_limit{name=\"system_active\"} 2000",
        "fleet_users_at_limit{name=\"user_active\"} 2", "fleet_jobs{job=\"sweep\"} 11",
        "fleet_jobs_oldest_due_timestamp_seconds{job=\"sweep\"} 900"}) {
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  }
}

TEST_F(SystemGaugesTest, WhatIsNotReadAgainIsZero) {
  reading_.tasks = {{"queued", 3}};
  gauges_.Set(reading_);
  gauges_.Set(SystemReading());
  EXPECT_THAT(Text(), HasSubstr("fleet_tasks{state=\"queued\"} 0\n"));
}

TEST_F(SystemGaugesTest, APoolHasItsSeriesAsLongAsThereIsThePool) {
  reading_.pools["gpu"] = {.queued = 5,
                           .active = 3,
                           .runners = 2,
                           .slots = 4,
                           .limit = 100,
                           .oldest_task = 800,
                           .oldest_startable_task = 900};
  gauges_.Set(reading_);
  const std::string text = Text();
  for (const char* line :
       {"fleet_pool_tasks{pool=\"gpu\",state=\"queued\"} 5", "fleet_pool_tasks{pool=\"gpu\",state=\"active\"} 3",
        "fleet_runners{pool=\"gpu\"} 2", "fleet_runner_slots{pool=\"gpu\",state=\"used\"} 3",
        "fleet_runner_slots{pool=\"gpu\",state=\"free\"} 1", "fleet_pool_limit{pool=\"gpu\"} 100",
        "fleet_queue_oldest_task_timestamp_seconds{pool=\"gpu\"} 800",
        "fleet_queue_oldest_startable_task_timestamp_seconds{pool=\"gpu\"} 900"}) {
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  }
  gauges_.Set(SystemReading());
  EXPECT_THAT(Text(), Not(HasSubstr("pool=")));
}

TEST_F(SystemGaugesTest, ChildrenOfLostRunnersTakeNoSlotsThatAreNotThere) {
  reading_.pools["gpu"] = {.active = 3, .slots = 2};
  gauges_.Set(reading_);
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_runner_slots{pool=\"gpu\",state=\"used\"} 2\n"),
                            HasSubstr("fleet_runner_slots{pool=\"gpu\",state=\"free\"} 0\n")));
}

TEST_F(SystemGaugesTest, OfManyPoolsTheRestIsToldTogether) {
  for (std::size_t i = 0; i < kMostPools + 3; ++i) {
    reading_.pools[absl::StrFormat("pool-%03d", i)] = {.queued = 1, .oldest_task = 500.0 - static_cast<double>(i)};
  }
  gauges_.Set(reading_);
  EXPECT_THAT(Text(),
              AllOf(HasSubstr("fleet_pool_tasks{pool=\"pool-019\",state=\"queued\"} 1\n"), Not(HasSubstr("pool-020")),
                    HasSubstr("fleet_pool_tasks{pool=\"other\",state=\"queued\"} 3\n"),
                    HasSubstr("fleet_queue_oldest_task_timestamp_seconds{pool=\"other\"} 478\n")));
}

}  // namespace
}  // namespace fleet::metrics
