// A program started by a test: the real binaries, PostgreSQL's tools, git. Ends with its owner.
#ifndef FLEET_TESTS_SUPPORT_CHILD_PROCESS_H_
#define FLEET_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleet::testing {

// Not thread-safe.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> argv{};                   // argv[0] is looked up in PATH
    std::map<std::string, std::string> environment{};  // added to the test's own
    std::string log_file{};                            // stdout and stderr are appended to it; empty: the test's own
    std::string working_directory{};                   // empty: the test's own
    int standard_input = -1;                           // a descriptor to read from; -1: /dev/null
  };

  // Starts it in a process group of its own. Returns kNotFound if the program cannot be executed. A child that the
  // test's main thread started is killed by the kernel should the test die without running destructors.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const Options& options);
  // Start and WaitExit; kills it after `limit`. Returns kInternal, with the end of its output, unless it exits 0.
  static absl::Status Run(Options options, absl::Duration limit = absl::Minutes(1));

  // Kills what is left of the process group with SIGKILL, and reaps the child.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool IsRunning();
  // To the child alone, not its group. Does nothing once it is known to have ended.
  void Signal(int signal);
  // Its exit code, or 128 + the signal that ended it; kDeadlineExceeded if it still runs after `limit`. The child is
  // reaped, unless others of its group outlive it: the group's number must not become a stranger's.
  absl::StatusOr<int> WaitExit(absl::Duration limit);
  // SIGKILL and WaitExit: when this returns it does not run any more.
  void Kill();

 private:
  ChildProcess(pid_t pid, int pid_descriptor) : pid_(pid), pid_descriptor_(pid_descriptor) {}
  void Reap();

  const pid_t pid_;
  const int pid_descriptor_;
  std::optional<int> exit_code_;
  bool reaped_ = false;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_CHILD_PROCESS_H_
