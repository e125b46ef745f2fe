// What an attempt's steps print, for those who follow it while it runs: the end of what was not sent yet, in bounded
// memory, given out as people may see it. Printing never waits for it.
#ifndef FLEET_WORKERS_TASK_RUNNER_LIVE_LOG_H_
#define FLEET_WORKERS_TASK_RUNNER_LIVE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/runner_service.pb.h"
#include "workers/task_runner/output_sink.h"

namespace fleet::runner {

// Thread-safe: one thread prints, another takes.
class LiveLog : public OutputSink {
 public:
  // Bytes that are kept; it holds at most twice as many.
  static constexpr std::size_t kKept = std::size_t{32} << 10;

  // How text is shown, and what must not be cut in two before it is: `secrets`, none of which has several lines, and
  // paths that begin with `private_root`; empty: none.
  struct Showing {
    std::function<std::string(absl::string_view)> show;
    std::vector<std::string> secrets;
    std::string private_root;
  };
  LiveLog(const v1::Lease& lease, Showing showing);

  // Drops the oldest if nobody takes.
  bool Append(absl::string_view text) override;

  // The next chunk; nullopt if there is none yet. Whole lines, if they are not too long; what may be the beginning of a
  // secret stays until more is printed, or with `all`, when nothing more will be.
  std::optional<v1::TaskLogChunk> Take(bool all);
  // Bytes that were dropped since this was asked last.
  int64_t TakeDropped();

  const std::string& task_id() const { return task_id_; }
  int32_t attempt() const { return attempt_; }

 private:
  void Drop(std::size_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // After a drop, goes on with a whole line.
  void Mend() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many of the first bytes may be shown without what follows them; at most `limit`.
  std::size_t SafeCut(std::size_t limit, bool all) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string task_id_;
  const int32_t attempt_;
  const Showing showing_;
  Mutex mutex_;
  std::string buffer_ ABSL_GUARDED_BY(mutex_);
  int64_t offset_ ABSL_GUARDED_BY(mutex_) = 0;  // of the buffer's first byte: what was shown and what was dropped
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;   // the buffer may begin within a secret
  int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LIVE_LOG_H_
