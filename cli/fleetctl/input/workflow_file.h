// The file of `workflow apply`: one workflow in YAML.
#ifndef FLEET_CLI_FLEETCTL_INPUT_WORKFLOW_FILE_H_
#define FLEET_CLI_FLEETCTL_INPUT_WORKFLOW_FILE_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/input/input_file.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::cli {

// Returns kInvalidArgument with file:line:column, for every mistake at once: malformed YAML, an unknown or repeated
// key, a value of another type than the key's, a missing required key, a step with both command and script or neither,
// more than one document, characters that nobody sees, and whatever domain/workflow_rules.h refuses, since it would
// have no effect or could not work.
absl::StatusOr<v1::Workflow> ParseWorkflowFile(const InputFile& file);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_WORKFLOW_FILE_H_
