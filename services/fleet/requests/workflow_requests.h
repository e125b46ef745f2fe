// Workflows as callers apply and see them; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_WORKFLOW_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_WORKFLOW_REQUESTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/catalog_store.h"
#include "common/store/fleet_admission.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::service {

// Refuses also what would have no effect, or cannot work, by the rules in domain/workflow_rules.h.
absl::Status ValidateApplyWorkflow(const v1::ApplyWorkflowRequest& request);

// Of a request that was validated.
absl::StatusOr<store::WorkflowRecord> ToWorkflow(const v1::ApplyWorkflowRequest& request);
// The workflow's content as it is stored and compared: JSON without what the server adds.
absl::StatusOr<std::string> ToDefinition(const v1::Workflow& workflow);

// Of a stored definition. Returns kInternal if it cannot be read.
absl::StatusOr<store::WorkflowTerms> ToTerms(const std::string& definition);

// Fills `proto`, which is empty. Returns kInternal if the stored definition cannot be read.
absl::Status ToProto(const store::WorkflowRecord& record, v1::Workflow& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_WORKFLOW_REQUESTS_H_
