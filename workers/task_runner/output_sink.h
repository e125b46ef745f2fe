// Where a process's output goes, piece by piece as it comes.
#ifndef FLEET_WORKERS_TASK_RUNNER_OUTPUT_SINK_H_
#define FLEET_WORKERS_TASK_RUNNER_OUTPUT_SINK_H_

#include "absl/strings/string_view.h"

namespace fleet::runner {

class OutputSink {
 public:
  virtual ~OutputSink() = default;

  // Takes the next piece, cut anywhere. False: enough; the process is killed, and no more comes.
  virtual bool Append(absl::string_view text) = 0;

 protected:
  OutputSink() = default;
  OutputSink(const OutputSink&) = default;
  OutputSink& operator=(const OutputSink&) = default;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_OUTPUT_SINK_H_
