#include "services/fleet/request_validation.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/domain/text.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/violated_fields.h"

namespace fleet::service {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kUlid[] = "01HZ0000000000000000000000";

// The fields that a refusal names; empty if the request is fine.
std::string Euros(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\xE2\x82\xAC";
  return text;
}

// ---- CreateFleet

class ValidateCreateFleetTest : public ::testing::Test {
 protected:
  ValidateCreateFleetTest() {
    request_.set_workflow_ref("ops/bump-v1");
    request_.set_task_description("bump it");
    AddTarget("acme/api");
  }
  v1::FleetTarget& AddTarget(const std::string& repo) {
    v1::FleetTarget& target = *request_.add_targets();
    target.set_repo(repo);
    return target;
  }
  std::vector<std::string> Check() const { return Fields(ValidateCreateFleet(request_)); }

  v1::CreateFleetRequest request_;
};

TEST_F(ValidateCreateFleetTest, AcceptsAPlainRequest) { EXPECT_THAT(Check(), IsEmpty()); }

TEST_F(ValidateCreateFleetTest, RequestId) {
  request_.set_request_id(std::string(128, 'x'));
  EXPECT_THAT(Check(), IsEmpty());
  request_.set_request_id(std::string(129, 'x'));
  EXPECT_THAT(Check(), ElementsAre("request_id"));
  request_.set_request_id("with space");
  EXPECT_THAT(Check(), ElementsAre("request_id"));
}

TEST_F(ValidateCreateFleetTest, WorkflowRef) {
  request_.set_workflow_ref("ops/bump-v1@1.2.3");
  EXPECT_THAT(Check(), IsEmpty());
  for (const char* ref : {"", "bump", "ops/bump", "ops/bump-v1@2.0.0", "ops/bump-v1@"}) {
    request_.set_workflow_ref(ref);
    EXPECT_THAT(Check(), ElementsAre("workflow_ref")) << ref;
  }
}

TEST_F(ValidateCreateFleetTest, TaskDescriptionIsCountedInCharacters) {
  request_.set_task_description(Euros(10000));
  EXPECT_THAT(Check(), IsEmpty());
  request_.set_task_description(Euros(10001));
  EXPECT_THAT(Check(), ElementsAre("task_description"));
  request_.set_task_description(std::string("a\0b", 3));
  EXPECT_THAT(Check(), ElementsAre("task_description"));
}

TEST_F(ValidateCreateFleetTest, Parameters) {
  for (int i = 0; i < 50; ++i) (*request_.mutable_parameters())[absl::StrCat("p", i)] = "v";
  EXPECT_THAT(Check(), IsEmpty());
  (*request_.mutable_parameters())["p50"] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters"));
}

TEST_F(ValidateCreateFleetTest, ParameterNamesAndValues) {
  (*request_.mutable_parameters())[std::string(64, 'n')] = std::string(10000, 'v');
  EXPECT_THAT(Check(), IsEmpty());
  (*request_.mutable_parameters())[std::string(65, 'n')] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters[" + std::string(64, 'n') + "]"));
  request_.mutable_parameters()->clear();
  (*request_.mutable_parameters())["1st"] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters[1st]"));
  request_.mutable_parameters()->clear();
  (*request_.mutable_parameters())["long"] = std::string(10001, 'v');
  EXPECT_THAT(Check(), ElementsAre("parameters[long]"));
}

TEST_F(ValidateCreateFleetTest, ParametersMustDifferByMoreThanCase) {
  (*request_.mutable_parameters())["name"] = "v";
  (*request_.mutable_parameters())["Name"] = "v";
  EXPECT_THAT(Check(), SizeIs(1)) << "both would be FLEET_PARAM_NAME";
}

TEST_F(ValidateCreateFleetTest, ParametersOfATarget) {
  (*request_.mutable_targets(0)->mutable_parameters())["bad name"] = "v";
  EXPECT_THAT(Check(), ElementsAre("targets[0].parameters[bad name]"));
}

TEST_F(ValidateCreateFleetTest, MaxConcurrency) {
  request_.mutable_policy()->set_max_concurrency(1);
  EXPECT_THAT(Check(), IsEmpty());
  request_.mutable_policy()->set_max_concurrency(0);
  EXPECT_THAT(Check(), ElementsAre("policy.max_concurrency"));
  request_.mutable_policy()->set_max_concurrency(-1);
  EXPECT_THAT(Check(), ElementsAre("policy.max_concurrency"));
}

TEST_F(ValidateCreateFleetTest, MaxTries) {
  for (const auto& [tries, valid] :
       {std::pair(0, false), std::pair(1, true), std::pair(10, true), std::pair(11, false)}) {
    request_.mutable_policy()->set_max_tries(tries);
    EXPECT_EQ(Check().empty(), valid) << tries;
  }
}

TEST_F(ValidateCreateFleetTest, TaskTimeout) {
  google::protobuf::Duration& timeout = *request_.mutable_policy()->mutable_task_timeout();
  timeout.set_seconds(1);
  EXPECT_THAT(Check(), IsEmpty());
  timeout.set_seconds(24 * 3600);
  EXPECT_THAT(Check(), IsEmpty());
  timeout.set_nanos(1);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(0);
  timeout.set_nanos(999999999);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(-5);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
}

TEST_F(ValidateCreateFleetTest, NoTargets) {
  request_.clear_targets();
  EXPECT_THAT(Check(), ElementsAre("targets"));
}

TEST_F(ValidateCreateFleetTest, MalformedRepositoriesAreNamedWithIndexAndValue) {
  AddTarget("no-slash");
  AddTarget("");
  AddTarget("-x/y");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets[1].repo", "targets[2].repo", "targets[3].repo"));
  EXPECT_THAT(GetErrorInfo(status).violations[0].description, HasSubstr("\"no-slash\""));
}

TEST_F(ValidateCreateFleetTest, ADuplicateWhateverItsCaseNamesTheFirst) {
  AddTarget("acme/web");
  AddTarget("ACME/Api");
  AddTarget("acme/api");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets[2].repo", "targets[3].repo"));
  EXPECT_THAT(GetErrorInfo(status).violations[0].description,
              AllOf(HasSubstr("\"ACME/Api\""), HasSubstr("targets[0]")));
  EXPECT_THAT(GetErrorInfo(status).violations[1].description, HasSubstr("targets[0]"));
}

TEST_F(ValidateCreateFleetTest, AsManyTargetsAsAllowed) {
  request_.clear_targets();
  for (int i = 0; i < kMaxTargets; ++i) AddTarget(absl::StrCat("acme/r", i));
  EXPECT_THAT(Check(), IsEmpty());
  AddTarget("acme/one-more");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("100001"), HasSubstr("100000"))));
}

TEST_F(ValidateCreateFleetTest, AHundredThousandBadTargetsMakeASmallError) {
  request_.clear_targets();
  for (int i = 0; i < kMaxTargets; ++i) AddTarget(absl::StrCat(std::string(300, 'x'), " ", i));
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_EQ(GetErrorInfo(status).metadata.at("count"), "100000");
  const std::vector<std::string> fields = Fields(status);
  ASSERT_FALSE(fields.empty());
  EXPECT_EQ(fields.front(), "targets[0].repo");
  const grpc::Status wire = rpc::ToGrpcStatus(status);
  EXPECT_LE(wire.error_details().size(), 4096U);
  EXPECT_LE(wire.error_message().size(), 1100U);
}

TEST_F(ValidateCreateFleetTest, TwentyOffendersOfOrdinaryLengthAreAllShown) {
  request_.clear_targets();
  for (int i = 0; i < 1000; ++i) AddTarget(absl::StrCat("repository-without-owner-", i));
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), SizeIs(20));
  EXPECT_LE(rpc::ToGrpcStatus(status).error_details().size(), 4096U);
}

// Protobuf refuses to read a string field that is not UTF-8: a client would lose all details.
TEST_F(ValidateCreateFleetTest, AQuotedNameIsNeverCutInsideACharacter) {
  for (int lead = 0; lead < 3; ++lead) {
    request_.clear_targets();
    request_.mutable_parameters()->clear();
    AddTarget(std::string(static_cast<std::size_t>(lead), 'a') + Euros(60));
    (*request_.mutable_parameters())[std::string(static_cast<std::size_t>(lead), 'a') + Euros(40)] = "v";
    const absl::Status status = ValidateCreateFleet(request_);
    EXPECT_TRUE(domain::IsValidUtf8(std::string(status.message())));
    const absl::Status received = rpc::FromGrpcStatus(rpc::ToGrpcStatus(status));
    EXPECT_EQ(GetErrorInfo(received).violations.size(), 2U);
    for (const FieldViolation& violation : GetErrorInfo(status).violations) {
      EXPECT_THAT(violation.field, Not(HasSubstr("\xEF\xBF\xBD")));
      EXPECT_THAT(violation.description, Not(HasSubstr("\xEF\xBF\xBD")));
    }
  }
}

TEST_F(ValidateCreateFleetTest, EverythingWrongIsToldAtOnce) {
  request_.set_request_id("no good");
  request_.set_workflow_ref("no good");
  request_.mutable_policy()->set_max_tries(0);
  request_.clear_targets();
  EXPECT_THAT(Check(), ElementsAre("request_id", "workflow_ref", "policy.max_tries", "targets"));
}

// ---- Lists

TEST(ValidateListFleetsTest, StatesAndCreator) {
  v1::ListFleetsRequest request;
  request.set_creator("ann");
  request.add_states(v1::FLEET_STATE_RUNNING);
  FLEET_EXPECT_OK(ValidateListFleets(request));
  request.add_states(v1::FLEET_STATE_UNSPECIFIED);
  request.add_states(static_cast<v1::FleetState>(99));
  request.set_creator("two words");
  EXPECT_THAT(Fields(ValidateListFleets(request)), ElementsAre("states[1]", "states[2]", "creator"));
}

TEST(ValidateListFleetTasksTest, States) {
  v1::ListFleetTasksRequest request;
  request.add_states(v1::TASK_STATE_FAILED);
  FLEET_EXPECT_OK(ValidateListFleetTasks(request));
  request.add_states(v1::TASK_STATE_UNSPECIFIED);
  request.add_states(static_cast<v1::TaskState>(99));
  EXPECT_THAT(Fields(ValidateListFleetTasks(request)), ElementsAre("states[1]", "states[2]"));
}

TEST(ParsePageSizeTest, DefaultsAndBounds) {
  EXPECT_THAT(ParsePageSize(0, 50), IsOkAndHolds(50));
  EXPECT_THAT(ParsePageSize(1, 50), IsOkAndHolds(1));
  EXPECT_THAT(ParsePageSize(1000, 50), IsOkAndHolds(1000));
  EXPECT_THAT(ParsePageSize(1001, 50), IsOkAndHolds(1000));
  EXPECT_THAT(Fields(ParsePageSize(-1, 50).status()), ElementsAre("page_size"));
}

TEST(ParseIdTest, NamesTheField) {
  FLEET_EXPECT_OK(ParseId("fleet_id", kUlid));
  EXPECT_THAT(Fields(ParseId("fleet_id", "x").status()), ElementsAre("fleet_id"));
  EXPECT_THAT(Fields(ParseId("fleet_id", "").status()), ElementsAre("fleet_id"));
}

// ---- Catalog

TEST(ValidateImportRepositoriesTest, EveryField) {
  v1::ImportRepositoriesRequest request;
  EXPECT_THAT(Fields(ValidateImportRepositories(request)), ElementsAre("repositories"));
  v1::Repository& good = *request.add_repositories();
  good.set_repo("acme/api");
  good.set_clone_url("https://forge/acme/api.git");
  good.set_default_branch("main");
  FLEET_EXPECT_OK(ValidateImportRepositories(request));
  v1::Repository& bad = *request.add_repositories();
  bad.set_repo("Acme/API");
  bad.set_clone_url("https://user:secret@forge/x.git");
  bad.set_default_branch("-bad");
  const absl::Status status = ValidateImportRepositories(request);
  EXPECT_THAT(Fields(status),
              ElementsAre("repositories[1].repo", "repositories[1].clone_url", "repositories[1].default_branch"));
  for (const FieldViolation& violation : GetErrorInfo(status).violations) {
    EXPECT_THAT(violation.description, Not(HasSubstr("secret")));
  }
}

TEST(ValidateImportRepositoriesTest, MoreThanAllowed) {
  v1::ImportRepositoriesRequest request;
  for (int i = 0; i <= kMaxTargets; ++i) {
    v1::Repository& repository = *request.add_repositories();
    repository.set_repo(absl::StrCat("a/r", i));
    repository.set_clone_url("https://f/r");
  }
  EXPECT_THAT(Fields(ValidateImportRepositories(request)), ElementsAre("repositories"));
}

// ---- Runners

TEST(ValidateRegisterRunnerTest, EveryField) {
  v1::RegisterRunnerRequest request;
  EXPECT_THAT(Fields(ValidateRegisterRunner(request)), ElementsAre("runner_id", "name", "slots"));
  request.set_runner_id(kUlid);
  request.set_name(std::string(128, 'n'));
  request.set_slots(10000);
  request.set_pool("gpu-1");
  FLEET_EXPECT_OK(ValidateRegisterRunner(request));
  request.set_name(std::string(129, 'n'));
  request.set_slots(10001);
  request.set_pool("GPU");
  EXPECT_THAT(Fields(ValidateRegisterRunner(request)), ElementsAre("name", "pool", "slots"));
}

TEST(ValidateLeaseTasksTest, EveryField) {
  v1::LeaseTasksRequest request;
  EXPECT_THAT(Fields(ValidateLeaseTasks(request)), ElementsAre("runner_id", "lease_seq", "max_tasks"));
  request.set_runner_id(kUlid);
  request.set_lease_seq(1);
  request.set_max_tasks(1);
  request.mutable_wait_timeout()->set_seconds(60);
  FLEET_EXPECT_OK(ValidateLeaseTasks(request));
  request.mutable_wait_timeout()->set_nanos(1);
  EXPECT_THAT(Fields(ValidateLeaseTasks(request)), ElementsAre("wait_timeout"));
  request.mutable_wait_timeout()->set_seconds(-1);
  request.mutable_wait_timeout()->set_nanos(0);
  EXPECT_THAT(Fields(ValidateLeaseTasks(request)), ElementsAre("wait_timeout"));
}

TEST(ValidateReportTasksTest, Batch) {
  v1::ReportTasksRequest request;
  request.set_runner_id(kUlid);
  EXPECT_THAT(Fields(ValidateReportTasks(request)), ElementsAre("reports"));
  for (int i = 0; i < 500; ++i) request.add_reports();
  FLEET_EXPECT_OK(ValidateReportTasks(request));
  request.add_reports();
  EXPECT_THAT(Fields(ValidateReportTasks(request)), ElementsAre("reports"));
}

TEST(ValidateHeartbeatTest, EveryField) {
  v1::HeartbeatRequest request;
  EXPECT_THAT(Fields(ValidateHeartbeat(request)), ElementsAre("runner_id", "heartbeat_seq"));
  request.set_runner_id(kUlid);
  request.set_heartbeat_seq(1);
  v1::HeldLease& held = *request.add_held();
  held.set_task_id(absl::StrCat(kUlid, "-1"));
  held.set_attempt(1);
  FLEET_EXPECT_OK(ValidateHeartbeat(request));
  held.set_task_id("x");
  held.set_attempt(0);
  request.set_received_lease_seq(-1);
  EXPECT_THAT(Fields(ValidateHeartbeat(request)),
              ElementsAre("received_lease_seq", "held[0].task_id", "held[0].attempt"));
}

struct ReportCase {
  const char* name;
  std::function<void(v1::TaskReport&)> change;
  const char* problem;  // "": none
};

class ReportProblemTest : public ::testing::TestWithParam<ReportCase> {};

TEST_P(ReportProblemTest, IsFound) {
  v1::TaskReport report;
  report.set_task_id(absl::StrCat(kUlid, "-1"));
  report.set_attempt(1);
  report.set_state(v1::TASK_STATE_RUNNING);
  GetParam().change(report);
  const std::string problem = ReportProblem(report);
  if (*GetParam().problem == '\0') {
    EXPECT_EQ(problem, "");
  } else {
    EXPECT_THAT(problem, HasSubstr(GetParam().problem));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReportProblemTest,
    ::testing::Values(
        ReportCase{"Plain", [](auto&) {}, ""}, ReportCase{"TaskId", [](auto& r) { r.set_task_id("x"); }, "task_id"},
        ReportCase{"Attempt", [](auto& r) { r.set_attempt(0); }, "attempt"},
        ReportCase{"NoState", [](auto& r) { r.clear_state(); }, "state"},
        ReportCase{"Queued", [](auto& r) { r.set_state(v1::TASK_STATE_QUEUED); }, "state"},
        ReportCase{"Submitted", [](auto& r) { r.set_state(v1::TASK_STATE_SUBMITTED); }, "state"},
        ReportCase{"Hydrating", [](auto& r) { r.set_state(v1::TASK_STATE_HYDRATING); }, ""},
        ReportCase{"TimedOut", [](auto& r) { r.set_state(v1::TASK_STATE_TIMED_OUT); }, ""},
        ReportCase{"UnknownState", [](auto& r) { r.set_state(static_cast<v1::TaskState>(11)); }, "state"},
        ReportCase{"UnknownOutcome", [](auto& r) { r.mutable_result()->set_outcome(static_cast<v1::TaskOutcome>(99)); },
                   "outcome"},
        ReportCase{
            "UnknownCategory",
            [](auto& r) { r.mutable_result()->mutable_failure()->set_category(static_cast<v1::FailureCategory>(99)); },
            "category"},
        ReportCase{"UnknownReason",
                   [](auto& r) {
                     r.mutable_result()->mutable_failure()->set_reason(
                         static_cast<v1::FailureReason>(v1::FailureReason_MAX + 1));
                   },
                   "reason"},
        ReportCase{"LongestUrl", [](auto& r) { r.mutable_result()->set_pull_request_url(std::string(2000, 'u')); }, ""},
        ReportCase{"UrlTooLong", [](auto& r) { r.mutable_result()->set_pull_request_url(std::string(2001, 'u')); },
                   "pull_request_url"},
        ReportCase{"LongestCommit", [](auto& r) { r.mutable_result()->set_commit(std::string(64, 'f')); }, ""},
        ReportCase{"CommitTooLong", [](auto& r) { r.mutable_result()->set_commit(std::string(65, 'f')); }, "commit"},
        ReportCase{"CommitNotHex", [](auto& r) { r.mutable_result()->set_commit("xyz"); }, "commit"},
        ReportCase{"CostZero", [](auto& r) { r.mutable_result()->set_cost_usd(0); }, ""},
        ReportCase{"CostHighest", [](auto& r) { r.mutable_result()->set_cost_usd(1e6); }, ""},
        ReportCase{"CostTooHigh", [](auto& r) { r.mutable_result()->set_cost_usd(1e6 + 1); }, "cost_usd"},
        ReportCase{"CostNegative", [](auto& r) { r.mutable_result()->set_cost_usd(-0.01); }, "cost_usd"},
        ReportCase{"CostInfinite",
                   [](auto& r) { r.mutable_result()->set_cost_usd(std::numeric_limits<double>::infinity()); },
                   "cost_usd"},
        ReportCase{"CostNotANumber",
                   [](auto& r) { r.mutable_result()->set_cost_usd(std::numeric_limits<double>::quiet_NaN()); },
                   "cost_usd"}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace fleet::service
