// What callers ask about fleets: whether it is well-formed, and what it means to the stores. Validations return
// INVALID_ARGUMENT with BadRequest details naming every offender, up to 20; they look at nothing but the request.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_FLEET_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_FLEET_REQUESTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/task.h"
#include "common/store/fleet_admission.h"
#include "common/store/fleet_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

absl::Status ValidateCreateFleet(const v1::CreateFleetRequest& request);
absl::Status ValidateAddFleetTargets(const v1::AddFleetTargetsRequest& request);
absl::Status ValidateListFleets(const v1::ListFleetsRequest& request);
absl::Status ValidateListFleetTasks(const v1::ListFleetTasksRequest& request);

// Of a request that was validated. The fleet has a new id.
store::NewFleet ToNewFleet(const v1::CreateFleetRequest& request);
store::NewPart ToNewPart(const v1::AddFleetTargetsRequest& request, const domain::Ulid& fleet_id);
// The same, but for what its page token says.
store::FleetFilter ToFilter(const v1::ListFleetsRequest& request);
std::vector<domain::TaskState> ToStates(const v1::ListFleetTasksRequest& request);
// Returns INVALID_ARGUMENT on mode.
absl::StatusOr<domain::CancelMode> ParseCancelMode(const v1::CancelFleetRequest& request);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_FLEET_REQUESTS_H_
