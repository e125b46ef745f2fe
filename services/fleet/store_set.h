// Every store, on a connection pool of its own.
#ifndef FLEET_SERVICES_FLEET_STORE_SET_H_
#define FLEET_SERVICES_FLEET_STORE_SET_H_

#include <random>
#include <string>

#include "common/database/connection_pool.h"
#include "common/store/audit_store.h"
#include "common/store/catalog_store.h"
#include "common/store/change_feed.h"
#include "common/store/control_store.h"
#include "common/store/dispatch_store.h"
#include "common/store/fleet_store.h"
#include "common/store/followed_log_store.h"
#include "common/store/lease_details_store.h"
#include "common/store/limit_store.h"
#include "common/store/redrive_store.h"
#include "common/store/report_store.h"
#include "common/store/runner_directory.h"
#include "common/store/runner_store.h"
#include "common/store/system_picture_store.h"
#include "common/store/system_store.h"
#include "common/store/task_store.h"

namespace fleet::service {

inline double UniformJitter() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

struct StoreSet {
  // How long a call waits for a connection.
  static constexpr absl::Duration kWait = absl::Seconds(10);
  // `connections`: at most so many at a time. `observer` must outlive it; nullptr: none.
  StoreSet(const std::string& database_url, std::size_t connections, database::PoolObserver* observer = nullptr)
      : pool(database_url, connections, kWait, observer) {}

  database::ConnectionPool pool;
  store::AuditStore audit{pool};
  store::CatalogStore catalog{pool};
  store::ChangeFeed feed{pool};
  store::ControlStore controls{pool};
  store::DispatchStore dispatch{pool};
  store::FleetStore fleets{pool};
  store::FollowedLogStore followed_logs{pool};
  store::LeaseDetailsStore lease_details{pool};
  store::LimitStore limits{pool};
  store::RedriveStore redrives{pool};
  store::ReportStore reports{pool, UniformJitter};
  store::RunnerDirectory runner_directory{pool};
  store::RunnerStore runners{pool};
  store::SystemStore system{pool};
  store::SystemPictureStore system_picture{pool};
  store::TaskStore tasks{pool};
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_STORE_SET_H_
