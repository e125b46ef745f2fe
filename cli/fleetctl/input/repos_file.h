// The list of repositories of `submit --repos-file`: one "owner/name" a line. Blank lines and what follows "#" are
// ignored; lines may end with CRLF. The table of `repo import` is taken too, if it has a header: of it the column
// "repo".
#ifndef FLEET_CLI_FLEETCTL_INPUT_REPOS_FILE_H_
#define FLEET_CLI_FLEETCTL_INPUT_REPOS_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/input/input_file.h"

namespace fleet::cli {

// Of such a file: a million of the longest names.
inline constexpr std::size_t kReposFileBytes = std::size_t{256} << 20;

// The repositories in their order. Returns kInvalidArgument with file:line for malformed or repeated (in any case)
// names, for another table, and for a file that names none.
absl::StatusOr<std::vector<std::string>> ParseReposFile(const InputFile& file);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_REPOS_FILE_H_
