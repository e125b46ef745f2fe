#include "workers/task_runner/task_reporter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/logging/structured_log.h"
#include "common/rpc/backoff.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(3);

v1::TaskReport MakeReport(const v1::Lease& lease, v1::TaskState state) {
  v1::TaskReport report;
  report.set_task_id(lease.task_id());
  report.set_attempt(lease.attempt());
  report.set_state(state);
  return report;
}

absl::Status LeaseLost() { return absl::AbortedError("the lease is lost"); }

absl::Status StatusOfToken(const StopToken& stop) {
  if (stop.abandoned()) return LeaseLost();
  return stop.stopped() ? absl::CancelledError("stopped") : absl::OkStatus();
}

absl::Status Refused(absl::string_view message) {
  domain::FailureEvidence evidence;
  evidence.stage = domain::FailureStage::kReport;
  evidence.report_refused = true;
  return TaskFailure(evidence, message);
}

absl::Status StatusOf(const v1::TaskReportAnswer& answer) {
  switch (answer.status()) {
    case v1::REPORT_STATUS_OK:
      return absl::OkStatus();
    case v1::REPORT_STATUS_STOP:
      return absl::CancelledError("the fleet was cancelled");
    case v1::REPORT_STATUS_INVALID:
      return Refused(absl::StrCat("a report was refused: ", answer.message()));
    default:
      return LeaseLost();
  }
}

// What is reported instead of a result that cannot be stored.
void MakePlainFailure(v1::TaskReport& report, const std::string& problem) {
  report.set_state(v1::TASK_STATE_FAILED);
  report.clear_result();
  *report.mutable_result()->mutable_failure() =
      ToFailure(Refused(absl::StrCat("the result could not be stored: ", problem)));
}

}  // namespace

TaskReporter::TaskReporter(RunnerClient& client, const LeaseFence& fence, std::string runner_id)
    : client_(client), fence_(fence), runner_id_(std::move(runner_id)) {}

absl::StatusOr<v1::TaskReportAnswer> TaskReporter::Ask(const v1::TaskReport& report, const std::string& traceparent) {
  v1::ReportTasksRequest request;
  request.set_runner_id(runner_id_);
  *request.add_reports() = report;
  const auto response = client_.ReportTasks(request, traceparent);
  if (response.ok() && response->answers_size() == 1) return response->answers(0);
  if (response.ok()) return absl::InternalError("a report was not answered");
  if (MustRegisterAnew(response.status())) return LeaseLost();
  if (absl::IsInvalidArgument(response.status())) {
    v1::TaskReportAnswer answer;
    answer.set_status(v1::REPORT_STATUS_INVALID);
    answer.set_message(std::string(response.status().message()));
    return answer;
  }
  return response.status();
}

absl::Status TaskReporter::Announce(const v1::Lease& lease, v1::TaskState state, const StopToken& stop) {
  const v1::TaskReport report = MakeReport(lease, state);
  rpc::Backoff backoff(kFirstPause, kLongestPause);
  while (true) {
    if (stop.stopped()) return StatusOfToken(stop);
    const auto answer = Ask(report, lease.traceparent());
    if (answer.ok()) return StatusOf(*answer);
    if (absl::IsAborted(answer.status()) || stop.WaitUntilAbandoned(backoff.Next())) return LeaseLost();
  }
}

absl::Status TaskReporter::AnnounceOnce(const v1::Lease& lease, v1::TaskState state, const StopToken& stop) {
  if (stop.stopped()) return StatusOfToken(stop);
  const auto answer = Ask(MakeReport(lease, state), lease.traceparent());
  if (answer.ok()) return StatusOf(*answer);
  return absl::IsAborted(answer.status()) ? LeaseLost() : absl::OkStatus();
}

void TaskReporter::Finish(const v1::Lease& lease, v1::TaskState state, const v1::TaskResult& result,
                          const StopToken& stop) {
  v1::TaskReport report = MakeReport(lease, state);
  *report.mutable_result() = result;
  rpc::Backoff backoff(kFirstPause, kLongestPause);
  for (int refusals = 0; refusals < 2;) {
    const auto answer = Ask(report, lease.traceparent());
    if (answer.ok() && answer->status() == v1::REPORT_STATUS_INVALID) {
      LogError("report_refused", {{"task", lease.task_id()}, {"reason", answer->message()}});
      MakePlainFailure(report, answer->message());
      ++refusals;
    } else if (answer.ok() && answer->status() == v1::REPORT_STATUS_STOP &&
               report.state() != v1::TASK_STATE_CANCELLED) {
      report.set_state(v1::TASK_STATE_CANCELLED);
      report.mutable_result()->clear_outcome();
      report.mutable_result()->clear_failure();
    } else if (answer.ok() || absl::IsAborted(answer.status())) {
      return;
    } else if (stop.WaitUntilAbandoned(backoff.Next())) {
      LogWarning("report_given_up", {{"task", lease.task_id()}, {"error", answer.status()}});
      return;
    }
  }
}

}  // namespace fleet::runner
