// The end of what processes wrote, in bounded memory. Not thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_OUTPUT_TAIL_H_
#define FLEET_WORKERS_TASK_RUNNER_OUTPUT_TAIL_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/domain/bounds.h"
#include "workers/task_runner/output_sink.h"

namespace fleet::runner {

class OutputTail : public OutputSink {
 public:
  // Keeps the last `limit` bytes; holds at most twice as many.
  explicit OutputTail(std::size_t limit = domain::kMaxLogTail) : limit_(limit) {}

  // From now on, what is appended goes to `copy` at once, too; nullptr: nowhere. It must outlive this.
  void CopyTo(OutputSink* copy) { copy_ = copy; }
  OutputSink* copy() const { return copy_; }

  bool Append(absl::string_view text) override;
  // Appends what `other` has kept; what it lost is lost here, too. Is not copied: `other` has its own.
  void AppendTail(const OutputTail& other);
  // The last bytes, as they were written: not necessarily UTF-8.
  std::string Text() const;
  // What is kept as the log, of `shown`: the same in UTF-8, without what nobody may see. At most `limit` bytes; where
  // the beginning was cut, a first line says how much, and a whole line follows.
  std::string Log(std::string shown, std::size_t limit) const;
  // The last `count` lines that are not blank, at most `limit` bytes, joined by newlines.
  std::string LastLines(std::size_t count, std::size_t limit) const;
  // All bytes ever appended.
  std::size_t total_bytes() const { return total_bytes_; }

 private:
  void Keep(absl::string_view text);

  const std::size_t limit_;
  OutputSink* copy_ = nullptr;
  std::string buffer_;
  std::size_t total_bytes_ = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_OUTPUT_TAIL_H_
