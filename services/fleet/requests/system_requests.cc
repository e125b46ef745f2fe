#include "services/fleet/requests/system_requests.h"

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/rpc/proto_time.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

static_assert(static_cast<int>(store::RunnerState::kLive) == v1::RUNNER_STATE_LIVE);
static_assert(static_cast<int>(store::RunnerState::kLost) == v1::RUNNER_STATE_LOST);
static_assert(static_cast<int>(store::RunnerState::kGone) == v1::RUNNER_STATE_GONE);

// A few more than there are states: who names one twice is no fool.
constexpr int kMostStates = 10;

void ToProto(const store::PresenceRecord& record, v1::ProcessPresence& proto) {
  proto.set_process_id(record.process_id.ToString());
  proto.set_version(record.facts.version);
  proto.set_host(record.facts.host);
  *proto.mutable_seen_time() = rpc::ToProtoTime(record.seen_at);
  *proto.mutable_seen_age() = rpc::ToProtoDuration(record.seen_age);
  *proto.mutable_since_time() = rpc::ToProtoTime(record.since);
}

void ToProto(const store::PoolRecord& record, v1::PoolStatus& proto) {
  proto.set_pool(record.pool);
  proto.set_live_runners(record.live_runners);
  proto.set_silent_runners(record.silent_runners);
  proto.set_lost_runners(record.lost_runners);
  proto.set_slots(record.slots);
  proto.set_active_tasks(record.active_tasks);
  proto.set_queued_tasks(record.queued_tasks);
}

void ToProto(const store::JobRecord& record, v1::JobStatus& proto) {
  proto.set_job(record.job);
  proto.set_due_count(record.due_count);
  *proto.mutable_oldest_age() = rpc::ToProtoDuration(record.oldest_age);
  proto.set_failing_count(record.failing_count);
}

}  // namespace

absl::Status ValidateListRunners(const v1::ListRunnersRequest& request) {
  Violations violations;
  CheckPool(request.pool(), violations);
  violations.CheckText("name", request.name(), domain::kMaxRunnerName, domain::TextKind::kName);
  if (request.states_size() > kMostStates) violations.Add("states", "has more than 10");
  for (int i = 0; i < request.states_size() && i < kMostStates; ++i) {
    const bool is_state =
        v1::RunnerState_IsValid(request.states(i)) && request.states(i) != v1::RUNNER_STATE_UNSPECIFIED;
    if (!is_state) violations.Add(absl::StrCat("states[", i, "]"), "is no state");
  }
  return violations.ToStatus();
}

store::RunnerFilter ToFilter(const v1::ListRunnersRequest& request) {
  store::RunnerFilter filter;
  filter.pool = request.pool();
  filter.name = request.name();
  for (const int state : request.states()) filter.states.push_back(static_cast<store::RunnerState>(state));
  return filter;
}

void ToProto(const store::RunnerRecord& record, v1::Runner& proto) {
  proto.set_runner_id(record.runner_id.ToString());
  proto.set_name(record.name);
  proto.set_user(record.owner);
  proto.set_pool(record.pool);
  proto.set_version(record.version);
  proto.set_slots(record.slots);
  proto.set_held_count(record.held_count);
  proto.set_state(static_cast<v1::RunnerState>(record.state));
  *proto.mutable_register_time() = rpc::ToProtoTime(record.registered_at);
  *proto.mutable_heartbeat_time() = rpc::ToProtoTime(record.heartbeat_at);
  *proto.mutable_heartbeat_age() = rpc::ToProtoDuration(record.heartbeat_age);
  proto.set_host(record.host);
  proto.set_address(record.address);
}

void ToProto(const store::HeldTaskRecord& record, v1::HeldTask& proto) {
  proto.set_task_id(record.id.ToString());
  proto.set_fleet_id(record.id.fleet_id.ToString());
  proto.set_repo(record.repo);
  proto.set_attempt(record.attempt);
  proto.set_state(static_cast<v1::TaskState>(record.state));
  *proto.mutable_lease_time() = rpc::ToProtoTime(record.leased_at);
}

void ToProto(const store::SystemRecord& record, v1::GetSystemStatusResponse& proto) {
  for (const store::PresenceRecord& service : record.services) ToProto(service, *proto.add_services());
  for (const store::PresenceRecord& worker : record.workers) ToProto(worker, *proto.add_workers());
  for (const store::PoolRecord& pool : record.pools) ToProto(pool, *proto.add_pools());
  for (const store::RunnerVersionRecord& version : record.runner_versions) {
    v1::RunnerVersion& entry = *proto.add_runner_versions();
    entry.set_version(version.version);
    entry.set_count(version.count);
  }
  for (const store::JobRecord& job : record.jobs) ToProto(job, *proto.add_jobs());
  *proto.mutable_lease_duration() = rpc::ToProtoDuration(record.lease);
}

}  // namespace fleet::service
