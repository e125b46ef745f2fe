// Says in the database that this worker is at work, for people who look whether one is.
#ifndef FLEET_WORKERS_FAN_OUT_WORKER_PRESENCE_H_
#define FLEET_WORKERS_FAN_OUT_WORKER_PRESENCE_H_

#include "absl/status/status.h"
#include "common/domain/ulid.h"
#include "common/store/process_facts.h"
#include "common/store/system_store.h"

namespace fleet::worker {

class WorkerPresence {
 public:
  // `system` must outlive it.
  WorkerPresence(const domain::Ulid& worker_id, const store::ProcessFacts& facts, store::SystemStore& system)
      : worker_id_(worker_id), facts_(facts), system_(system) {}

  // Says so once. Returns the database's error.
  absl::Status RunOnce();

 private:
  const domain::Ulid worker_id_;
  const store::ProcessFacts facts_;
  store::SystemStore& system_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_WORKER_PRESENCE_H_
