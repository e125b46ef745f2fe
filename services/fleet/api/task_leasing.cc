#include "services/fleet/api/task_leasing.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "common/domain/bounds.h"
#include "common/logging/structured_log.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/runner_requests.h"

namespace fleet::service {
namespace {

using Kind = store::LeaseAnswer::Kind;

// What an answer needs to reach the caller before its deadline.
constexpr absl::Duration kWayBack = absl::Milliseconds(500);

absl::Status Refusal(Kind kind) {
  if (kind == Kind::kRunnerLost) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "this runner was marked lost: stop all work and register under a new runner_id",
                     {"RUNNER_LOST", {}, {}});
  }
  if (kind == Kind::kStale) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "lease_seq is one that this runner has received already: use the next number",
                     {"LEASE_SEQ_STALE", {}, {}});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, "this runner is not registered: call RegisterRunner first",
                   {"RUNNER_NOT_REGISTERED", {}, {}});
}

// Of every child: for debugging only.
void LogLeases(const domain::Ulid& runner_id, const store::LeaseAnswer& granted) {
  if (!LogEnabled(LogLevel::kDebug)) return;
  for (const store::GrantedTask& task : granted.tasks) {
    LogDebug("task_leased",
             {{"runner", runner_id.ToString()}, {"task", task.id.ToString()}, {"attempt", task.attempt}});
  }
}

}  // namespace

void TaskLeasing::Lease(const store::LeaseDemand& demand, absl::Duration wait, v1::LeaseTasksResponse& response,
                        const rpc::PendingCall& call) {
  const absl::Duration longest = std::max(absl::ZeroDuration(), std::min(wait, call.time_left - kWayBack));
  const auto answer = [&response, done = call.done, runner_id = demand.runner_id,
                       this](absl::StatusOr<store::LeaseAnswer> granted) {
    if (!granted.ok()) return done(granted.status());
    LogLeases(runner_id, *granted);
    Answer(*std::move(granted), response, done);
  };
  dispatcher_.Park(demand, longest, answer, call.abandoned);
}

void TaskLeasing::Answer(store::LeaseAnswer answer, v1::LeaseTasksResponse& response, const rpc::Done& done) {
  if (answer.kind == Kind::kNothing) return done(absl::OkStatus());
  if (answer.kind != Kind::kGranted) return done(Refusal(answer.kind));
  // The grant is stored: if this answer is lost, asking again with the same lease_seq gives it again.
  const bool taken =
      pool_.Submit([&response, done, granted = std::move(answer), this] { done(Fill(granted, response)); });
  if (!taken) done(absl::UnavailableError("too many calls wait; ask again with the same lease_seq"));
}

std::string TaskLeasing::Traceparent(const store::GrantedTask& task, int32_t generation,
                                     const LeasedFleetCache::Generation& fleet) const {
  // Without tracing nobody tells of the attempt: then its work is directly below what the caller named.
  if (!tracer_.is_on() || fleet.traceparent.empty()) return fleet.traceparent;
  return tracing::FormatTraceparent(fleet.trace.Attempt(task.id.ordinal, generation, task.attempt));
}

absl::Status TaskLeasing::Fill(const store::LeaseAnswer& granted, v1::LeaseTasksResponse& response) {
  std::vector<domain::TaskId> ids;
  ids.reserve(granted.tasks.size());
  for (const store::GrantedTask& task : granted.tasks) ids.push_back(task.id);
  FLEET_ASSIGN_OR_RETURN(const LeasedFleetCache::Leased leased, fleets_.Read(ids));
  std::set<LeasedFleetCache::Key> told;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const LeasedFleetCache::Key key(ids[i].fleet_id, leased.tasks[i].generation);
    const LeasedFleetCache::Generation& generation = *leased.generations.at(key);
    v1::Lease& lease = *response.add_leases();
    ToProto(granted.tasks[i], leased.tasks[i], generation.branch, lease);
    lease.set_traceparent(Traceparent(granted.tasks[i], key.second, generation));
    const bool is_new = told.insert(key).second;
    bytes += lease.ByteSizeLong() + (is_new ? generation.fleet.ByteSizeLong() : 0);
    if (bytes > domain::kMaxLeaseBytes && i > 0) {
      // The runner will not hold the others: they go back to the queue, without a try, with the heartbeat that
      // acknowledges this grant.
      response.mutable_leases()->RemoveLast();
      return absl::OkStatus();
    }
    if (is_new) *response.add_fleets() = generation.fleet;
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
