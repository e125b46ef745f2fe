// Makes several calls meet in one batch of the dispatcher or batcher: a first, empty call keeps its thread busy until
// the others wait. So group commit is tested, and every run of a seed has the same batches.
#ifndef FLEET_TESTS_MODEL_HELD_BATCH_H_
#define FLEET_TESTS_MODEL_HELD_BATCH_H_

#include "common/lifecycle/mutex.h"

namespace fleet::testing {

class HeldBatch {
 public:
  // On the batching thread, when it has taken the empty call.
  void Hold() {
    MutexLock lock(mutex_);
    holds_ = true;
    changed_.SignalAll();
    while (holds_) changed_.Wait(mutex_);
  }
  void AwaitHold() {
    MutexLock lock(mutex_);
    while (!holds_) changed_.Wait(mutex_);
  }
  void Release() {
    MutexLock lock(mutex_);
    holds_ = false;
    changed_.SignalAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool holds_ ABSL_GUARDED_BY(mutex_) = false;
};

// Waits for a number of answers that come on another thread.
class AnswerCount {
 public:
  explicit AnswerCount(std::size_t awaited) : awaited_(awaited) {}
  void CountDown() {
    MutexLock lock(mutex_);
    --awaited_;
    changed_.SignalAll();
  }
  void Await() {
    MutexLock lock(mutex_);
    while (awaited_ > 0) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::size_t awaited_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_HELD_BATCH_H_
