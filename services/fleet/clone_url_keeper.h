// Makes up, piece by piece, for imports by a service of an earlier version (CatalogStore::KeepCloneUrls).
#ifndef FLEET_SERVICES_FLEET_CLONE_URL_KEEPER_H_
#define FLEET_SERVICES_FLEET_CLONE_URL_KEEPER_H_

#include <string>

#include "common/lifecycle/periodic_loop.h"
#include "common/store/catalog_store.h"

namespace fleet::service {

// Not thread-safe.
class CloneUrlKeeper {
 public:
  explicit CloneUrlKeeper(store::CatalogStore& catalog) : catalog_(catalog) {}

  // One piece; kAgain while there are more.
  PeriodicLoop::Next RunOnce();

 private:
  store::CatalogStore& catalog_;
  std::string last_kept_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_CLONE_URL_KEEPER_H_
