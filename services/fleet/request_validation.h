// What is well-formed, one function a request. Each returns INVALID_ARGUMENT with BadRequest details naming every
// offender, up to 20; they look at nothing but the request.
#ifndef FLEET_SERVICES_FLEET_REQUEST_VALIDATION_H_
#define FLEET_SERVICES_FLEET_REQUEST_VALIDATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/ulid.h"
#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/catalog_service.pb.h"
#include "fleet/v1/fleet_service.pb.h"
#include "fleet/v1/runner_service.pb.h"
#include "services/fleet/violations.h"

namespace fleet::service {

inline constexpr int kMaxTargets = 100000;

absl::Status ValidateCreateFleet(const v1::CreateFleetRequest& request);
absl::Status ValidateListFleets(const v1::ListFleetsRequest& request);
absl::Status ValidateListFleetTasks(const v1::ListFleetTasksRequest& request);
absl::Status ValidateImportRepositories(const v1::ImportRepositoriesRequest& request);
// Whether there is such a limit, and what it may be, is the store's to say.
absl::Status ValidateSetLimit(const v1::SetLimitRequest& request);
absl::Status ValidateRegisterRunner(const v1::RegisterRunnerRequest& request);
absl::Status ValidateLeaseTasks(const v1::LeaseTasksRequest& request);
absl::Status ValidateReportTasks(const v1::ReportTasksRequest& request);
absl::Status ValidateHeartbeat(const v1::HeartbeatRequest& request);

// Why one report cannot be taken, or empty: it is answered INVALID by itself, and the others are recorded.
std::string ReportProblem(const v1::TaskReport& report);

// Parts that other validations share.
void CheckParameters(const std::string& field, const google::protobuf::Map<std::string, std::string>& parameters,
                     Violations& violations);
void CheckPriority(const v1::FleetPolicy& policy, Violations& violations);
void CheckTime(const char* field, const google::protobuf::Timestamp& time, Violations& violations);

// The ULID in field `field`.
absl::StatusOr<domain::Ulid> ParseId(const char* field, const std::string& text);
// The page size to use: `normal` for 0, at most 1,000. Returns INVALID_ARGUMENT if negative.
absl::StatusOr<int32_t> ParsePageSize(int32_t page_size, int32_t normal);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUEST_VALIDATION_H_
