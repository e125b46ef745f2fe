#include "services/fleet/requests/fleet_messages.h"

#include <string>

#include "common/domain/compare_url.h"
#include "common/domain/waiting.h"
#include "common/rpc/proto_time.h"
#include "services/fleet/requests/advice.h"

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
static_assert(static_cast<int>(domain::FailureReason::kBranchIsBase) == v1::FAILURE_REASON_BRANCH_IS_BASE);
static_assert(static_cast<int>(domain::WaitReason::kUnsealed) == v1::WAIT_REASON_UNSEALED);
static_assert(static_cast<int>(domain::CancelMode::kDrain) == v1::CANCEL_MODE_DRAIN);

constexpr double kMicros = 1e6;

void ToProto(const domain::Rollup& rollup, v1::Rollup& proto) {
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
}

// With the words for the reason if there is one, else those for the category.
void ToProto(domain::FailureCategory category, domain::FailureReason reason, const std::string& message,
             v1::Failure& proto) {
  const bool has_reason = reason != domain::FailureReason::kUnspecified;
  const domain::FailureKind& kind = has_reason ? domain::KindOf(reason) : domain::GeneralKindOf(category);
  proto.set_category(static_cast<v1::FailureCategory>(category));
  proto.set_reason(static_cast<v1::FailureReason>(reason));
  proto.set_title(std::string(kind.title));
  proto.set_remedy(std::string(kind.remedy));
  proto.set_retryable(kind.retryable);
  proto.set_message(message);
}

bool HasBranch(Outcome outcome) {
  return outcome == Outcome::kPullRequestOpened || outcome == Outcome::kPullRequestUpdated ||
         outcome == Outcome::kBranchPushed;
}

}  // namespace

void ToProto(const store::FleetRecord& record, v1::Fleet& proto) {
  const domain::Fleet& fleet = record.fleet;
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
  ToProto(fleet.rollup, *proto.mutable_rollup());
  proto.set_revision(fleet.revision);
  for (const domain::Waiting& waiting : domain::WaitingOn(fleet, record.usage)) {
    v1::Waiting& reason = *proto.add_waiting_on();
    reason.set_reason(static_cast<v1::WaitReason>(waiting.reason));
    reason.set_message(WithAdvice(waiting, fleet));
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
  proto.set_pool(fleet.pool);
  proto.set_branch(record.intent.branch);
  proto.set_open_targets(fleet.open_targets);
  if (record.intent.omitted_bytes > 0) proto.set_omitted_bytes(record.intent.omitted_bytes);
}

void ToProto(const store::GenerationRecord& record, v1::FleetGeneration& proto) {
  proto.set_generation(record.generation);
  proto.set_created_by(record.created_by);
  *proto.mutable_create_time() = ToProtoTime(record.created_at);
  proto.set_resolved_workflow(record.intent.resolved_workflow);
  proto.set_task_description(record.intent.task_description);
  proto.mutable_parameters()->insert(record.intent.parameters.begin(), record.intent.parameters.end());
  proto.set_retried_count(record.retried);
  if (record.intent.omitted_bytes > 0) proto.set_omitted_bytes(record.intent.omitted_bytes);
}

void ToProto(const store::TaskRecord& record, bool detailed, v1::Task& proto) {
  const domain::Task& task = record.task;
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
    ToProto(task.category, reason, record.message, *proto.mutable_failure());
  }
  proto.set_pull_request_url(task.pull_request_url);
  if (HasBranch(task.outcome) || !task.commit.empty()) proto.set_branch(record.branch);
  proto.set_commit(task.commit);
  if (task.cost_micros.has_value()) proto.set_cost_usd(static_cast<double>(*task.cost_micros) / kMicros);
  if (task.duration_ms.has_value()) {
    *proto.mutable_duration() = ToProtoDuration(absl::Milliseconds(*task.duration_ms));
  }
  if (!task.runner_id.IsNone()) proto.set_runner_id(task.runner_id.ToString());
  if (task.leased_at.has_value()) *proto.mutable_lease_time() = ToProtoTime(*task.leased_at);
  if (task.ended_at.has_value()) *proto.mutable_end_time() = ToProtoTime(*task.ended_at);
  if (task.retry_at.has_value()) *proto.mutable_retry_time() = ToProtoTime(*task.retry_at);
  proto.set_summary(record.summary);
  proto.set_clone_url(record.clone_url);
  if (!proto.branch().empty() && task.pull_request_url.empty()) {
    proto.set_compare_url(domain::CompareUrl(record.clone_url, record.default_branch, record.branch));
  }
  if (detailed) {
    proto.mutable_parameters()->insert(record.parameters.begin(), record.parameters.end());
  }
}

void ToProto(const store::AttemptRecord& record, bool with_log, v1::TaskAttempt& proto) {
  proto.set_attempt(record.attempt);
  proto.set_generation(record.generation);
  if (!record.runner_id.IsNone()) proto.set_runner_id(record.runner_id.ToString());
  proto.set_runner_name(record.runner_name);
  proto.set_state(static_cast<v1::TaskState>(record.state));
  if (record.category != domain::FailureCategory::kNone) {
    ToProto(record.category, record.reason, record.texts.message, *proto.mutable_failure());
  }
  if (record.leased_at.has_value()) *proto.mutable_lease_time() = ToProtoTime(*record.leased_at);
  if (record.ended_at.has_value()) *proto.mutable_end_time() = ToProtoTime(*record.ended_at);
  if (record.cost_micros.has_value()) proto.set_cost_usd(static_cast<double>(*record.cost_micros) / kMicros);
  proto.set_summary(record.texts.summary);
  if (with_log) proto.set_log_tail(record.texts.log_tail);
}

void ToProto(const store::FailureGroup& group, v1::FailureGroup& proto) {
  proto.set_fingerprint(group.fingerprint);
  ToProto(group.category, group.reason, group.message, *proto.mutable_failure());
  proto.set_count(group.count);
  for (const std::string& repo : group.sample_repos) proto.add_sample_repos(repo);
}

}  // namespace fleet::service
