// What makes a workflow well-formed, on its own: request_validation.h says what such functions return.
#ifndef FLEET_SERVICES_FLEET_WORKFLOW_VALIDATION_H_
#define FLEET_SERVICES_FLEET_WORKFLOW_VALIDATION_H_

#include "absl/status/status.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::service {

// Refuses also what would have no effect, or cannot work, by the rules in domain/workflow_rules.h.
absl::Status ValidateApplyWorkflow(const v1::ApplyWorkflowRequest& request);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WORKFLOW_VALIDATION_H_
