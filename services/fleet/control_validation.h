// What is well-formed among the requests by which operators control a fleet; like request_validation.h.
#ifndef FLEET_SERVICES_FLEET_CONTROL_VALIDATION_H_
#define FLEET_SERVICES_FLEET_CONTROL_VALIDATION_H_

#include <string>

#include "absl/status/status.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

absl::Status ValidateRepo(const std::string& repo);
absl::Status ValidateUpdateFleet(const v1::UpdateFleetRequest& request);
absl::Status ValidateRetryFleet(const v1::RetryFleetRequest& request);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_CONTROL_VALIDATION_H_
