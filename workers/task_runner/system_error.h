// errno as a status.
#ifndef FLEET_WORKERS_TASK_RUNNER_SYSTEM_ERROR_H_
#define FLEET_WORKERS_TASK_RUNNER_SYSTEM_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleet::runner {

// kResourceExhausted if the machine lacks something that may come back (disk, memory, processes, descriptors),
// kNotFound, kPermissionDenied or kInvalidArgument where it fits, else kInternal.
absl::Status SystemError(int error_number, absl::string_view what);

// The errno that `status` was made of; else one that fits its code, 0 if none does.
int ErrorNumberOf(const absl::Status& status);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SYSTEM_ERROR_H_
