#include "workers/task_runner/held_leases.h"

#include "common/clock/clock.h"
#include "common/domain/identifiers.h"

namespace fleet::runner {

std::vector<LeasedTask> HeldLeases::Accept(int64_t lease_seq, const v1::LeaseTasksResponse& response) {
  std::map<std::pair<std::string, int32_t>, std::shared_ptr<const v1::LeasedFleet>> fleets;  // by generation too
  for (const v1::LeasedFleet& fleet : response.fleets()) {
    fleets[{fleet.fleet_id(), fleet.generation()}] = std::make_shared<const v1::LeasedFleet>(fleet);
  }
  std::vector<LeasedTask> tasks;
  MutexLock lock(mutex_);
  received_lease_seq_ = lease_seq;
  for (const v1::Lease& lease : response.leases()) {
    const auto id = domain::TaskId::Parse(lease.task_id());
    const auto fleet = id.has_value() ? fleets.find({id->fleet_id.ToString(), lease.generation()}) : fleets.end();
    if (fleet == fleets.end()) continue;
    held_.emplace(Key(lease.task_id(), lease.attempt()), std::make_shared<StopToken>());
    tasks.push_back({lease, fleet->second});
  }
  return tasks;
}

std::shared_ptr<StopToken> HeldLeases::TokenOf(const v1::Lease& lease) const {
  MutexLock lock(mutex_);
  return held_.at(Key(lease.task_id(), lease.attempt()));
}

void HeldLeases::Release(const v1::Lease& lease) {
  MutexLock lock(mutex_);
  held_.erase(Key(lease.task_id(), lease.attempt()));
  released_.SignalAll();
}

void HeldLeases::Stop(const v1::HeldLease& lease, StopReason reason) {
  MutexLock lock(mutex_);
  const auto found = held_.find(Key(lease.task_id(), lease.attempt()));
  if (found != held_.end()) found->second->Stop(reason);
}

void HeldLeases::StopAll(StopReason reason) {
  MutexLock lock(mutex_);
  for (const auto& [key, token] : held_) token->Stop(reason);
}

void HeldLeases::Describe(v1::HeartbeatRequest& request) const {
  MutexLock lock(mutex_);
  request.set_received_lease_seq(received_lease_seq_);
  for (const auto& [key, token] : held_) {
    v1::HeldLease* lease = request.add_held();
    lease->set_task_id(key.first);
    lease->set_attempt(key.second);
  }
}

std::size_t HeldLeases::size() const {
  MutexLock lock(mutex_);
  return held_.size();
}

bool HeldLeases::WaitForFewerThan(std::size_t count, absl::Duration timeout) const {
  const absl::Duration end = Clock::System().Elapsed() + timeout;
  MutexLock lock(mutex_);
  while (held_.size() >= count) {
    const absl::Duration left = end - Clock::System().Elapsed();
    if (left <= absl::ZeroDuration()) return false;
    released_.WaitFor(mutex_, left);
  }
  return true;
}

}  // namespace fleet::runner
