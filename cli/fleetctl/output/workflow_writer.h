// A workflow as the file that `workflow apply` reads.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_WORKFLOW_WRITER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_WORKFLOW_WRITER_H_

#include <string>

#include "fleet/v1/catalog_service.pb.h"

namespace fleet::cli {

// YAML that ParseWorkflowFile reads back as the same workflow. Texts are sanitised: controls and invisible characters
// are lost.
std::string FormatWorkflow(const v1::Workflow& workflow);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_WORKFLOW_WRITER_H_
