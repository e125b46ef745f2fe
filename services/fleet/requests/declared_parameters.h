// Whether a fleet gives the parameters that its workflow declares.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_DECLARED_PARAMETERS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_DECLARED_PARAMETERS_H_

#include <string>

#include "absl/status/status.h"
#include "common/domain/fleet.h"
#include "common/store/redrive_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

// All return INVALID_ARGUMENT naming every parameter that is required and missing, or given and not declared. A
// workflow that declares none takes any. `definition` is of the version that was resolved
// (requests/workflow_requests.h).

// A required one may also be given by every target that needs it.
absl::Status CheckDeclaredParameters(const std::string& definition, const v1::CreateFleetRequest& request);
// Of the targets of one part. `parameters`: the fleet's.
absl::Status CheckDeclaredParameters(const std::string& definition, const domain::Parameters& parameters,
                                     const v1::AddFleetTargetsRequest& request);
// Of a new generation, whose children keep parameters of their own if they have any. Errors of `read` are passed on.
absl::Status CheckDeclaredParameters(const std::string& definition, const domain::Parameters& parameters,
                                     const store::ReadRetried& read);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_DECLARED_PARAMETERS_H_
