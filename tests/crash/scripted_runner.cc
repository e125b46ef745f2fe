#include "tests/crash/scripted_runner.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "tests/crash/crash_schedule.h"

namespace fleet::crash {
namespace {

constexpr absl::Duration kTimeout = absl::Milliseconds(1000);
constexpr absl::Duration kLeaseWait = absl::Milliseconds(100);
constexpr absl::Duration kRunnerPause = absl::Milliseconds(30);

int OrdinalOf(const std::string& task_id) {
  int ordinal = 0;
  (void)absl::SimpleAtoi(task_id.substr(task_id.rfind('-') + 1), &ordinal);
  return ordinal;
}

}  // namespace

ScriptedRunner::ScriptedRunner(const Options& options, RunnerJournal& journal)
    : options_(options),
      id_(domain::Ulid::Generate(absl::Now()).ToString()),
      journal_(journal),
      servers_(options.addresses, "runner", rpc::FailoverChannel::AfterLoss::kKeep) {}

template <typename Request, typename Response>
absl::Status ScriptedRunner::Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                  const Request& request, Response& response) {
  const rpc::FailoverChannel::Server server = servers_.InUse();
  grpc::ClientContext context;
  servers_.Prepare(context, kTimeout);
  const std::unique_ptr<Stub> stub = v1::RunnerService::NewStub(server.channel);
  const absl::Status status = rpc::FromGrpcStatus(((*stub).*method)(&context, request, &response));
  if (status.ok()) return status;
  servers_.MoveOn(server);
  MutexLock lock(mutex_);
  if (absl::IsFailedPrecondition(status)) lost_ = true;
  changed_.SignalAll();
  return status;
}

bool ScriptedRunner::Pause(absl::Duration pause) {
  MutexLock lock(mutex_);
  if (!lost_ && pause > absl::ZeroDuration()) changed_.WaitFor(mutex_, pause);
  return !lost_;
}

void ScriptedRunner::Live() {
  absl::StatusOr<absl::Duration> interval = Register();
  while (!interval.ok() && Pause(kRunnerPause)) interval = Register();
  if (!interval.ok()) return;
  PeriodicLoop heartbeats(*interval, [this] { return SendHeartbeat(); });
  absl::Duration pause;
  while (Pause(pause)) {
    absl::Status status = ReportWhatIsDue();
    if (status.ok()) status = LeaseMore();
    pause = status.ok() ? UntilDue(kRunnerPause) : kRunnerPause;
  }
  ReportTooLate();
}

void ScriptedRunner::ReportTooLate() {
  std::vector<std::pair<std::string, Work>> held;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, work] : held_) {
      held.emplace_back(id, Work{work.attempt, After(id, {work.attempt, v1::TASK_STATE_FINALIZING, {}}), {}});
    }
  }
  if (!held.empty()) (void)Report(held);
}

absl::Duration ScriptedRunner::UntilDue(absl::Duration most) const {
  MutexLock lock(mutex_);
  for (const auto& [id, work] : held_) most = std::min(most, std::max(absl::ZeroDuration(), work.due - absl::Now()));
  return most;
}

absl::StatusOr<absl::Duration> ScriptedRunner::Register() {
  v1::RegisterRunnerRequest request;
  request.set_runner_id(id_);
  request.set_name(options_.name);
  request.set_slots(options_.slots);
  v1::RegisterRunnerResponse response;
  FLEET_RETURN_IF_ERROR(Call(&Stub::RegisterRunner, request, response));
  return absl::Seconds(response.heartbeat_interval().seconds()) +
         absl::Nanoseconds(response.heartbeat_interval().nanos());
}

absl::Status ScriptedRunner::LeaseMore() {
  v1::LeaseTasksRequest request;
  const absl::Duration wait = UntilDue(kLeaseWait);
  {
    MutexLock lock(mutex_);
    const int free = options_.slots - static_cast<int>(held_.size());
    if (free <= 0) return absl::OkStatus();
    request.set_max_tasks(free);
  }
  request.set_runner_id(id_);
  request.set_lease_seq(lease_seq_);
  request.mutable_wait_timeout()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(wait)));
  v1::LeaseTasksResponse response;
  FLEET_RETURN_IF_ERROR(Call(&Stub::LeaseTasks, request, response));
  if (response.leases().empty()) return absl::OkStatus();
  MutexLock lock(mutex_);
  received_lease_seq_ = lease_seq_++;
  for (const v1::Lease& lease : response.leases()) {
    held_[lease.task_id()] = {lease.attempt(), v1::TASK_STATE_HYDRATING, absl::Now()};
    journal_.Write({JournalEntry::Kind::kLeased, absl::Now(), lease.task_id(), lease.attempt(), 0, id_});
  }
  return absl::OkStatus();
}

absl::Status ScriptedRunner::ReportWhatIsDue() {
  std::vector<std::pair<std::string, Work>> due;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, work] : held_) {
      if (work.due <= absl::Now()) due.emplace_back(id, work);
    }
  }
  return due.empty() ? absl::OkStatus() : Report(due);
}

absl::Status ScriptedRunner::Report(const std::vector<std::pair<std::string, Work>>& due) {
  v1::ReportTasksRequest request;
  request.set_runner_id(id_);
  for (const auto& [id, work] : due) {
    v1::TaskReport& report = *request.add_reports();
    report.set_task_id(id);
    report.set_attempt(work.attempt);
    report.set_state(work.next);
    if (work.next == v1::TASK_STATE_COMPLETED) report.mutable_result()->set_outcome(v1::TASK_OUTCOME_NO_CHANGES);
    if (work.next != v1::TASK_STATE_FAILED) continue;
    const bool for_good = FateOf(options_.seed, OrdinalOf(id), work.attempt) == Fate::kFailsForGood;
    report.mutable_result()->mutable_failure()->set_category(for_good ? v1::FAILURE_CATEGORY_AGENT
                                                                      : v1::FAILURE_CATEGORY_NETWORK);
    report.mutable_result()->mutable_failure()->set_message("as the schedule wants it");
  }
  v1::ReportTasksResponse response;
  const absl::Time sent = absl::Now();
  FLEET_RETURN_IF_ERROR(Call(&Stub::ReportTasks, request, response));
  for (std::size_t i = 0; i < due.size(); ++i) {
    Take(due[i].first, due[i].second, response.answers(static_cast<int>(i)), sent);
  }
  return absl::OkStatus();
}

// `work` is what was reported; a stop may have come in between, and then stands.
void ScriptedRunner::Take(const std::string& task_id, Work work, const v1::TaskReportAnswer& answer, absl::Time sent) {
  const bool final = work.next >= v1::TASK_STATE_COMPLETED;
  const bool ok = answer.status() == v1::REPORT_STATUS_OK;
  JournalEntry entry{JournalEntry::Kind::kEnded, sent, task_id, work.attempt, work.next, id_};
  if (answer.status() == v1::REPORT_STATUS_INVALID) entry.kind = JournalEntry::Kind::kInvalid;
  if (ok && work.next == v1::TASK_STATE_HYDRATING) entry.kind = JournalEntry::Kind::kBegan;
  if ((ok && (final || entry.kind == JournalEntry::Kind::kBegan)) || entry.kind == JournalEntry::Kind::kInvalid) {
    journal_.Write(entry);
  }
  MutexLock lock(mutex_);
  const auto held = held_.find(task_id);
  if (held == held_.end() || held->second.attempt != work.attempt) return;
  if (answer.status() == v1::REPORT_STATUS_STOP) {
    held->second.next = v1::TASK_STATE_CANCELLED;
    held->second.due = absl::Now();
  } else if (final || !ok) {
    held_.erase(held);
  } else if (held->second.next == work.next) {
    held->second.due = absl::Now() + StageOf(task_id, work);
    held->second.next = After(task_id, work);
  }
}

v1::TaskState ScriptedRunner::After(const std::string& task_id, const Work& work) const {
  if (work.next == v1::TASK_STATE_HYDRATING) return v1::TASK_STATE_RUNNING;
  if (work.next == v1::TASK_STATE_RUNNING) return v1::TASK_STATE_FINALIZING;
  const Fate fate = FateOf(options_.seed, OrdinalOf(task_id), work.attempt);
  return fate == Fate::kCompletes ? v1::TASK_STATE_COMPLETED : v1::TASK_STATE_FAILED;
}

// A third of the work, up to the longest.
absl::Duration ScriptedRunner::StageOf(const std::string& task_id, const Work& work) const {
  const std::size_t hash = std::hash<std::string>()(task_id) + static_cast<std::size_t>(work.next);
  return options_.longest_work * (static_cast<double>(1 + hash % 16) / 16 / 3);
}

PeriodicLoop::Next ScriptedRunner::SendHeartbeat() {
  v1::HeartbeatRequest request;
  request.set_runner_id(id_);
  request.set_heartbeat_seq(++heartbeat_seq_);
  {
    MutexLock lock(mutex_);
    if (lost_) return PeriodicLoop::Next::kWait;
    request.set_received_lease_seq(received_lease_seq_);
    for (const auto& [task_id, work] : held_) {
      v1::HeldLease& lease = *request.add_held();
      lease.set_task_id(task_id);
      lease.set_attempt(work.attempt);
    }
  }
  v1::HeartbeatResponse response;
  if (Call(&Stub::Heartbeat, request, response).ok()) Obey(response);
  return PeriodicLoop::Next::kWait;
}

void ScriptedRunner::Obey(const v1::HeartbeatResponse& answer) {
  MutexLock lock(mutex_);
  for (const v1::StopDirective& stop : answer.stops()) {
    const auto held = held_.find(stop.lease().task_id());
    if (held == held_.end() || held->second.attempt != stop.lease().attempt()) continue;
    if (stop.reason() == v1::STOP_REASON_LEASE_LOST) {
      held_.erase(held);
      continue;
    }
    held->second.next =
        stop.reason() == v1::STOP_REASON_TIMED_OUT ? v1::TASK_STATE_TIMED_OUT : v1::TASK_STATE_CANCELLED;
    held->second.due = absl::Now();
  }
  changed_.SignalAll();
}

}  // namespace fleet::crash
