// Says in the database that this service is there for runners to talk to.
#ifndef FLEET_SERVICES_FLEET_SERVICE_PRESENCE_H_
#define FLEET_SERVICES_FLEET_SERVICE_PRESENCE_H_

#include "absl/status/status.h"
#include "common/domain/ulid.h"
#include "common/store/limit_store.h"
#include "common/store/process_facts.h"
#include "common/store/runner_store.h"

namespace fleet::service {

class ServicePresence {
 public:
  // `facts`: told to people.
  ServicePresence(const domain::Ulid& service_id, const store::ProcessFacts& facts, store::LimitStore& limits,
                  store::RunnerStore& runners)
      : service_id_(service_id), facts_(facts), limits_(limits), runners_(runners) {}

  // Says so once. Returns the database's error.
  absl::Status RunOnce();

 private:
  const domain::Ulid service_id_;
  const store::ProcessFacts facts_;
  store::LimitStore& limits_;
  store::RunnerStore& runners_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_SERVICE_PRESENCE_H_
