// What operators ask of a fleet that runs; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_CONTROL_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_CONTROL_REQUESTS_H_

#include "absl/status/status.h"
#include "common/domain/ulid.h"
#include "common/store/control_store.h"
#include "common/store/redrive_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

absl::Status ValidateUpdateFleet(const v1::UpdateFleetRequest& request);
absl::Status ValidateRetryFleet(const v1::RetryFleetRequest& request);

// Of requests that were validated.
store::PolicyUpdate ToPolicyUpdate(const v1::UpdateFleetRequest& request);
store::NewGeneration ToNewGeneration(const v1::RetryFleetRequest& request, const domain::Ulid& fleet_id);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_CONTROL_REQUESTS_H_
