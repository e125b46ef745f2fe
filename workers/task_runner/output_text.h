// Output that is held whole, if it is not too long: never a part that could be taken for the whole.
#ifndef FLEET_WORKERS_TASK_RUNNER_OUTPUT_TEXT_H_
#define FLEET_WORKERS_TASK_RUNNER_OUTPUT_TEXT_H_

#include <cstddef>
#include <string>

#include "workers/task_runner/output_sink.h"

namespace fleet::runner {

class OutputText : public OutputSink {
 public:
  explicit OutputText(std::size_t limit) : limit_(limit) {}

  bool Append(absl::string_view text) override {
    exceeded_ = exceeded_ || text.size() > limit_ - text_.size();
    if (!exceeded_) text_.append(text.data(), text.size());
    return !exceeded_;
  }
  // Not the whole if `exceeded`.
  const std::string& text() const { return text_; }
  bool exceeded() const { return exceeded_; }

 private:
  const std::size_t limit_;
  std::string text_;
  bool exceeded_ = false;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_OUTPUT_TEXT_H_
