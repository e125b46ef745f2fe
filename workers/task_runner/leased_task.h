// One attempt of one child task, as this runner was handed it.
#ifndef FLEET_WORKERS_TASK_RUNNER_LEASED_TASK_H_
#define FLEET_WORKERS_TASK_RUNNER_LEASED_TASK_H_

#include <memory>

#include "fleet/v1/runner_service.pb.h"

namespace fleet::runner {

struct LeasedTask {
  v1::Lease lease;
  // Shared by all children of a fleet that one answer held; never null.
  std::shared_ptr<const v1::LeasedFleet> fleet;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LEASED_TASK_H_
