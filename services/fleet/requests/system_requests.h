// Runners and the state of the system as operators see them; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_SYSTEM_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_SYSTEM_REQUESTS_H_

#include "absl/status/status.h"
#include "common/store/runner_directory.h"
#include "common/store/system_store.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::service {

absl::Status ValidateListRunners(const v1::ListRunnersRequest& request);

// Of a request that was validated.
store::RunnerFilter ToFilter(const v1::ListRunnersRequest& request);

// Fill `proto`, which is empty.
void ToProto(const store::RunnerRecord& record, v1::Runner& proto);
void ToProto(const store::HeldTaskRecord& record, v1::HeldTask& proto);
// But for what the service knows of itself and of the database.
void ToProto(const store::SystemRecord& record, v1::GetSystemStatusResponse& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_SYSTEM_REQUESTS_H_
