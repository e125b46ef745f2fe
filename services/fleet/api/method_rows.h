// Which handler serves which method of fleet.v1, and on which threads.
#ifndef FLEET_SERVICES_FLEET_API_METHOD_ROWS_H_
#define FLEET_SERVICES_FLEET_API_METHOD_ROWS_H_

#include "common/lifecycle/thread_pool.h"
#include "common/rpc/method_table.h"
#include "services/fleet/api/admin_api.h"
#include "services/fleet/api/catalog_api.h"
#include "services/fleet/api/control_api.h"
#include "services/fleet/api/fleet_api.h"
#include "services/fleet/api/log_api.h"
#include "services/fleet/api/runner_api.h"
#include "services/fleet/api/system_api.h"
#include "services/fleet/api/watch_api.h"

namespace fleet::service {

struct Apis {
  FleetApi& fleets;
  ControlApi& controls;
  WatchApi& watches;
  CatalogApi& catalog;
  RunnerApi& runners;
  AdminApi& admin;
  SystemApi& system;
  LogApi& logs;
};

// Of their own, so that callers who list and watch cannot keep a heartbeat waiting.
struct MethodPools {
  ThreadPool& callers;
  ThreadPool& watchers;
  ThreadPool& runners;
};

// A table of every method that a fleet-service serves. All that it is given outlives it.
rpc::MethodTable MethodRows(const Apis& apis, const MethodPools& pools);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_METHOD_ROWS_H_
