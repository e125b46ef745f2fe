// Every limit, to the last one: what it allows goes through, and one more waits, fails or is refused.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/error_info.h"
#include "common/store/fleet_admission.h"
#include "common/store/limit_rows.h"
#include "common/store/limit_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::TaskState;

class LimitsTest : public ::testing::Test {
 protected:
  void Set(const std::string& name, int64_t value, const std::string& scope = "") {
    FLEET_ASSERT_OK(limits_.Set({"olga"}, {name, scope, value}));
  }
  domain::Ulid Fleet(const TestStores::FleetOptions& options) {
    const domain::Ulid id = stores_.CreateFleet(options);
    stores_.ExpandAll();
    return id;
  }
  domain::Ulid Runner(const std::string& pool) {
    const domain::Ulid id = domain::Ulid::Generate(absl::Now());
    FLEET_EXPECT_OK(stores_.runners.Register({id, "runner", "alice", pool, 1000}));
    return id;
  }
  // As many as the limits let `runner` have; how many that is.
  std::size_t Lease(const domain::Ulid& runner) {
    const store::LeaseAnswer answer = stores_.Lease(runner, ++lease_seq_, 1000);
    for (const store::GrantedTask& task : answer.tasks) held_.emplace_back(runner, task);
    return answer.tasks.size();
  }
  // Ends so many of what was leased first.
  void Finish(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const store::ReportAnswer answer = stores_.Report(held_[i].first, held_[i].second, TaskState::kCompleted);
      EXPECT_EQ(answer.verdict, domain::ReportVerdict::kApply);
    }
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  absl::Status Submit(const TestStores::FleetOptions& options) {
    return stores_.fleets.Create({options.creator}, stores_.NewFleet(options)).status();
  }
  std::string Rows() const {
    return stores_.Sql(
        "select format('%s %s %s %s', (select count(*) from fleets), (select count(*) from fleet_targets), "
        "(select count(*) from fleet_jobs), (select string_agg(u::text, ' ' order by user_name) from users u))");
  }
  // Expects the refusal by a limit, that it says whose and how much, and that it left nothing behind.
  ErrorInfo ExpectRefused(const TestStores::FleetOptions& options, const std::string& reason, const std::string& limit,
                          int value, const std::string& scope) {
    const std::string before = Rows();
    const absl::Status refused = Submit(options);
    EXPECT_EQ(Rows(), before);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
    ErrorInfo info = GetErrorInfo(refused);
    EXPECT_EQ(info.reason, reason) << refused;
    EXPECT_EQ(info.metadata["limit"], limit);
    EXPECT_EQ(info.metadata["value"], absl::StrCat(value));
    EXPECT_EQ(info.metadata["scope"], scope);
    EXPECT_EQ(info.quota_violations.size(), 1U);
    for (const QuotaViolation& violation : info.quota_violations) EXPECT_EQ(violation.subject, scope);
    return info;
  }
  int CountAccepted(std::vector<std::future<absl::Status>>& calls, const std::string& reason) {
    int accepted = 0;
    for (auto& call : calls) {
      const absl::Status status = call.get();
      accepted += status.ok() ? 1 : 0;
      if (status.ok()) continue;
      EXPECT_EQ(GetErrorInfo(status).reason, reason) << status;
    }
    return accepted;
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 20};
  store::LimitStore limits_{stores_.pool};
  int64_t lease_seq_ = 0;
  int fleets_ = 0;
  std::vector<std::pair<domain::Ulid, store::GrantedTask>> held_;
};

TEST_F(LimitsTest, SystemActiveHoldsForAllUsersTogetherAndChangesUnderRunningFleets) {
  Set("system_active", 5);
  Fleet({.creator = "alice"});
  Fleet({.creator = "bob"});
  const domain::Ulid runner = Runner("default");
  EXPECT_EQ(Lease(runner), 5U);
  EXPECT_EQ(Lease(runner), 0U);
  Finish(1);
  EXPECT_EQ(Lease(runner), 1U);
  Set("system_active", 6);
  EXPECT_EQ(Lease(runner), 1U) << "in force at the next dispatch";
  Set("system_active", 0);
  Finish(6);
  EXPECT_EQ(Lease(runner), 0U);
}

TEST_F(LimitsTest, UserActiveHoldsForAllFleetsOfAUserAndHasExceptions) {
  Set("user_active", 4);
  Set("user_active", 2, "bob");
  for (const std::string user : {"alice", "alice", "bob", "bob"}) Fleet({.creator = user});
  const domain::Ulid runner = Runner("default");
  EXPECT_EQ(Lease(runner), 6U);
  const auto active = [&](const std::string& user) {
    return stores_.Sql(absl::StrCat("select sum(submitted) from fleets where creator = '", user, "'"));
  };
  EXPECT_EQ(active("alice"), "4");
  EXPECT_EQ(active("bob"), "2");
  FLEET_ASSERT_OK(limits_.Set({"olga"}, {"user_active", "bob", std::nullopt}));
  EXPECT_EQ(Lease(runner), 2U);
  EXPECT_EQ(active("bob"), "4");
}

TEST_F(LimitsTest, FleetActiveDefaultHoldsForAFleetThatNamesNone) {
  Set("fleet_active_default", 3);
  Fleet({.max_concurrency = 0});
  const domain::Ulid runner = Runner("default");
  EXPECT_EQ(Lease(runner), 3U);
  Fleet({.max_concurrency = 4});
  EXPECT_EQ(Lease(runner), 4U) << "its own";
  Set("fleet_active_default", 9);
  EXPECT_EQ(Lease(runner), 0U) << "a default is for what is submitted later";
}

TEST_F(LimitsTest, PoolActiveHoldsForEachPoolAndHasExceptions) {
  Set("pool_active", 3);
  Set("pool_active", 2, "big");
  for (const std::string pool : {"default", "default", "big", "big"}) {
    const domain::Ulid id = Fleet({.creator = absl::StrCat("user-", fleets_++)});
    stores_.Sql(absl::StrCat("update fleets set pool = '", pool, "' where fleet_id = '", id.ToUuid(), "'"));
  }
  const domain::Ulid runner = Runner("default");
  const domain::Ulid big = Runner("big");
  EXPECT_EQ(Lease(runner), 3U);
  EXPECT_EQ(Lease(big), 2U);
  Finish(1);
  EXPECT_EQ(Lease(big), 0U) << "a slot of another pool";
  EXPECT_EQ(Lease(runner), 1U);
  Set("pool_active", 4, "big");
  EXPECT_EQ(Lease(big), 2U);
  EXPECT_EQ(Lease(runner), 0U);
}

TEST_F(LimitsTest, WhatRunsAboveALoweredLimitGoesOnAndNothingNewStarts) {
  Set("user_active", 6);
  const domain::Ulid fleet = Fleet({});
  const domain::Ulid runner = Runner("default");
  ASSERT_EQ(Lease(runner), 6U);
  Set("user_active", 2);
  EXPECT_EQ(Lease(runner), 0U);
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 6);
  Finish(4);
  EXPECT_EQ(Lease(runner), 0U) << "two are in flight";
  Finish(1);
  EXPECT_EQ(Lease(runner), 1U);
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.State(TaskState::kCompleted), 5);
}

TEST_F(LimitsTest, SettingALimitWaitsForADispatchThatReadTheOldValue) {
  std::future<absl::Status> set;
  FLEET_ASSERT_OK(database::InTransaction(stores_.pool, [&](database::Transaction& dispatch) -> absl::Status {
    FLEET_RETURN_IF_ERROR(dispatch.Execute({"gate", "select only_row from dispatch_gate for update"}).status());
    set = std::async(std::launch::async, [&] { return limits_.Set({"olga"}, {"user_active", "", 1}).status(); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1));
    EXPECT_EQ(stores_.Sql("select value from limits where name = 'user_active'"), "200");
    return absl::OkStatus();
  }));
  FLEET_EXPECT_OK(set.get());
}

TEST_F(LimitsTest, QueueAgeFailsWhatWaitedASecondTooLongAndKeepsWhatWaitedASecondLess) {
  Set("queue_age_seconds", 600);
  // Whether the children of a new fleet that has waited so long are kept. Asked again if the second was over before
  // the children were judged.
  const auto keeps = [&](int seconds) {
    for (;;) {
      const domain::Ulid id = Fleet({.targets = 3});
      const std::string fleet = absl::StrCat("fleet_id = '", id.ToUuid(), "'");
      stores_.Sql(absl::StrCat("update fleets set queue_since = clock_timestamp() - interval '", seconds,
                               " seconds' where ", fleet));
      FLEET_EXPECT_OK(stores_.jobs.Schedule(store::JobTypeOf(store::JobKind::kQueueAge)));
      // The step judges by itself, whether or not there was a reason to make a job.
      stores_.Sql(absl::StrCat("insert into fleet_jobs (fleet_id, kind) values ('", id.ToUuid(),
                               "', 6) on conflict do nothing"));
      FLEET_EXPECT_OK(stores_.jobs.RunStep(store::JobKind::kQueueAge));
      const bool in_time = stores_.Sql(absl::StrCat("select queue_since > clock_timestamp() - interval '", seconds + 1,
                                                    " seconds' from fleets where ", fleet)) == "t";
      const domain::Rollup rollup = stores_.GetFleet(id).rollup;
      if (!in_time && seconds < 600) continue;
      const bool kept = rollup.State(TaskState::kQueued) == 3;
      EXPECT_EQ(rollup.State(TaskState::kFailed), kept ? 0 : 3);
      EXPECT_EQ(rollup.categories[static_cast<std::size_t>(domain::FailureCategory::kConcurrency)], kept ? 0 : 3);
      stores_.Sql("update fleets set queue_since = clock_timestamp()");
      return kept;
    }
  };
  EXPECT_TRUE(keeps(599));
  EXPECT_FALSE(keeps(601));
  Set("queue_age_seconds", 0);
  EXPECT_TRUE(keeps(1'000'000)) << "0 is off";
}

TEST_F(LimitsTest, QueueAgeMakesJobsForFleetsThatWaitedTooLongOnly) {
  Fleet({.targets = 3});
  stores_.Sql("update fleets set queue_since = clock_timestamp() - interval '601 seconds'");
  Set("queue_age_seconds", 3600);
  EXPECT_THAT(stores_.jobs.Schedule(store::JobTypeOf(store::JobKind::kQueueAge)), IsOkAndHolds(0));
  Set("queue_age_seconds", 600);
  EXPECT_THAT(stores_.jobs.Schedule(store::JobTypeOf(store::JobKind::kQueueAge)), IsOkAndHolds(1));
}

TEST_F(LimitsTest, TargetsPerFleetRefusesOneMore) {
  Set("targets_per_fleet", 3);
  FLEET_EXPECT_OK(Submit({.targets = 3}));
  const ErrorInfo info = ExpectRefused({.targets = 4}, "TARGETS_LIMIT", "targets_per_fleet", 3, "system");
  EXPECT_EQ(info.retry_after, absl::ZeroDuration()) << "waiting does not help";
}

TEST_F(LimitsTest, OpenFleetsUserRefusesOneMoreAndHasExceptions) {
  Set("open_fleets_user", 2);
  Set("open_fleets_user", 1, "bob");
  Set("open_fleets_user", 0, "eve");
  FLEET_EXPECT_OK(Submit({.targets = 1}));
  const domain::Ulid ends = Fleet({.targets = 1});
  const ErrorInfo info = ExpectRefused({.targets = 1}, "OPEN_FLEETS_LIMIT", "open_fleets_user", 2, "user:alice");
  EXPECT_GT(info.retry_after, absl::ZeroDuration());
  FLEET_EXPECT_OK(Submit({.creator = "bob", .targets = 1}));
  ExpectRefused({.creator = "bob", .targets = 1}, "OPEN_FLEETS_LIMIT", "open_fleets_user", 1, "user:bob");
  ExpectRefused({.creator = "eve", .targets = 1}, "OPEN_FLEETS_LIMIT", "open_fleets_user", 0, "user:eve");
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"alice"}, ends, domain::CancelMode::kStop));
  stores_.SweepAll();
  FLEET_EXPECT_OK(Submit({.targets = 1}));
}

TEST_F(LimitsTest, OpenFleetsSystemRefusesOneMoreOfWhomever) {
  Set("open_fleets_system", 3);
  for (const std::string user : {"alice", "bob", "carol"}) FLEET_EXPECT_OK(Submit({.creator = user, .targets = 1}));
  const ErrorInfo info =
      ExpectRefused({.creator = "dave", .targets = 1}, "OPEN_FLEETS_LIMIT", "open_fleets_system", 3, "system");
  EXPECT_GT(info.retry_after, absl::ZeroDuration());
}

TEST_F(LimitsTest, OpenFleetsAreExactUnderEightSubmittersAtOnce) {
  Set("open_fleets_user", 3);
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(std::async(std::launch::async, [&] { return Submit({.targets = 2}); }));
  EXPECT_EQ(CountAccepted(calls, "OPEN_FLEETS_LIMIT"), 3);
  EXPECT_EQ(stores_.Sql("select count(*) from fleets"), "3");
}

TEST_F(LimitsTest, SubmitRateRefusesOneMoreAndSaysWhenToComeAgain) {
  Set("submit_rate_user", 3);
  Set("submit_rate_user", 1, "bob");
  for (int i = 0; i < 3; ++i) FLEET_EXPECT_OK(Submit({.targets = 1, .request_id = absl::StrCat("r", i)}));
  const ErrorInfo info = ExpectRefused({.targets = 1}, "SUBMIT_RATE_LIMIT", "submit_rate_user", 3, "user:alice");
  EXPECT_GT(info.retry_after, absl::ZeroDuration());
  EXPECT_LE(info.retry_after, absl::Seconds(20) + absl::Milliseconds(1));
  FLEET_EXPECT_OK(Submit({.targets = 1, .request_id = "r1"})) << "a replay costs nothing";
  FLEET_EXPECT_OK(Submit({.creator = "bob", .targets = 1}));
  ExpectRefused({.creator = "bob", .targets = 1}, "SUBMIT_RATE_LIMIT", "submit_rate_user", 1, "user:bob");
  FLEET_EXPECT_OK(Submit({.creator = "carol", .targets = 1})) << "each user has a bucket";
}

TEST_F(LimitsTest, SubmitRateFillsUpWithTime) {
  Set("submit_rate_user", 1);
  FLEET_ASSERT_OK(Submit({.targets = 1}));
  const auto pass = [&](int seconds) {
    stores_.Sql(absl::StrCat("update users set submit_at = submit_at - interval '", seconds, " seconds'"));
  };
  pass(40);
  const ErrorInfo info = ExpectRefused({.targets = 1}, "SUBMIT_RATE_LIMIT", "submit_rate_user", 1, "user:alice");
  EXPECT_LE(info.retry_after, absl::Seconds(20) + absl::Milliseconds(1));
  pass(20);
  FLEET_EXPECT_OK(Submit({.targets = 1}));
  pass(3600);
  FLEET_EXPECT_OK(Submit({.targets = 1}));
  ExpectRefused({.targets = 1}, "SUBMIT_RATE_LIMIT", "submit_rate_user", 1, "user:alice");
}

TEST_F(LimitsTest, SubmitRateOfNoughtRefusesForGood) {
  Set("submit_rate_user", 0);
  const ErrorInfo info = ExpectRefused({.targets = 1}, "SUBMIT_RATE_LIMIT", "submit_rate_user", 0, "user:alice");
  EXPECT_EQ(info.retry_after, absl::ZeroDuration());
}

TEST_F(LimitsTest, SubmitRateIsExactUnderEightSubmittersAtOnce) {
  Set("submit_rate_user", 3);
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(std::async(std::launch::async, [&] { return Submit({.targets = 2}); }));
  EXPECT_EQ(CountAccepted(calls, "SUBMIT_RATE_LIMIT"), 3);
}

TEST_F(LimitsTest, ARetryPassesTheSubmitRateAndAFleetThatIsToBeOpenAgainTheOthersToo) {
  const auto retry = [&](bool is_reopened) {
    return database::InTransaction(stores_.pool, [&](database::Transaction& transaction) {
      return store::AdmitRetry(transaction, "alice", is_reopened);
    });
  };
  const auto reopen = [&] { return retry(true); };
  Set("open_fleets_user", 1);
  Set("submit_rate_user", 2);
  FLEET_EXPECT_OK(reopen());
  FLEET_EXPECT_OK(Submit({.targets = 1}));
  EXPECT_EQ(GetErrorInfo(reopen()).reason, "SUBMIT_RATE_LIMIT");
  EXPECT_EQ(GetErrorInfo(retry(false)).reason, "SUBMIT_RATE_LIMIT") << "also of a fleet that is still running";
  Set("submit_rate_user", 600);
  stores_.Sql("update users set submit_tokens = 600");
  EXPECT_EQ(GetErrorInfo(reopen()).reason, "OPEN_FLEETS_LIMIT");
  FLEET_EXPECT_OK(retry(false));
}

}  // namespace
}  // namespace fleet::testing
