// What leased children of one generation of a fleet share, ready to send. It never changes, so it is read once.
#ifndef FLEET_SERVICES_FLEET_LEASED_FLEET_CACHE_H_
#define FLEET_SERVICES_FLEET_LEASED_FLEET_CACHE_H_

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/lifecycle/mutex.h"
#include "common/store/catalog_store.h"
#include "common/store/fleet_store.h"
#include "fleet/v1/runner_service.pb.h"

namespace fleet::service {

// Thread-safe. Keeps the last 1,000.
class LeasedFleetCache {
 public:
  LeasedFleetCache(store::FleetStore& fleets, store::CatalogStore& catalog) : fleets_(fleets), catalog_(catalog) {}

  using Key = std::pair<domain::Ulid, int32_t>;  // fleet and generation
  absl::StatusOr<std::shared_ptr<const v1::LeasedFleet>> Get(const domain::Caller& caller, const Key& key);

 private:
  absl::StatusOr<std::shared_ptr<const v1::LeasedFleet>> Load(const domain::Caller& caller, const Key& key);

  store::FleetStore& fleets_;
  store::CatalogStore& catalog_;
  Mutex mutex_;
  std::map<Key, std::shared_ptr<const v1::LeasedFleet>> cached_ ABSL_GUARDED_BY(mutex_);
  std::deque<Key> oldest_first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_LEASED_FLEET_CACHE_H_
