#include "common/store/fleet_columns.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/store/fleet_ledger.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

class FleetColumnsTest : public ::testing::Test {
 protected:
  template <typename Change>
  void Edit(const Change& change) {
    FLEET_ASSERT_OK(database::InTransaction(stores_.pool, [&](database::Transaction& transaction) -> absl::Status {
      auto ledger = FleetLedger::Lock(transaction, {fleet_});
      if (!ledger.ok()) return ledger.status();
      change(*ledger->Find(fleet_));
      return ledger->Write(transaction);
    }));
  }
  std::string Column(const std::string& expression) {
    return stores_.Sql(absl::StrCat("select ", expression, " from fleets f"));
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 40};
  const domain::Ulid fleet_ = stores_.CreateFleet({.targets = 40});
};

// The columns are written down here once more, as a second opinion.
TEST_F(FleetColumnsTest, EveryColumnOfTheTableIsInTheList) {
  std::set<std::string> listed = {"request_id", "request_fingerprint", "has_parameters"};  // only admission knows these
  for (const FleetColumn& column : FleetColumns()) {
    EXPECT_TRUE(listed.insert(column.name).second) << column.name << " is listed twice";
  }
  const std::string names = stores_.Sql(
      "select string_agg(column_name, ',' order by column_name) from information_schema.columns "
      "where table_name = 'fleets'");
  std::string ours;
  for (const std::string& name : listed) absl::StrAppend(&ours, ours.empty() ? "" : ",", name);
  EXPECT_EQ(ours, names);
}

TEST_F(FleetColumnsTest, WhatIsWrittenStandsInItsOwnColumn) {
  const absl::Time deadline = absl::FromUnixMicros(2'000'000'000'123'456);
  const absl::Time retry = absl::FromUnixMicros(1'900'000'000'000'001);
  Edit([&](domain::Fleet& fleet) {
    domain::Rollup& rollup = fleet.rollup;
    rollup.states = {0, 12, 1, 2, 3, 4, 5, 0, 2, 0, 1};
    rollup.expanded = 30;
    rollup.outcomes = {0, 0, 0, 0, 0, 0};
    rollup.categories = {0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0};
    rollup.delayed = 9;
    rollup.suspects = 8;
    rollup.known_cost = 6;
    rollup.cost_micros = 7'000'000'000;
    rollup.duration_ms = 8'000'000'000;
    fleet.next_ordinal = 17;
    fleet.next_retry_at = retry;
    fleet.policy.priority = -3;
    fleet.policy.max_concurrency = 21;
    fleet.policy.deadline = deadline;
    fleet.cancel_mode = domain::CancelMode::kDrain;
    fleet.cancelled_by = "carol, {\"quoted\"}";
    fleet.pause_reasons = 1;
    fleet.paused_by = "bob";
    fleet.expired = true;
    fleet.generation = 4;
    fleet.redriving = true;
  });
  EXPECT_EQ(Column("concat_ws(' ', queued, submitted, hydrating, running, awaiting_approval, finalizing, completed, "
                   "failed, cancelled, timed_out)"),
            "12 1 2 3 4 5 0 2 0 1");
  EXPECT_EQ(Column("concat_ws(' ', failures_auth, failures_network, failures_config, failures_timeout, "
                   "failures_blocked, failures_agent)"),
            "1 0 1 1 0 0");
  EXPECT_EQ(Column("concat_ws(' ', expanded, total, delayed, suspects, known_cost, cost_micros, duration_ms, "
                   "next_ordinal, revision, state)"),
            "30 40 9 8 6 7000000000 8000000000 17 2 5");
  EXPECT_EQ(Column("concat_ws(' ', priority, max_concurrency, cancel_mode, cancelled_by, pause_reasons, paused, "
                   "paused_by, expired, generation, retrying)"),
            "-3 21 2 carol, {\"quoted\"} 1 t bob t 4 t");
  EXPECT_EQ(Column("deadline = timestamptz 'epoch' + 2000000000123456 * interval '1 microsecond'"), "t");
  EXPECT_EQ(Column("next_retry_at = timestamptz 'epoch' + 1900000000000001 * interval '1 microsecond'"), "t");
  EXPECT_EQ(Column("started_at is not null and ended_at is null"), "t");

  const domain::Fleet read = stores_.GetFleet(fleet_);
  EXPECT_EQ(read.rollup.State(domain::TaskState::kFinalizing), 5);
  EXPECT_EQ(read.rollup.cost_micros, 7'000'000'000);
  EXPECT_EQ(read.rollup.known_cost, 6);
  EXPECT_EQ(read.policy.deadline, deadline);
  EXPECT_EQ(read.next_retry_at, retry);
  EXPECT_EQ(read.cancelled_by, "carol, {\"quoted\"}");
  EXPECT_EQ(read.paused_by, "bob");
  EXPECT_EQ(read.creator, "alice");
}

TEST_F(FleetColumnsTest, WhatEachOutcomeCountsStandsInItsOwnColumn) {
  Edit([](domain::Fleet& fleet) {
    fleet.policy.priority = 1;
    fleet.rollup.expanded = 21;
    fleet.rollup.states = {0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0};
    fleet.rollup.outcomes = {1, 2, 3, 4, 5, 6};
  });
  EXPECT_EQ(Column("concat_ws(' ', outcome_unspecified, outcome_pull_request_opened, outcome_pull_request_updated, "
                   "outcome_branch_pushed, outcome_no_changes, outcome_report_only)"),
            "1 2 3 4 5 6");
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.outcomes, (std::array<int32_t, domain::kOutcomeCount>{1, 2, 3, 4, 5, 6}));
}

// An edit that nobody announces is written all the same.
TEST_F(FleetColumnsTest, AnyControlThatDiffersIsWrittenAndNothingElseIsARevision) {
  Edit([](domain::Fleet&) {});
  EXPECT_EQ(Column("revision"), "1");
  Edit([](domain::Fleet& fleet) { fleet.next_ordinal = 7; });
  EXPECT_EQ(Column("revision"), "1") << "a cursor that looked in vain is none";
  Edit([](domain::Fleet& fleet) { fleet.policy.priority = 9; });
  EXPECT_EQ(Column("concat_ws(' ', revision, priority)"), "2 9");
  Edit([](domain::Fleet& fleet) { fleet.failure_message = "why"; });
  EXPECT_EQ(Column("concat_ws(' ', revision, expansion_failed, failure_message)"), "3 t why");
  EXPECT_TRUE(stores_.GetFleet(fleet_).expansion_failed);
}

// Domain and SQL say alike which fleets may start children.
TEST_F(FleetColumnsTest, MayStartMeansTheSameInSqlAndInTheDomain) {
  for (int bits = 0; bits < 64; ++bits) {
    const auto bit = [bits](int n) { return (bits >> n & 1) != 0; };
    const absl::Time deadline = absl::Now() + (bit(5) ? absl::Hours(1) : -absl::Hours(1));
    stores_.Sql(absl::StrCat("update fleets set cancel_mode = ", bit(0) ? 2 : 0, ", pause_reasons = ", bit(1) ? 1 : 0,
                             ", paused = ", bit(1) ? "true" : "false", ", expired = ", bit(2) ? "true" : "false",
                             ", failure_message = '", bit(3) ? "broken" : "", "', deadline = ",
                             bit(4) ? absl::StrCat("to_timestamp(", absl::ToUnixSeconds(deadline), ")") : "null"));
    const domain::Fleet fleet = stores_.GetFleet(fleet_);
    EXPECT_EQ(Column(FLEET_MAY_START), domain::MayStart(fleet) ? "t" : "f") << bits;
    EXPECT_EQ(Column(FLEET_IS_LATE), domain::IsLate(fleet, absl::Now()) ? "t" : "f") << bits;
  }
}

}  // namespace
}  // namespace fleet::store
