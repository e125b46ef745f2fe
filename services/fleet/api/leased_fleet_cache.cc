#include "services/fleet/api/leased_fleet_cache.h"

#include <set>
#include <utility>

#include "common/domain/identifiers.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/workflow_requests.h"

namespace fleet::service {
namespace {

constexpr std::size_t kMostCached = 1000;

absl::StatusOr<std::shared_ptr<const v1::LeasedFleet>> ToLeasedFleet(const store::GenerationDetails& details) {
  auto fleet = std::make_shared<v1::LeasedFleet>();
  fleet->set_fleet_id(details.key.first.ToString());
  fleet->set_generation(details.key.second);
  FLEET_RETURN_IF_ERROR(ToProto(details.workflow, *fleet->mutable_workflow()));
  fleet->set_task_description(details.intent.task_description);
  fleet->mutable_parameters()->insert(details.intent.parameters.begin(), details.intent.parameters.end());
  fleet->set_replace_branch(details.intent.replace_branch);
  *fleet->mutable_task_timeout() = rpc::ToProtoDuration(details.task_timeout);
  return std::shared_ptr<const v1::LeasedFleet>(std::move(fleet));
}

}  // namespace

absl::StatusOr<LeasedFleetCache::Leased> LeasedFleetCache::Read(const std::vector<domain::TaskId>& tasks) {
  std::set<Key> claimed;
  absl::StatusOr<store::LeaseDetails> details = store_.Read(tasks, [&](const Key& key) {
    // A transaction that is run again asks again.
    if (claimed.count(key) == 0 && !Claim(key)) return false;
    claimed.insert(key);
    return true;
  });
  absl::Status status = details.status();
  for (std::size_t i = 0; status.ok() && i < details->generations.size(); ++i) status = Keep(details->generations[i]);
  if (!status.ok()) {
    GiveUp(claimed);
    return status;
  }
  std::set<Key> keys;
  for (std::size_t i = 0; i < tasks.size(); ++i) keys.insert({tasks[i].fleet_id, details->tasks[i].generation});
  Leased leased{std::move(details->tasks), {}};
  for (const Key& key : keys) {
    leased.fleets.push_back(Await(key));
    if (leased.fleets.back() == nullptr) return absl::UnavailableError("a leased fleet could not be read; ask again");
  }
  return leased;
}

bool LeasedFleetCache::Claim(const Key& key) {
  MutexLock lock(mutex_);
  return entries_.emplace(key, nullptr).second;
}

absl::Status LeasedFleetCache::Keep(const store::GenerationDetails& details) {
  FLEET_ASSIGN_OR_RETURN(Entry fleet, ToLeasedFleet(details));
  MutexLock lock(mutex_);
  entries_[details.key] = std::move(fleet);
  oldest_first_.push_back(details.key);
  if (oldest_first_.size() > kMostCached) {
    entries_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  changed_.SignalAll();
  return absl::OkStatus();
}

void LeasedFleetCache::GiveUp(const std::set<Key>& keys) {
  MutexLock lock(mutex_);
  for (const Key& key : keys) {
    const auto entry = entries_.find(key);
    if (entry != entries_.end() && entry->second == nullptr) entries_.erase(entry);
  }
  changed_.SignalAll();
}

LeasedFleetCache::Entry LeasedFleetCache::Await(const Key& key) {
  MutexLock lock(mutex_);
  while (true) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return nullptr;
    if (entry->second != nullptr) return entry->second;
    changed_.Wait(mutex_);
  }
}

}  // namespace fleet::service
