// Runs one program: argv, never a shell; an environment given in full; stdin is a file or /dev/null; its own
// process group; a timeout. When Run returns, nothing the program started is alive. Nothing of it outlives the runner
// either, even one that dies by SIGKILL (see supervisor.h).
#ifndef FLEET_WORKERS_TASK_RUNNER_SUBPROCESS_H_
#define FLEET_WORKERS_TASK_RUNNER_SUBPROCESS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/metrics/runner_metrics.h"
#include "workers/task_runner/output_sink.h"
#include "workers/task_runner/stop_token.h"

namespace fleet::runner {

struct ProcessSpec {
  // Program and arguments. A program without "/" is looked up in the PATH of `environment`.
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::string working_directory;
  // Its stdin; empty: /dev/null.
  std::string stdin_path = {};
  absl::Duration timeout = absl::InfiniteDuration();
  // From SIGTERM to SIGKILL, on timeout and on a stop.
  absl::Duration kill_grace = absl::Seconds(5);
};

struct ProcessResult {
  enum class Ending {
    kExited,     // by itself: see exit_code
    kSignalled,  // by a signal that was not ours: see signal
    kTimedOut,   // killed after the timeout, or not begun because it is zero
    kStopped,    // killed, or not begun, because of the stop token
    kCutOff,     // killed because a sink had enough
  };
  Ending ending = Ending::kExited;
  int exit_code = 0;
  int signal = 0;

  bool succeeded() const { return ending == Ending::kExited && exit_code == 0; }
};

class Subprocess {
 public:
  // `metrics`, if any, counts what runs; both must outlive it.
  explicit Subprocess(const Clock& clock, metrics::RunnerMetrics* metrics = nullptr)
      : clock_(clock), metrics_(metrics) {}

  // Runs `spec` until it ends; stdout goes to `output` and stderr to `errors`, or both interleaved to `output` if
  // `errors` is null. Returns kNotFound if there is no such program or file, kInvalidArgument if it cannot be executed
  // or its arguments and environment are too large, kResourceExhausted without processes, memory, disk or descriptors,
  // a TaskFailure if the supervisor was killed.
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, const StopToken& stop, OutputSink& output,
                                    OutputSink* errors = nullptr) const;

 private:
  const Clock& clock_;
  metrics::RunnerMetrics* const metrics_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SUBPROCESS_H_
