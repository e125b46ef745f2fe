#include "services/fleet/requests/fleet_messages.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/enumerator_names.h"
#include "common/rpc/proto_time.h"

namespace fleet::service {
namespace {

using ::testing::SizeIs;

constexpr char kUlid[] = "01HZ0000000000000000000001";
const domain::Ulid kId = *domain::Ulid::Parse(kUlid);

// What a record is told as.
template <typename Message, typename... Record>
Message Proto(const Record&... record) {
  Message message;
  ToProto(record..., message);
  return message;
}

store::FleetRecord Record() {
  store::FleetRecord record;
  domain::Fleet& fleet = record.fleet;
  fleet.id = kId;
  fleet.creator = "ann";
  fleet.pool = "default";
  fleet.state = domain::FleetState::kRunning;
  fleet.policy.max_concurrency = 7;
  fleet.policy.task_timeout = absl::Minutes(30);
  fleet.policy.max_tries = 3;
  fleet.revision = 42;
  fleet.created_at = absl::FromUnixMicros(1'700'000'000'123'456);
  fleet.updated_at = fleet.created_at + absl::Seconds(1);
  fleet.rollup.total = 60;
  fleet.rollup.expanded = 55;
  for (std::size_t i = 1; i < domain::kTaskStateCount; ++i) fleet.rollup.states[i] = static_cast<int32_t>(i);
  for (std::size_t i = 0; i < domain::kOutcomeCount; ++i) fleet.rollup.outcomes[i] = static_cast<int32_t>(i + 100);
  fleet.rollup.categories[3] = 5;
  fleet.rollup.cost_micros = 1'250'000;
  fleet.rollup.known_cost = 9;
  fleet.rollup.duration_ms = 61'500;
  record.intent.workflow_ref = "ops/bump-v1";
  record.intent.resolved_workflow = "ops/bump-v1@1.2.3";
  record.intent.task_description = "bump";
  record.intent.parameters = {{"k", "v"}};
  record.intent.branch = "fleet/one";
  record.usage.pool_runners = 0;
  return record;
}

TEST(FleetToProtoTest, NamesThePool) {
  store::FleetRecord record = Record();
  record.fleet.pool = "gpu";
  EXPECT_EQ(Proto<v1::Fleet>(record).pool(), "gpu");
}

TEST(FleetToProtoTest, CarriesEverything) {
  const v1::Fleet proto = Proto<v1::Fleet>(Record());
  EXPECT_EQ(proto.fleet_id(), kUlid);
  EXPECT_EQ(proto.creator(), "ann");
  EXPECT_EQ(proto.workflow_ref(), "ops/bump-v1");
  EXPECT_EQ(proto.resolved_workflow(), "ops/bump-v1@1.2.3");
  EXPECT_EQ(proto.task_description(), "bump");
  EXPECT_EQ(proto.parameters().at("k"), "v");
  EXPECT_EQ(proto.branch(), "fleet/one");
  EXPECT_EQ(proto.policy().max_concurrency(), 7);
  EXPECT_EQ(proto.policy().task_timeout().seconds(), 1800);
  EXPECT_EQ(proto.policy().max_tries(), 3);
  EXPECT_EQ(proto.state(), v1::FLEET_STATE_RUNNING);
  EXPECT_EQ(proto.revision(), 42);
  EXPECT_EQ(proto.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(proto.create_time().nanos(), 123'456'000);
  EXPECT_FALSE(proto.has_start_time());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_FALSE(proto.waiting_on().empty());
}

TEST(FleetToProtoTest, EveryCounterLandsInItsOwnField) {
  const v1::Rollup rollup = Proto<v1::Fleet>(Record()).rollup();
  EXPECT_EQ(rollup.total(), 60);
  EXPECT_EQ(rollup.expanded(), 55);
  EXPECT_EQ(rollup.states().queued(), 1);
  EXPECT_EQ(rollup.states().submitted(), 2);
  EXPECT_EQ(rollup.states().hydrating(), 3);
  EXPECT_EQ(rollup.states().running(), 4);
  EXPECT_EQ(rollup.states().awaiting_approval(), 5);
  EXPECT_EQ(rollup.states().finalizing(), 6);
  EXPECT_EQ(rollup.states().completed(), 7);
  EXPECT_EQ(rollup.states().failed(), 8);
  EXPECT_EQ(rollup.states().cancelled(), 9);
  EXPECT_EQ(rollup.states().timed_out(), 10);
  EXPECT_EQ(rollup.outcomes().unspecified(), 100);
  EXPECT_EQ(rollup.outcomes().pull_request_opened(), 101);
  EXPECT_EQ(rollup.outcomes().pull_request_updated(), 102);
  EXPECT_EQ(rollup.outcomes().branch_pushed(), 103);
  EXPECT_EQ(rollup.outcomes().no_changes(), 104);
  EXPECT_EQ(rollup.outcomes().report_only(), 105);
  ASSERT_THAT(rollup.failure_categories(), SizeIs(1));
  EXPECT_EQ(rollup.failure_categories(0).category(), v1::FAILURE_CATEGORY_CONCURRENCY);
  EXPECT_EQ(rollup.failure_categories(0).count(), 5);
  EXPECT_DOUBLE_EQ(rollup.cost_usd(), 1.25);
  EXPECT_EQ(rollup.known_cost_count(), 9);
  EXPECT_EQ(rollup.task_duration().seconds(), 61);
  EXPECT_EQ(rollup.task_duration().nanos(), 500'000'000);
}

store::TaskRecord Task() {
  store::TaskRecord record;
  record.task.id = {kId, 5};
  record.task.repo = "acme/api";
  record.task.state = domain::TaskState::kCompleted;
  record.task.outcome = domain::Outcome::kBranchPushed;
  record.task.attempt = 2;
  record.task.tries = 1;
  record.task.runner_id = kId;
  record.task.commit = "abc";
  record.task.cost_micros = 500'000;
  record.task.duration_ms = 1500;
  record.summary = "done";
  record.branch = "fleet/one";
  record.parameters = {{"k", "v"}};
  return record;
}

TEST(TaskToProtoTest, CarriesEverything) {
  const v1::Task proto = Proto<v1::Task>(Task(), true);
  EXPECT_EQ(proto.task_id(), std::string(kUlid) + "-5");
  EXPECT_EQ(proto.fleet_id(), kUlid);
  EXPECT_EQ(proto.ordinal(), 5);
  EXPECT_EQ(proto.repo(), "acme/api");
  EXPECT_EQ(proto.state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(proto.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(proto.attempt(), 2);
  EXPECT_EQ(proto.tries(), 1);
  EXPECT_FALSE(proto.has_failure());
  EXPECT_EQ(proto.branch(), "fleet/one");
  EXPECT_EQ(proto.commit(), "abc");
  EXPECT_DOUBLE_EQ(proto.cost_usd(), 0.5);
  EXPECT_EQ(proto.duration().seconds(), 1);
  EXPECT_EQ(proto.runner_id(), kUlid);
  EXPECT_EQ(proto.summary(), "done");
  EXPECT_EQ(proto.parameters().at("k"), "v");
}

TEST(TaskToProtoTest, ABranchWithoutAPullRequestCanBeCompared) {
  store::TaskRecord record = Task();
  record.clone_url = "git@github.com:acme/api.git";
  record.default_branch = "develop";
  EXPECT_EQ(Proto<v1::Task>(record, false).compare_url(), "https://github.com/acme/api/compare/develop...fleet/one");
  record.task.pull_request_url = "https://github.com/acme/api/pull/7";
  EXPECT_EQ(Proto<v1::Task>(record, false).compare_url(), "");
  record.task.pull_request_url.clear();
  record.task.outcome = domain::Outcome::kNoChanges;
  EXPECT_NE(Proto<v1::Task>(record, false).compare_url(), "") << "an earlier generation's commit";
  record.task.commit.clear();
  EXPECT_EQ(Proto<v1::Task>(record, false).compare_url(), "") << "nothing is there";
}

TEST(TaskToProtoTest, LeavesOutWhatIsUnknownOrNotAskedFor) {
  store::TaskRecord record = Task();
  record.task.outcome = domain::Outcome::kNoChanges;
  record.task.commit.clear();
  record.task.cost_micros.reset();
  record.task.duration_ms.reset();
  record.task.runner_id = domain::Ulid();
  const v1::Task proto = Proto<v1::Task>(record, false);
  EXPECT_EQ(proto.branch(), "");
  EXPECT_FALSE(proto.has_cost_usd());
  EXPECT_FALSE(proto.has_duration());
  EXPECT_EQ(proto.runner_id(), "");
  EXPECT_EQ(proto.summary(), "done");
  EXPECT_TRUE(proto.parameters().empty());
  EXPECT_FALSE(proto.has_lease_time());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_FALSE(proto.has_retry_time());
}

TEST(TaskToProtoTest, AFailureHasCategoryAndMessage) {
  store::TaskRecord record = Task();
  record.task.category = domain::FailureCategory::kNetwork;
  record.message = "no route";
  const v1::Task proto = Proto<v1::Task>(record, false);
  EXPECT_EQ(proto.failure().category(), v1::FAILURE_CATEGORY_NETWORK);
  EXPECT_EQ(proto.failure().message(), "no route");
  EXPECT_EQ(proto.failure().reason(), v1::FAILURE_REASON_UNSPECIFIED);
  EXPECT_EQ(proto.failure().title(), "Network or forge failed");
  EXPECT_THAT(proto.failure().remedy(), ::testing::StartsWith("See whether"));
  EXPECT_TRUE(proto.failure().retryable());
}

TEST(FailureReasonTest, TheContractAndTheTableNameTheSame) {
  EXPECT_EQ(v1::FailureReason_MAX, static_cast<int>(domain::AllFailureKinds().size()));
  for (const domain::FailureKind& kind : domain::AllFailureKinds()) {
    EXPECT_EQ(v1::FailureReason_Name(static_cast<v1::FailureReason>(kind.reason)),
              "FAILURE_REASON_" + std::string(kind.name));
  }
  for (std::size_t i = 1; i < domain::kFailureCategoryCount; ++i) {
    EXPECT_EQ(v1::FailureCategory_Name(static_cast<int>(i)),
              "FAILURE_CATEGORY_" + std::string(domain::GeneralKindOf(static_cast<domain::FailureCategory>(i)).name));
  }
}

TEST(FleetToProtoTest, AFleetTellsItsPriorityAndDeadline) {
  store::FleetRecord record;
  record.fleet.policy.priority = -3;
  EXPECT_FALSE(Proto<v1::Fleet>(record).policy().has_deadline());
  record.fleet.policy.deadline = absl::FromUnixMicros(1'700'000'000'500'000);
  const v1::FleetPolicy policy = Proto<v1::Fleet>(record).policy();
  EXPECT_EQ(policy.priority(), -3);
  EXPECT_EQ(rpc::FromProtoTime(policy.deadline()), record.fleet.policy.deadline);
}

TEST(NamesTest, OfTheDomainAreThoseOfTheContract) {
  for (int i = v1::FleetState_MIN; i <= v1::FleetState_MAX; ++i) {
    EXPECT_EQ(absl::StrCat("FLEET_STATE_", domain::NameOf(static_cast<domain::FleetState>(i))),
              v1::FleetState_Name(static_cast<v1::FleetState>(i)));
  }
  for (int i = v1::TaskState_MIN; i <= v1::TaskState_MAX; ++i) {
    EXPECT_EQ(absl::StrCat("TASK_STATE_", domain::NameOf(static_cast<domain::TaskState>(i))),
              v1::TaskState_Name(static_cast<v1::TaskState>(i)));
  }
  for (int i = v1::FailureCategory_MIN; i <= v1::FailureCategory_MAX; ++i) {
    EXPECT_EQ(absl::StrCat("FAILURE_CATEGORY_", domain::NameOf(static_cast<domain::FailureCategory>(i))),
              v1::FailureCategory_Name(static_cast<v1::FailureCategory>(i)));
  }
}

}  // namespace
}  // namespace fleet::service
