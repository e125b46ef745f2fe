// The store's side of a Dispatcher: each transaction waits until the test answers it, unless told to run freely.
#ifndef FLEET_TESTS_UNIT_COMMON_DISPATCH_FAKE_DISPATCH_H_
#define FLEET_TESTS_UNIT_COMMON_DISPATCH_FAKE_DISPATCH_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lifecycle/mutex.h"
#include "common/store/dispatch_store.h"
#include "tests/support/wait_until.h"

namespace fleet::dispatch {

class FakeDispatch {
 public:
  using Answers = absl::StatusOr<std::vector<store::LeaseAnswer>>;

  // What the Dispatcher calls.
  Answers Run(const std::vector<store::LeaseDemand>& demands) {
    MutexLock lock(mutex_);
    batches_.push_back(Sequences(demands));
    if (failing_) return absl::UnavailableError("the database is away");
    while (held_) released_.Wait(mutex_);
    std::vector<store::LeaseAnswer> answers(demands.size());
    for (std::size_t i = 0; i < demands.size(); ++i) {
      for (int32_t task = 0; task < demands[i].max_tasks && free_tasks_ > 0; ++task, --free_tasks_) {
        answers[i].kind = store::LeaseAnswer::Kind::kGranted;
        answers[i].tasks.push_back({{}, 1});
      }
    }
    return answers;
  }

  void AddTasks(int32_t count) {
    MutexLock lock(mutex_);
    free_tasks_ += count;
  }
  int32_t free_tasks() {
    MutexLock lock(mutex_);
    return free_tasks_;
  }
  void SetFailing(bool failing) {
    MutexLock lock(mutex_);
    failing_ = failing;
  }
  // Transactions begin but do not end until Release.
  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    released_.SignalAll();
  }
  // The lease_seq of each demand of each transaction so far.
  std::vector<std::vector<int64_t>> batches() {
    MutexLock lock(mutex_);
    return batches_;
  }
  [[nodiscard]] bool WaitForBatches(std::size_t count) {
    return testing::WaitUntil([&] { return batches().size() >= count; });
  }

 private:
  static std::vector<int64_t> Sequences(const std::vector<store::LeaseDemand>& demands) {
    std::vector<int64_t> sequences;
    for (const store::LeaseDemand& demand : demands) sequences.push_back(demand.lease_seq);
    return sequences;
  }

  Mutex mutex_;
  CondVar released_;
  std::vector<std::vector<int64_t>> batches_ ABSL_GUARDED_BY(mutex_);
  int32_t free_tasks_ ABSL_GUARDED_BY(mutex_) = 0;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleet::dispatch

#endif  // FLEET_TESTS_UNIT_COMMON_DISPATCH_FAKE_DISPATCH_H_
