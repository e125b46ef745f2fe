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
constexpr std::size_t kMostCachedBytes = std::size_t{16} << 20;

using Generation = LeasedFleetCache::Generation;

absl::StatusOr<std::shared_ptr<const Generation>> ToGeneration(const store::GenerationDetails& details) {
  auto generation = std::make_shared<Generation>();
  v1::LeasedFleet& fleet = generation->fleet;
  fleet.set_fleet_id(details.key.first.ToString());
  fleet.set_generation(details.key.second);
  FLEET_RETURN_IF_ERROR(ToProto(details.workflow, *fleet.mutable_workflow()));
  fleet.set_task_description(details.intent.task_description);
  fleet.mutable_parameters()->insert(details.intent.parameters.begin(), details.intent.parameters.end());
  fleet.set_replace_branch(details.intent.replace_branch);
  *fleet.mutable_task_timeout() = rpc::ToProtoDuration(details.task_timeout);
  generation->branch = details.intent.branch;
  generation->traceparent = details.traceparent;
  generation->trace = {tracing::ParseTraceparent(details.traceparent), details.key.first, details.total};
  return std::shared_ptr<const Generation>(std::move(generation));
}

}  // namespace

absl::StatusOr<LeasedFleetCache::Leased> LeasedFleetCache::Read(const std::vector<domain::TaskId>& tasks) {
  std::set<Key> claimed;
  Leased leased;
  absl::StatusOr<store::LeaseDetails> details = store_.Read(tasks, [&](const Key& key) {
    // A transaction that is run again asks again.
    if (claimed.count(key) == 0 && !Claim(key, leased)) return false;
    claimed.insert(key);
    return true;
  });
  absl::Status status = details.status();
  for (std::size_t i = 0; status.ok() && i < details->generations.size(); ++i) {
    status = Keep(details->generations[i], leased);
  }
  if (!status.ok()) {
    GiveUp(claimed);
    return status;
  }
  leased.tasks = std::move(details->tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Key key(tasks[i].fleet_id, leased.tasks[i].generation);
    if (leased.generations.count(key) > 0) continue;
    Entry generation = Await(key);
    if (generation == nullptr) return absl::UnavailableError("a leased fleet could not be read; ask again");
    leased.generations.emplace(key, std::move(generation));
  }
  return leased;
}

bool LeasedFleetCache::Claim(const Key& key, Leased& leased) {
  MutexLock lock(mutex_);
  const auto [entry, is_new] = entries_.emplace(key, nullptr);
  // Taken now: by the time the others are read it may have been forgotten to make room for them.
  if (entry->second != nullptr) leased.generations.emplace(key, entry->second);
  return is_new;
}

absl::Status LeasedFleetCache::Keep(const store::GenerationDetails& details, Leased& leased) {
  FLEET_ASSIGN_OR_RETURN(Entry generation, ToGeneration(details));
  leased.generations.emplace(details.key, generation);
  MutexLock lock(mutex_);
  bytes_ += generation->fleet.ByteSizeLong();
  entries_[details.key] = std::move(generation);
  oldest_first_.push_back(details.key);
  // Never the newest, which callers wait for.
  while (oldest_first_.size() > 1 && (oldest_first_.size() > kMostCached || bytes_ > kMostCachedBytes)) {
    const auto oldest = entries_.find(oldest_first_.front());
    bytes_ -= oldest->second->fleet.ByteSizeLong();
    entries_.erase(oldest);
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
