// Output taken record by record, so that it can be long without being held: lines, or what "-z" separates.
#ifndef FLEET_WORKERS_TASK_RUNNER_LINE_SINK_H_
#define FLEET_WORKERS_TASK_RUNNER_LINE_SINK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "workers/task_runner/output_sink.h"

namespace fleet::runner {

struct OutputBounds {
  // Of all the output.
  uint64_t total_bytes = uint64_t{4} << 30;
  // Of one record.
  std::size_t record_bytes = 1 << 20;
};

class LineSink : public OutputSink {
 public:
  // Calls `take` with every record, without its end.
  LineSink(char end, OutputBounds bounds, std::function<void(absl::string_view)> take);

  bool Append(absl::string_view text) override;
  // Call it when the output has ended: takes a last record that has no end.
  void Finish();

  // Which bound the output went past, for a message: "more than 4294967296 bytes"; empty: none.
  const std::string& excess() const { return excess_; }

 private:
  bool Take(absl::string_view record);

  const char end_;
  const OutputBounds bounds_;
  const std::function<void(absl::string_view)> take_;
  std::string partial_;
  uint64_t total_ = 0;
  std::string excess_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LINE_SINK_H_
