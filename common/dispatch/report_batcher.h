// Group commit for reports: what waits is folded and written in one transaction, then everybody is answered.
#ifndef FLEET_COMMON_DISPATCH_REPORT_BATCHER_H_
#define FLEET_COMMON_DISPATCH_REPORT_BATCHER_H_

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/domain/task.h"
#include "common/lifecycle/mutex.h"
#include "common/store/report_store.h"

namespace fleet::dispatch {

class ReportBatcher {
 public:
  // ReportStore::Apply.
  using Apply = std::function<absl::StatusOr<std::vector<store::ReportAnswer>>(const std::vector<domain::TaskReport>&)>;

  struct Outcome {
    store::ReportAnswer answer;
    // Set if the report alone cannot be stored.
    std::string refused;
  };
  // Called exactly once a submission, on the batcher's thread; must not block.
  using Answer = std::function<void(absl::StatusOr<std::vector<Outcome>>)>;
  // Called after a batch that changed something, with the reports that did (each lease once).
  using Applied = std::function<void(const std::vector<domain::TaskReport>&, const std::vector<store::ReportAnswer>&)>;

  struct Options {
    // Bounds of one transaction; a single submission may exceed the first by itself.
    std::size_t max_reports = 1000;
    std::size_t max_bytes = 8 << 20;
    // Beyond this much waiting, submissions are refused with kResourceExhausted.
    std::size_t max_waiting_bytes = 256 << 20;
  };

  ReportBatcher(Apply apply, Applied applied, const Options& options);
  // Stops.
  ~ReportBatcher();
  ReportBatcher(const ReportBatcher&) = delete;
  ReportBatcher& operator=(const ReportBatcher&) = delete;

  // Thread-safe.
  void Submit(std::vector<domain::TaskReport> reports, Answer answer);
  // Writes what was submitted, then refuses with kUnavailable. Idempotent.
  void Stop();

 private:
  struct Submission {
    std::vector<domain::TaskReport> reports;
    std::size_t bytes = 0;
    Answer answer;
  };

  void Run();
  void Write(std::deque<Submission> batch);
  // Applies folded reports [first, last); halves them down to one that cannot be stored.
  absl::Status ApplyRange(const std::vector<domain::TaskReport>& folded, std::size_t first, std::size_t last,
                          std::vector<Outcome>& outcomes);
  absl::StatusOr<std::vector<store::ReportAnswer>> ApplyOnce(const std::vector<domain::TaskReport>& reports);

  const Apply apply_;
  const Applied applied_;
  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Submission> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet::dispatch

#endif  // FLEET_COMMON_DISPATCH_REPORT_BATCHER_H_
