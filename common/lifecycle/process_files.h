// Files by which a server process and whoever starts it talk to each other.
#ifndef FLEET_COMMON_LIFECYCLE_PROCESS_FILES_H_
#define FLEET_COMMON_LIFECYCLE_PROCESS_FILES_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fleet {

// The database's URL: the content of `path`, or, if that is empty, the environment's FLEET_DATABASE_URL. It holds a
// password, so it never comes from the command line, which everybody on the machine can read. Returns kInvalidArgument
// if there is none, kNotFound if the file cannot be read.
absl::StatusOr<std::string> ReadDatabaseUrl(const std::string& path);

// Writes lines name=port to `path`, whole or not at all: readers wait for the file to appear. Does nothing if `path` is
// empty. Returns kUnavailable if it cannot be written.
absl::Status WritePortFile(const std::string& path, const std::map<std::string, int>& ports);

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_PROCESS_FILES_H_
