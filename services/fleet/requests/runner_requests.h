// What runners say and are told; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_RUNNER_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_RUNNER_REQUESTS_H_

#include <string>

#include "absl/status/status.h"
#include "common/domain/caller.h"
#include "common/domain/task.h"
#include "common/domain/task_transitions.h"
#include "common/domain/ulid.h"
#include "common/store/dispatch_store.h"
#include "common/store/lease_details_store.h"
#include "common/store/runner_store.h"
#include "fleet/v1/runner_service.pb.h"

namespace fleet::service {

absl::Status ValidateRegisterRunner(const v1::RegisterRunnerRequest& request);
absl::Status ValidateLeaseTasks(const v1::LeaseTasksRequest& request);
absl::Status ValidateReportTasks(const v1::ReportTasksRequest& request);
absl::Status ValidateHeartbeat(const v1::HeartbeatRequest& request);
// Why one report cannot be taken, or empty: it is answered INVALID by itself, and the others are recorded.
std::string ReportProblem(const v1::TaskReport& report);

// Of requests that were validated.
store::RunnerRegistration ToRegistration(const domain::Caller& caller, const v1::RegisterRunnerRequest& request);
store::LeaseDemand ToDemand(const v1::LeaseTasksRequest& request);
store::RunnerHeartbeat ToHeartbeat(const v1::HeartbeatRequest& request);
// A report as it is stored: text cleaned and cut to the documented sizes.
domain::TaskReport ToDomain(const v1::TaskReport& report, const domain::Ulid& runner_id);

v1::ReportStatus ToProto(domain::ReportVerdict verdict);
// Fill `proto`, which is empty.
void ToProto(const store::StopOrder& order, v1::StopDirective& proto);
void ToProto(const store::GrantedTask& task, const store::TaskDetails& details, const std::string& branch,
             v1::Lease& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_RUNNER_REQUESTS_H_
