// Keeps the gauges up to date that tell what the database holds.
#ifndef FLEET_SERVICES_FLEET_TASK_GAUGES_H_
#define FLEET_SERVICES_FLEET_TASK_GAUGES_H_

#include "common/dispatch/dispatcher.h"
#include "common/dispatch/watch_hub.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/fleet_store.h"

namespace fleet::service {

class TaskGauges {
 public:
  TaskGauges(store::FleetStore& fleets, const dispatch::Dispatcher& dispatcher, const dispatch::WatchHub& hub,
             metrics::ServiceMetrics& metrics)
      : fleets_(fleets), dispatcher_(dispatcher), hub_(hub), metrics_(metrics) {}

  // One reading; leaves the gauges as they are if the database does not answer.
  void RunOnce();

 private:
  store::FleetStore& fleets_;
  const dispatch::Dispatcher& dispatcher_;
  const dispatch::WatchHub& hub_;
  metrics::ServiceMetrics& metrics_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_TASK_GAUGES_H_
