// The process between the runner and a program it runs. It is the program's parent and the reaper of everything that
// the program leaves behind, so nothing outlives the program or the runner, not even what left the process group:
// it holds the read end of a pipe to the runner, and the end of that pipe is the end of the runner.
#ifndef FLEET_WORKERS_TASK_RUNNER_SUPERVISOR_H_
#define FLEET_WORKERS_TASK_RUNNER_SUPERVISOR_H_

#include <cstdint>

namespace fleet::runner {

// Prepared before the fork. All descriptors are close-on-exec.
struct SupervisorPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* working_directory = nullptr;
  int control_fd = -1;  // read: kTerminate, kKill; end of file: the runner died
  int status_fd = -1;   // written: SupervisorMessage
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  uint64_t open_files_limit = 0;  // the program's soft limit of open files; 0: as it is
  int kill_grace_ms = 0;          // from SIGTERM to SIGKILL
};

struct SupervisorMessage {
  enum Kind : int32_t {
    kStarted = 1,     // value: the program's process id, also its process group
    kForkFailed = 2,  // value: errno
    kExecFailed = 3,  // value: errno
    kEnded = 4,       // value: the wait status. Sent last, when no descendant is left
  };
  int32_t kind = 0;
  int32_t value = 0;
};

inline constexpr char kTerminate = 'T';  // SIGTERM to the group, SIGKILL after the grace
inline constexpr char kKill = 'K';       // SIGKILL at once

// Runs in a process just forked from a multi-threaded one: everything in it is async-signal-safe, nothing allocates.
[[noreturn]] void Supervise(const SupervisorPlan& plan);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SUPERVISOR_H_
