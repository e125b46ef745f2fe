#include "services/fleet/proto_conversion.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/enumerator_names.h"
#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::StatusIs;
using ::testing::SizeIs;

constexpr char kUlid[] = "01HZ0000000000000000000001";
const domain::Ulid kId = *domain::Ulid::Parse(kUlid);

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
  record.usage.pool_runners = 0;
  return record;
}

TEST(FleetToProtoTest, CarriesEverything) {
  const v1::Fleet proto = ToProto(Record());
  EXPECT_EQ(proto.fleet_id(), kUlid);
  EXPECT_EQ(proto.creator(), "ann");
  EXPECT_EQ(proto.workflow_ref(), "ops/bump-v1");
  EXPECT_EQ(proto.resolved_workflow(), "ops/bump-v1@1.2.3");
  EXPECT_EQ(proto.task_description(), "bump");
  EXPECT_EQ(proto.parameters().at("k"), "v");
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
  const v1::Rollup rollup = ToProto(Record()).rollup();
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
  record.parameters = {{"k", "v"}};
  return record;
}

TEST(TaskToProtoTest, CarriesEverything) {
  const v1::Task proto = ToProto(Task(), true);
  EXPECT_EQ(proto.task_id(), std::string(kUlid) + "-5");
  EXPECT_EQ(proto.fleet_id(), kUlid);
  EXPECT_EQ(proto.ordinal(), 5);
  EXPECT_EQ(proto.repo(), "acme/api");
  EXPECT_EQ(proto.state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(proto.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(proto.attempt(), 2);
  EXPECT_EQ(proto.tries(), 1);
  EXPECT_FALSE(proto.has_failure());
  EXPECT_EQ(proto.branch(), domain::BranchName(kId, "acme/api"));
  EXPECT_EQ(proto.commit(), "abc");
  EXPECT_DOUBLE_EQ(proto.cost_usd(), 0.5);
  EXPECT_EQ(proto.duration().seconds(), 1);
  EXPECT_EQ(proto.runner_id(), kUlid);
  EXPECT_EQ(proto.summary(), "done");
  EXPECT_EQ(proto.parameters().at("k"), "v");
}

TEST(TaskToProtoTest, LeavesOutWhatIsUnknownOrNotAskedFor) {
  store::TaskRecord record = Task();
  record.task.outcome = domain::Outcome::kNoChanges;
  record.task.commit.clear();
  record.task.cost_micros.reset();
  record.task.duration_ms.reset();
  record.task.runner_id = domain::Ulid();
  const v1::Task proto = ToProto(record, false);
  EXPECT_EQ(proto.branch(), "");
  EXPECT_FALSE(proto.has_cost_usd());
  EXPECT_FALSE(proto.has_duration());
  EXPECT_EQ(proto.runner_id(), "");
  EXPECT_EQ(proto.summary(), "");
  EXPECT_TRUE(proto.parameters().empty());
  EXPECT_FALSE(proto.has_lease_time());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_FALSE(proto.has_retry_time());
}

TEST(TaskToProtoTest, AFailureHasCategoryAndMessage) {
  store::TaskRecord record = Task();
  record.task.category = domain::FailureCategory::kNetwork;
  record.message = "no route";
  const v1::Task proto = ToProto(record, false);
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

v1::TaskReport Report(v1::TaskState state) {
  v1::TaskReport report;
  report.set_task_id(std::string(kUlid) + "-5");
  report.set_attempt(2);
  report.set_state(state);
  v1::TaskResult& result = *report.mutable_result();
  result.set_outcome(v1::TASK_OUTCOME_BRANCH_PUSHED);
  result.mutable_failure()->set_category(v1::FAILURE_CATEGORY_NETWORK);
  result.mutable_failure()->set_message("message");
  result.set_cost_usd(0.1234567);
  result.set_pull_request_url("https://forge/1");
  result.set_commit("abc");
  result.set_summary("summary");
  result.set_log_tail("log");
  return report;
}

TEST(ReportToDomainTest, ATerminalReportCarriesItsResult) {
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_COMPLETED), kId);
  EXPECT_EQ(report.task, (domain::TaskId{kId, 5}));
  EXPECT_EQ(report.attempt, 2);
  EXPECT_EQ(report.runner_id, kId);
  EXPECT_EQ(report.state, domain::TaskState::kCompleted);
  EXPECT_EQ(report.outcome, domain::Outcome::kBranchPushed);
  EXPECT_EQ(report.cost_micros, 123457);
  EXPECT_EQ(report.pull_request_url, "https://forge/1");
  EXPECT_EQ(report.commit, "abc");
  EXPECT_EQ(report.texts.message, "message");
  EXPECT_EQ(report.texts.summary, "summary");
  EXPECT_EQ(report.texts.log_tail, "log");
}

TEST(ReportToDomainTest, OnlyACompletedChildHasAnOutcome) {
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_FAILED), kId);
  EXPECT_EQ(report.outcome, domain::Outcome::kUnspecified);
  EXPECT_EQ(report.category, domain::FailureCategory::kNetwork);
}

TEST(ReportToDomainTest, TheReasonDecidesTheCategory) {
  v1::TaskReport proto = Report(v1::TASK_STATE_FAILED);
  EXPECT_EQ(ToDomain(proto, kId).reason, domain::FailureReason::kUnspecified);
  proto.mutable_result()->mutable_failure()->set_reason(v1::FAILURE_REASON_DISK_FULL);
  for (const v1::FailureCategory category :
       {v1::FAILURE_CATEGORY_UNSPECIFIED, v1::FAILURE_CATEGORY_NETWORK, v1::FAILURE_CATEGORY_COMPUTE}) {
    proto.mutable_result()->mutable_failure()->set_category(category);
    const domain::TaskReport report = ToDomain(proto, kId);
    EXPECT_EQ(report.reason, domain::FailureReason::kDiskFull);
    EXPECT_EQ(report.category, domain::FailureCategory::kCompute);
  }
}

TEST(ReportToDomainTest, ProgressCarriesNothingElse) {
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_RUNNING), kId);
  EXPECT_EQ(report.state, domain::TaskState::kRunning);
  EXPECT_FALSE(report.cost_micros.has_value());
  EXPECT_EQ(report.commit, "");
  EXPECT_EQ(report.texts.log_tail, "");
}

TEST(ReportToDomainTest, TextIsCleanedAndCut) {
  v1::TaskReport proto = Report(v1::TASK_STATE_FAILED);
  v1::TaskResult& result = *proto.mutable_result();
  result.mutable_failure()->set_message(std::string("a\0b", 3) + std::string(3000, 'm'));
  result.set_summary("\xFF" + std::string(3000, 's'));
  result.set_log_tail("first" + std::string(64 << 10, 'l') + "last");
  const domain::TaskReport report = ToDomain(proto, kId);
  EXPECT_EQ(report.texts.message, "ab" + std::string(1998, 'm'));
  EXPECT_EQ(report.texts.summary, "\xEF\xBF\xBD" + std::string(1997, 's'));
  EXPECT_EQ(report.texts.log_tail, std::string((64 << 10) - 4, 'l') + "last");
}

v1::Workflow Workflow() {
  v1::Workflow workflow;
  workflow.set_workflow_ref("ops/bump-v1");
  workflow.set_version("1.0.0");
  v1::WorkflowStep& step = *workflow.add_steps();
  step.set_name("one");
  step.set_script("true");
  for (const char* name : {"B", "A", "D", "C"}) (*step.mutable_environment())[name] = "x";
  return workflow;
}

TEST(WorkflowDefinitionTest, RoundTrips) {
  v1::Workflow workflow = Workflow();
  workflow.mutable_create_time()->set_seconds(99);
  const auto definition = ToDefinition(workflow);
  FLEET_ASSERT_OK(definition);
  store::WorkflowRecord record;
  record.definition = *definition;
  record.created_at = absl::FromUnixSeconds(5);
  const auto read = ToProto(record);
  FLEET_ASSERT_OK(read);
  EXPECT_EQ(read->steps(0).script(), "true");
  EXPECT_EQ(read->steps(0).environment().at("C"), "x");
  EXPECT_EQ(read->create_time().seconds(), 5) << "the server's, not the caller's";
}

TEST(WorkflowDefinitionTest, EqualWorkflowsAreEqualTexts) {
  v1::Workflow other = Workflow();
  other.mutable_create_time()->set_seconds(7);
  other.mutable_steps(0)->clear_environment();
  for (const char* name : {"D", "C", "B", "A"}) (*other.mutable_steps(0)->mutable_environment())[name] = "x";
  EXPECT_EQ(*ToDefinition(Workflow()), *ToDefinition(other));
  other.mutable_steps(0)->set_script("false");
  EXPECT_NE(*ToDefinition(Workflow()), *ToDefinition(other));
}

TEST(WorkflowDefinitionTest, AStoredTextThatCannotBeReadIsOurFault) {
  store::WorkflowRecord record;
  record.definition = "{";
  EXPECT_THAT(ToProto(record), StatusIs(absl::StatusCode::kInternal));
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

TEST(NamesTest, AreLabelValues) {
  EXPECT_EQ(StateName(domain::TaskState::kTimedOut), "timed_out");
  EXPECT_EQ(StateName(domain::TaskState::kQueued), "queued");
  EXPECT_EQ(CategoryName(domain::FailureCategory::kAuth), "auth");
  EXPECT_EQ(CategoryName(domain::FailureCategory::kUnknown), "unknown");
}

}  // namespace
}  // namespace fleet::service
