// Who and where this process is, for defaults of flags.
#ifndef FLEET_WORKERS_TASK_RUNNER_HOST_IDENTITY_H_
#define FLEET_WORKERS_TASK_RUNNER_HOST_IDENTITY_H_

#include <string>

namespace fleet::runner {

// The login name of the effective user, or "uid-<number>" if it has none.
std::string LoginName();
// The host's name, or "runner" if it has none.
std::string HostName();

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_HOST_IDENTITY_H_
