// Keeps the gauges up to date that tell what the database holds.
#ifndef FLEET_SERVICES_FLEET_TASK_GAUGES_H_
#define FLEET_SERVICES_FLEET_TASK_GAUGES_H_

#include "common/metrics/system_gauges.h"
#include "common/store/system_picture_store.h"
#include "services/fleet/stalled_fleets.h"

namespace fleet::service {

class TaskGauges {
 public:
  TaskGauges(store::SystemPictureStore& system, metrics::SystemGauges& gauges) : system_(system), gauges_(gauges) {}

  // One reading; leaves the gauges as they are if the database does not answer.
  void RunOnce();

 private:
  metrics::SystemReading ReadingOf(const store::SystemPictureRecord& record);

  store::SystemPictureStore& system_;
  metrics::SystemGauges& gauges_;
  StalledFleets stalled_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_TASK_GAUGES_H_
