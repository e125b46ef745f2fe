#include "services/fleet/requests/runner_requests.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include <functional>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kRunnerUlid[] = "01HZ0000000000000000000001";
const domain::Ulid kRunnerId = *domain::Ulid::Parse(kRunnerUlid);

TEST(ValidateRegisterRunnerTest, EveryField) {
  v1::RegisterRunnerRequest request;
  EXPECT_THAT(Fields(ValidateRegisterRunner(request)), ElementsAre("runner_id", "name", "slots"));
  request.set_runner_id(kRunnerUlid);
  request.set_name(std::string(128, 'n'));
  request.set_slots(10000);
  request.set_pool("gpu-1");
  request.set_version(std::string(64, 'v'));
  request.set_host(std::string(255, 'h'));
  FLEET_EXPECT_OK(ValidateRegisterRunner(request));
  request.set_version(std::string(65, 'v'));
  request.set_host(std::string(256, 'h'));
  request.set_name(std::string(129, 'n'));
  request.set_slots(10001);
  request.set_pool("GPU");
  EXPECT_THAT(Fields(ValidateRegisterRunner(request)), ElementsAre("name", "pool", "version", "host", "slots"));
}

TEST(ValidateLeaseTasksTest, EveryField) {
  v1::LeaseTasksRequest request;
  EXPECT_THAT(Fields(ValidateLeaseTasks(request)), ElementsAre("runner_id", "lease_seq", "max_tasks"));
  request.set_runner_id(kRunnerUlid);
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
  request.set_runner_id(kRunnerUlid);
  EXPECT_THAT(Fields(ValidateReportTasks(request)), ElementsAre("reports"));
  for (int i = 0; i < 500; ++i) request.add_reports();
  FLEET_EXPECT_OK(ValidateReportTasks(request));
  request.add_reports();
  EXPECT_THAT(Fields(ValidateReportTasks(request)), ElementsAre("reports"));
}

TEST(ValidateHeartbeatTest, EveryField) {
  v1::HeartbeatRequest request;
  EXPECT_THAT(Fields(ValidateHeartbeat(request)), ElementsAre("runner_id", "heartbeat_seq"));
  request.set_runner_id(kRunnerUlid);
  request.set_heartbeat_seq(1);
  v1::HeldLease& held = *request.add_held();
  held.set_task_id(absl::StrCat(kRunnerUlid, "-1"));
  held.set_attempt(1);
  FLEET_EXPECT_OK(ValidateHeartbeat(request));
  while (request.held_size() < 10'000) *request.add_held() = held;
  FLEET_EXPECT_OK(ValidateHeartbeat(request));
  *request.add_held() = held;
  EXPECT_THAT(Fields(ValidateHeartbeat(request)), ElementsAre("held"));
  request.mutable_held()->DeleteSubrange(1, 10'000);
  request.mutable_held(0)->set_task_id("x");
  request.mutable_held(0)->set_attempt(0);
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
  report.set_task_id(absl::StrCat(kRunnerUlid, "-1"));
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
        ReportCase{"UrlTooLong", [](auto& r) { r.mutable_result()->set_pull_request_url(std::string(2001, 'u')); }, ""},
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

v1::TaskReport Report(v1::TaskState state) {
  v1::TaskReport report;
  report.set_task_id(std::string(kRunnerUlid) + "-5");
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
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_COMPLETED), kRunnerId);
  EXPECT_EQ(report.task, (domain::TaskId{kRunnerId, 5}));
  EXPECT_EQ(report.attempt, 2);
  EXPECT_EQ(report.runner_id, kRunnerId);
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
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_FAILED), kRunnerId);
  EXPECT_EQ(report.outcome, domain::Outcome::kUnspecified);
  EXPECT_EQ(report.category, domain::FailureCategory::kNetwork);
}

TEST(ReportToDomainTest, TheReasonDecidesTheCategory) {
  v1::TaskReport proto = Report(v1::TASK_STATE_FAILED);
  EXPECT_EQ(ToDomain(proto, kRunnerId).reason, domain::FailureReason::kUnspecified);
  proto.mutable_result()->mutable_failure()->set_reason(v1::FAILURE_REASON_DISK_FULL);
  for (const v1::FailureCategory category :
       {v1::FAILURE_CATEGORY_UNSPECIFIED, v1::FAILURE_CATEGORY_NETWORK, v1::FAILURE_CATEGORY_COMPUTE}) {
    proto.mutable_result()->mutable_failure()->set_category(category);
    const domain::TaskReport report = ToDomain(proto, kRunnerId);
    EXPECT_EQ(report.reason, domain::FailureReason::kDiskFull);
    EXPECT_EQ(report.category, domain::FailureCategory::kCompute);
  }
}

TEST(ReportToDomainTest, ProgressCarriesNothingElse) {
  const domain::TaskReport report = ToDomain(Report(v1::TASK_STATE_RUNNING), kRunnerId);
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
  result.set_pull_request_url("https://forge/" + std::string(3000, 'u'));
  const domain::TaskReport report = ToDomain(proto, kRunnerId);
  EXPECT_EQ(report.texts.message, "ab" + std::string(1998, 'm'));
  EXPECT_EQ(report.texts.summary, "\xEF\xBF\xBD" + std::string(1997, 's'));
  EXPECT_EQ(report.texts.log_tail, std::string((64 << 10) - 4, 'l') + "last");
  EXPECT_EQ(report.pull_request_url.size(), 2001U) << "still too long";
}

// Names are refused; what a step prints is not: it is cleaned when it is stored, and again when it is shown. A pull
// request is judged with its repository, and left out.
TEST(ReportTextsTest, EveryTextIsANameOrWhatAStepSays) {
  using google::protobuf::FieldDescriptor;
  // Title and remedy are output only: what a report has there is not read.
  const std::set<std::string> said = {"fleet.v1.Failure.message",     "fleet.v1.Failure.title",
                                      "fleet.v1.Failure.remedy",      "fleet.v1.TaskResult.summary",
                                      "fleet.v1.TaskResult.log_tail", "fleet.v1.TaskResult.pull_request_url"};
  const auto set_texts = [&](google::protobuf::Message& message, v1::TaskReport& report) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      if (field.type() != FieldDescriptor::TYPE_STRING) continue;
      const std::string before = message.GetReflection()->GetString(message, &field);
      message.GetReflection()->SetString(&message, &field, "a\u200Bb");
      EXPECT_EQ(ReportProblem(report).empty(), said.count(field.full_name()) > 0) << field.full_name();
      message.GetReflection()->SetString(&message, &field, before);
    }
  };
  v1::TaskReport report;
  report.set_task_id("01ARZ3NDEKTSV4RRFFQ69G5FAV-1");
  report.set_attempt(1);
  report.set_state(v1::TASK_STATE_FAILED);
  set_texts(report, report);
  set_texts(*report.mutable_result(), report);
  set_texts(*report.mutable_result()->mutable_failure(), report);
}

}  // namespace
}  // namespace fleet::service
