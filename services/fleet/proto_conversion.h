// Domain values to and from fleet.v1.
#ifndef FLEET_SERVICES_FLEET_PROTO_CONVERSION_H_
#define FLEET_SERVICES_FLEET_PROTO_CONVERSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/domain/task.h"
#include "common/store/audit_store.h"
#include "common/store/catalog_store.h"
#include "common/store/fleet_store.h"
#include "common/store/limit_store.h"
#include "common/store/task_store.h"
#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/catalog_service.pb.h"
#include "fleet/v1/fleet.pb.h"
#include "fleet/v1/runner_service.pb.h"

namespace fleet::service {

v1::Fleet ToProto(const store::FleetRecord& record);
// `detailed`: with the texts and parameters that only GetFleetTask gives.
v1::Task ToProto(const store::TaskRecord& record, bool detailed);
v1::TaskAttempt ToProto(const store::AttemptRecord& record, bool with_log);
v1::FailureGroup ToProto(const store::FailureGroup& group);
v1::Repository ToProto(const store::RepositoryRecord& record);
// Returns kInternal if the stored definition cannot be read.
absl::StatusOr<v1::Workflow> ToProto(const store::WorkflowRecord& record);
v1::Limit ToProto(const store::LimitRecord& record);
v1::AuditEvent ToProto(const store::AuditRecord& record);
// The workflow's content as it is stored and compared: JSON without what the server adds.
absl::StatusOr<std::string> ToDefinition(const v1::Workflow& workflow);

// A report as it is stored: text cleaned and cut to the documented sizes. The request was validated.
domain::TaskReport ToDomain(const v1::TaskReport& report, const domain::Ulid& runner_id);

// "completed", "timed_out" …: label values of metrics.
std::string StateName(domain::TaskState state);
std::string CategoryName(domain::FailureCategory category);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_PROTO_CONVERSION_H_
