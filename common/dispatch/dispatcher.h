// Group commit for leases: every demand that waits is served by one dispatch transaction, and those that come while
// it commits by the next. No timer is needed: a lone demand is not delayed, a thousand cost a few commits.
#ifndef FLEET_COMMON_DISPATCH_DISPATCHER_H_
#define FLEET_COMMON_DISPATCH_DISPATCHER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/store/dispatch_store.h"

namespace fleet::dispatch {

class Dispatcher {
 public:
  // DispatchStore::Dispatch.
  using Dispatch =
      std::function<absl::StatusOr<std::vector<store::LeaseAnswer>>(const std::vector<store::LeaseDemand>&)>;
  // Called exactly once a demand, on the dispatcher's thread; must not block. kNothing once the wait is over.
  using Answer = std::function<void(absl::StatusOr<store::LeaseAnswer>)>;

  struct Options {
    // How often parked demands are tried without being woken: what a lost wake-up costs at most.
    absl::Duration poll_interval = absl::Milliseconds(500);
    // Bounds of one transaction.
    std::size_t max_demands = 1000;
    int32_t max_tasks = 5000;
  };

  Dispatcher(Dispatch dispatch, const Clock& clock, const Options& options);
  // Stops.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Tries at once, then whenever woken, for up to `wait`. A demand whose `abandoned` becomes true is given nothing any
  // more; null: never. Thread-safe.
  void Park(const store::LeaseDemand& demand, absl::Duration wait, Answer answer,
            std::shared_ptr<const std::atomic<bool>> abandoned = nullptr);
  // There may be work or free slots now: tries every parked demand. Thread-safe, cheap, coalesced.
  void Wake();
  // Answers everything with kUnavailable. Idempotent.
  void Stop();

  std::size_t parked() const;

 private:
  struct Parked {
    store::LeaseDemand demand;
    absl::Duration deadline;
    Answer answer;
    std::shared_ptr<const std::atomic<bool>> abandoned;
    bool tried = false;
    bool IsAbandoned() const { return abandoned != nullptr && *abandoned; }
  };
  using Batch = std::list<Parked>;

  void Run();
  // Takes what the next transaction should serve: everything if woken, else what was never tried. What turns out to be
  // abandoned goes to `expired` instead.
  Batch TakeBatch(Batch& expired) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Demands whose wait is over, or whose caller is gone. They were tried within the last poll interval: no transaction
  // for them.
  Batch TakeExpired(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration UntilNextDeadline() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Serve(Batch batch);

  const Dispatch dispatch_;
  const Clock& clock_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::list<Parked> parked_ ABSL_GUARDED_BY(mutex_);
  std::size_t untried_ ABSL_GUARDED_BY(mutex_) = 0;
  // Parked demands that the current wake-up has still to try, from the front.
  std::size_t to_try_ ABSL_GUARDED_BY(mutex_) = 0;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet::dispatch

#endif  // FLEET_COMMON_DISPATCH_DISPATCHER_H_
