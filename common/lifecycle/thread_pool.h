// A bounded pool of threads for work that blocks: database calls never run on a gRPC callback thread.
#ifndef FLEET_COMMON_LIFECYCLE_THREAD_POOL_H_
#define FLEET_COMMON_LIFECYCLE_THREAD_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "common/lifecycle/mutex.h"

namespace fleet {

class ThreadPool {
 public:
  // Work beyond `max_queued` waiting tasks is refused, so that a slow database shows as refusals, not as memory.
  ThreadPool(std::size_t threads, std::size_t max_queued);
  // Runs what was accepted, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // False if the queue is full or the pool is stopping; `work` was then not taken.
  [[nodiscard]] bool Submit(std::function<void()> work);
  // How much waits for a thread.
  std::size_t queued() const;

 private:
  void Run();

  const std::size_t max_queued_;
  mutable Mutex mutex_;
  CondVar available_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_THREAD_POOL_H_
