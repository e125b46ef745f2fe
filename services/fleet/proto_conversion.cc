#include "services/fleet/proto_conversion.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/text.h"
#include "common/domain/waiting.h"
#include "common/rpc/proto_time.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace fleet::service {
namespace {

using domain::Outcome;
using domain::TaskState;
using rpc::ToProtoDuration;
using rpc::ToProtoTime;

// Stored enumerators have the numbers of the contract.
static_assert(static_cast<int>(domain::FleetState::kCancelled) == v1::FLEET_STATE_CANCELLED);
static_assert(static_cast<int>(TaskState::kTimedOut) == v1::TASK_STATE_TIMED_OUT);
static_assert(static_cast<int>(Outcome::kReportOnly) == v1::TASK_OUTCOME_REPORT_ONLY);
static_assert(static_cast<int>(domain::FailureCategory::kUnknown) == v1::FAILURE_CATEGORY_UNKNOWN);
static_assert(static_cast<int>(domain::FailureReason::kUnknown) == v1::FAILURE_REASON_UNKNOWN);
static_assert(static_cast<int>(domain::FailureReason::kBranchNameBlocked) == v1::FAILURE_REASON_BRANCH_NAME_BLOCKED);
static_assert(static_cast<int>(domain::WaitReason::kPaused) == v1::WAIT_REASON_PAUSED);
static_assert(static_cast<int>(domain::LimitEffect::kSetting) == v1::LIMIT_EFFECT_SETTING);
static_assert(static_cast<int>(domain::CancelMode::kDrain) == v1::CANCEL_MODE_DRAIN);

constexpr std::size_t kMaxMessage = 2000;
constexpr std::size_t kMaxLogTail = 64 << 10;
constexpr double kMicros = 1e6;

v1::Rollup ToProto(const domain::Rollup& rollup) {
  v1::Rollup proto;
  proto.set_total(rollup.total);
  proto.set_expanded(rollup.expanded);
  v1::TaskStateCounts& states = *proto.mutable_states();
  states.set_queued(rollup.State(TaskState::kQueued));
  states.set_submitted(rollup.State(TaskState::kSubmitted));
  states.set_hydrating(rollup.State(TaskState::kHydrating));
  states.set_running(rollup.State(TaskState::kRunning));
  states.set_awaiting_approval(rollup.State(TaskState::kAwaitingApproval));
  states.set_finalizing(rollup.State(TaskState::kFinalizing));
  states.set_completed(rollup.State(TaskState::kCompleted));
  states.set_failed(rollup.State(TaskState::kFailed));
  states.set_cancelled(rollup.State(TaskState::kCancelled));
  states.set_timed_out(rollup.State(TaskState::kTimedOut));
  const auto outcome = [&](Outcome which) { return rollup.outcomes[static_cast<std::size_t>(which)]; };
  v1::TaskOutcomeCounts& outcomes = *proto.mutable_outcomes();
  outcomes.set_unspecified(outcome(Outcome::kUnspecified));
  outcomes.set_pull_request_opened(outcome(Outcome::kPullRequestOpened));
  outcomes.set_pull_request_updated(outcome(Outcome::kPullRequestUpdated));
  outcomes.set_branch_pushed(outcome(Outcome::kBranchPushed));
  outcomes.set_no_changes(outcome(Outcome::kNoChanges));
  outcomes.set_report_only(outcome(Outcome::kReportOnly));
  for (std::size_t i = 1; i < rollup.categories.size(); ++i) {
    if (rollup.categories[i] == 0) continue;
    v1::FailureCategoryCount& count = *proto.add_failure_categories();
    count.set_category(static_cast<v1::FailureCategory>(i));
    count.set_count(rollup.categories[i]);
  }
  proto.set_cost_usd(static_cast<double>(rollup.cost_micros) / kMicros);
  proto.set_known_cost_count(rollup.known_cost);
  *proto.mutable_task_duration() = ToProtoDuration(absl::Milliseconds(rollup.duration_ms));
  return proto;
}

// With the words for the reason if there is one, else those for the category.
v1::Failure ToProto(domain::FailureCategory category, domain::FailureReason reason, const std::string& message) {
  const bool has_reason = reason != domain::FailureReason::kUnspecified;
  const domain::FailureKind& kind = has_reason ? domain::KindOf(reason) : domain::GeneralKindOf(category);
  v1::Failure proto;
  proto.set_category(static_cast<v1::FailureCategory>(category));
  proto.set_reason(static_cast<v1::FailureReason>(reason));
  proto.set_title(std::string(kind.title));
  proto.set_remedy(std::string(kind.remedy));
  proto.set_retryable(kind.retryable);
  proto.set_message(message);
  return proto;
}

bool HasBranch(Outcome outcome) {
  return outcome == Outcome::kPullRequestOpened || outcome == Outcome::kPullRequestUpdated ||
         outcome == Outcome::kBranchPushed;
}

}  // namespace

v1::Fleet ToProto(const store::FleetRecord& record) {
  const domain::Fleet& fleet = record.fleet;
  v1::Fleet proto;
  proto.set_fleet_id(fleet.id.ToString());
  proto.set_creator(fleet.creator);
  proto.set_workflow_ref(record.intent.workflow_ref);
  proto.set_resolved_workflow(record.intent.resolved_workflow);
  proto.set_task_description(record.intent.task_description);
  proto.mutable_parameters()->insert(record.intent.parameters.begin(), record.intent.parameters.end());
  proto.mutable_policy()->set_max_concurrency(fleet.policy.max_concurrency);
  *proto.mutable_policy()->mutable_task_timeout() = ToProtoDuration(fleet.policy.task_timeout);
  proto.mutable_policy()->set_max_tries(fleet.policy.max_tries);
  proto.mutable_policy()->set_priority(fleet.policy.priority);
  if (fleet.policy.deadline.has_value()) {
    *proto.mutable_policy()->mutable_deadline() = ToProtoTime(*fleet.policy.deadline);
  }
  proto.set_state(static_cast<v1::FleetState>(fleet.state));
  *proto.mutable_rollup() = ToProto(fleet.rollup);
  proto.set_revision(fleet.revision);
  for (const domain::Waiting& waiting : domain::WaitingOn(fleet, record.usage)) {
    v1::Waiting& reason = *proto.add_waiting_on();
    reason.set_reason(static_cast<v1::WaitReason>(waiting.reason));
    reason.set_message(waiting.message);
    if (waiting.reason == domain::WaitReason::kPaused) {
      absl::StrAppend(reason.mutable_message(), "; continue it with fleetctl resume ", fleet.id.ToString());
    }
  }
  *proto.mutable_create_time() = ToProtoTime(fleet.created_at);
  *proto.mutable_update_time() = ToProtoTime(fleet.updated_at);
  if (fleet.started_at.has_value()) *proto.mutable_start_time() = ToProtoTime(*fleet.started_at);
  if (fleet.ended_at.has_value()) *proto.mutable_end_time() = ToProtoTime(*fleet.ended_at);
  proto.set_cancelled_by(fleet.cancelled_by);
  proto.set_cancel_mode(static_cast<v1::CancelMode>(fleet.cancel_mode));
  proto.set_failure_message(fleet.failure_message);
  if (fleet.pause_reasons != 0) proto.add_pause_reasons(v1::PAUSE_REASON_USER);
  proto.set_paused_by(fleet.paused_by);
  proto.set_generation(fleet.generation);
  proto.set_retrying(fleet.redriving);
  proto.set_deadline_exceeded(fleet.expired);
  return proto;
}

v1::Task ToProto(const store::TaskRecord& record, bool detailed) {
  const domain::Task& task = record.task;
  v1::Task proto;
  proto.set_task_id(task.id.ToString());
  proto.set_fleet_id(task.id.fleet_id.ToString());
  proto.set_ordinal(task.id.ordinal);
  proto.set_repo(task.repo);
  proto.set_state(static_cast<v1::TaskState>(task.state));
  proto.set_outcome(static_cast<v1::TaskOutcome>(task.outcome));
  proto.set_attempt(task.attempt);
  proto.set_tries(task.tries);
  proto.set_losses(task.losses);
  proto.set_generation(task.generation);
  proto.set_cancel_requested(task.cancel_requested_at.has_value());
  if (task.category != domain::FailureCategory::kNone) {
    // The record may be of an earlier attempt than the one that a deadline or the queue's age ended.
    const bool is_its_own = domain::KindOf(record.reason).category == task.category;
    const auto reason = is_its_own ? record.reason : domain::FailureReason::kUnspecified;
    *proto.mutable_failure() = ToProto(task.category, reason, record.message);
  }
  proto.set_pull_request_url(task.pull_request_url);
  if (HasBranch(task.outcome) || !task.commit.empty()) {
    proto.set_branch(domain::BranchName(task.id.fleet_id, task.repo));
  }
  proto.set_commit(task.commit);
  if (task.cost_micros.has_value()) proto.set_cost_usd(static_cast<double>(*task.cost_micros) / kMicros);
  if (task.duration_ms.has_value()) {
    *proto.mutable_duration() = ToProtoDuration(absl::Milliseconds(*task.duration_ms));
  }
  if (!task.runner_id.IsNone()) proto.set_runner_id(task.runner_id.ToString());
  if (task.leased_at.has_value()) *proto.mutable_lease_time() = ToProtoTime(*task.leased_at);
  if (task.ended_at.has_value()) *proto.mutable_end_time() = ToProtoTime(*task.ended_at);
  if (task.retry_at.has_value()) *proto.mutable_retry_time() = ToProtoTime(*task.retry_at);
  if (detailed) {
    proto.set_summary(record.summary);
    proto.mutable_parameters()->insert(record.parameters.begin(), record.parameters.end());
  }
  return proto;
}

v1::TaskAttempt ToProto(const store::AttemptRecord& record, bool with_log) {
  v1::TaskAttempt proto;
  proto.set_attempt(record.attempt);
  proto.set_generation(record.generation);
  if (!record.runner_id.IsNone()) proto.set_runner_id(record.runner_id.ToString());
  proto.set_state(static_cast<v1::TaskState>(record.state));
  if (record.category != domain::FailureCategory::kNone) {
    *proto.mutable_failure() = ToProto(record.category, record.reason, record.texts.message);
  }
  if (record.leased_at.has_value()) *proto.mutable_lease_time() = ToProtoTime(*record.leased_at);
  if (record.ended_at.has_value()) *proto.mutable_end_time() = ToProtoTime(*record.ended_at);
  if (record.cost_micros.has_value()) proto.set_cost_usd(static_cast<double>(*record.cost_micros) / kMicros);
  proto.set_summary(record.texts.summary);
  if (with_log) proto.set_log_tail(record.texts.log_tail);
  return proto;
}

v1::FailureGroup ToProto(const store::FailureGroup& group) {
  v1::FailureGroup proto;
  proto.set_fingerprint(group.fingerprint);
  *proto.mutable_failure() = ToProto(group.category, group.reason, group.message);
  proto.set_count(group.count);
  for (const std::string& repo : group.sample_repos) proto.add_sample_repos(repo);
  return proto;
}

v1::Repository ToProto(const store::RepositoryRecord& record) {
  v1::Repository proto;
  proto.set_repo(record.repo);
  proto.set_clone_url(record.clone_url);
  proto.set_default_branch(record.default_branch);
  *proto.mutable_create_time() = ToProtoTime(record.created_at);
  *proto.mutable_update_time() = ToProtoTime(record.updated_at);
  return proto;
}

absl::StatusOr<v1::Workflow> ToProto(const store::WorkflowRecord& record) {
  v1::Workflow workflow;
  const auto status = google::protobuf::util::JsonStringToMessage(record.definition, &workflow);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("workflow ", record.name, " is stored unreadably: ", status.ToString()));
  }
  *workflow.mutable_create_time() = ToProtoTime(record.created_at);
  return workflow;
}

v1::Limit ToProto(const store::LimitRecord& record) {
  v1::Limit proto;
  proto.set_name(record.name);
  proto.set_scope(record.scope);
  proto.set_value(record.value);
  proto.set_description(record.description);
  proto.set_effect(static_cast<v1::LimitEffect>(record.effect));
  proto.set_scope_kind(static_cast<v1::ScopeKind>(record.scope_kind));
  if (record.updated_at.has_value()) *proto.mutable_update_time() = ToProtoTime(*record.updated_at);
  proto.set_updated_by(record.updated_by);
  return proto;
}

v1::AuditEvent ToProto(const store::AuditRecord& record) {
  v1::AuditEvent proto;
  proto.set_event_id(record.event_id);
  *proto.mutable_time() = ToProtoTime(record.at);
  proto.set_actor(record.actor);
  proto.set_action(record.action);
  if (!record.fleet_id.IsNone()) proto.set_fleet_id(record.fleet_id.ToString());
  proto.set_subject(record.subject);
  proto.set_before(record.before);
  proto.set_after(record.after);
  return proto;
}

absl::StatusOr<std::string> ToDefinition(const v1::Workflow& workflow) {
  v1::Workflow content = workflow;
  content.clear_create_time();
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(content, &text);
  if (!status.ok()) return absl::InternalError(absl::StrCat("cannot store the workflow: ", status.ToString()));
  // Protobuf leaves the order of map entries open; nlohmann::json sorts keys, so that equal workflows are equal texts.
  return nlohmann::json::parse(text).dump();
}

domain::TaskReport ToDomain(const v1::TaskReport& report, const domain::Ulid& runner_id) {
  domain::TaskReport result;
  result.task = domain::TaskId::Parse(report.task_id()).value_or(domain::TaskId());
  result.attempt = report.attempt();
  result.runner_id = runner_id;
  result.state = static_cast<TaskState>(report.state());
  if (!domain::IsTerminal(result.state)) return result;
  const v1::TaskResult& from = report.result();
  if (result.state == TaskState::kCompleted) result.outcome = static_cast<Outcome>(from.outcome());
  result.category = static_cast<domain::FailureCategory>(from.failure().category());
  result.reason = static_cast<domain::FailureReason>(from.failure().reason());
  if (result.reason != domain::FailureReason::kUnspecified) result.category = domain::KindOf(result.reason).category;
  if (from.has_cost_usd()) result.cost_micros = std::llround(from.cost_usd() * kMicros);
  result.pull_request_url = domain::CleanText(from.pull_request_url());
  result.commit = from.commit();
  result.texts.message = domain::KeepHead(domain::CleanText(from.failure().message()), kMaxMessage);
  result.texts.summary = domain::KeepHead(domain::CleanText(from.summary()), kMaxMessage);
  result.texts.log_tail = domain::KeepTail(domain::CleanText(from.log_tail()), kMaxLogTail);
  return result;
}

std::string StateName(TaskState state) {
  constexpr absl::string_view kPrefix = "TASK_STATE_";
  return absl::AsciiStrToLower(v1::TaskState_Name(static_cast<v1::TaskState>(state)).substr(kPrefix.size()));
}

std::string CategoryName(domain::FailureCategory category) {
  constexpr absl::string_view kPrefix = "FAILURE_CATEGORY_";
  return absl::AsciiStrToLower(
      v1::FailureCategory_Name(static_cast<v1::FailureCategory>(category)).substr(kPrefix.size()));
}

}  // namespace fleet::service
