#include "services/fleet/leased_fleet_cache.h"

#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"
#include "services/fleet/proto_conversion.h"

namespace fleet::service {
namespace {

constexpr std::size_t kMostCached = 1000;

}  // namespace

absl::StatusOr<std::shared_ptr<const v1::LeasedFleet>> LeasedFleetCache::Get(const domain::Caller& caller,
                                                                             const Key& key) {
  {
    MutexLock lock(mutex_);
    const auto cached = cached_.find(key);
    if (cached != cached_.end()) return cached->second;
  }
  FLEET_ASSIGN_OR_RETURN(std::shared_ptr<const v1::LeasedFleet> loaded, Load(caller, key));
  MutexLock lock(mutex_);
  if (cached_.emplace(key, loaded).second) oldest_first_.push_back(key);
  if (oldest_first_.size() > kMostCached) {
    cached_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  return loaded;
}

absl::StatusOr<std::shared_ptr<const v1::LeasedFleet>> LeasedFleetCache::Load(const domain::Caller& caller,
                                                                              const Key& key) {
  const auto& [fleet_id, generation] = key;
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, fleets_.Get(caller, fleet_id));
  FLEET_ASSIGN_OR_RETURN(const domain::FleetIntent intent, fleets_.GetIntent(fleet_id, generation));
  const auto ref = domain::WorkflowRef::Parse(intent.resolved_workflow);
  if (!ref.has_value()) return absl::InternalError("the fleet's workflow reference is malformed");
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord workflow, catalog_.GetWorkflow(caller, *ref));
  auto fleet = std::make_shared<v1::LeasedFleet>();
  fleet->set_fleet_id(fleet_id.ToString());
  fleet->set_generation(generation);
  FLEET_ASSIGN_OR_RETURN(*fleet->mutable_workflow(), ToProto(workflow));
  fleet->set_task_description(intent.task_description);
  fleet->mutable_parameters()->insert(intent.parameters.begin(), intent.parameters.end());
  fleet->set_replace_branch(intent.replace_branch);
  *fleet->mutable_task_timeout() = ToProtoDuration(record.fleet.policy.task_timeout);
  return std::shared_ptr<const v1::LeasedFleet>(std::move(fleet));
}

}  // namespace fleet::service
