// The table of `repo import`: columns repo, clone_url and, if wanted, default_branch.
//
// A first record that begins with "repo" or "clone_url" or "default_branch" (in any case) is a header and sets the
// order of the columns; without one the order is as above. It cannot be mistaken: no repository is named so. Records
// and columns without any text are skipped, and lines that begin with "#".
#ifndef FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_CSV_H_
#define FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_CSV_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/input/input_file.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::cli {

// The repositories in their order. Returns kInvalidArgument with file:line:column for malformed CSV, another separator
// than the comma, an unknown or missing column, a record that is shorter than the header, a malformed or repeated
// repository, clone URL or branch. Never repeats a clone URL: it may hold a password.
absl::StatusOr<std::vector<v1::Repository>> ParseRepositoryCsv(const InputFile& file);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_CSV_H_
