// Ctrl-C as a value: who waits is woken, who calls is cancelled, and the command gets to say how to go on.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_INTERRUPTION_H_
#define FLEET_CLI_FLEETCTL_CLIENT_INTERRUPTION_H_

#include <functional>
#include <map>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"

namespace fleet::cli {

// Thread-safe.
class Interruption {
 public:
  // Calls back with the signal on Raise for as long as it lives; at once if it was raised before.
  class Subscription {
   public:
    Subscription(Interruption& interruption, std::function<void(int signal)> callback);
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    Interruption& interruption_;
    const int id_;
  };

  // The number of the signal that came. Later ones change nothing.
  void Raise(int signal);
  // 0 until raised.
  int signal() const;
  bool raised() const { return signal() != 0; }
  // Waits; false at once if it is or becomes raised.
  bool SleepFor(absl::Duration duration);

 private:
  int Subscribe(std::function<void(int)> callback);
  void Unsubscribe(int id);

  mutable Mutex mutex_;
  CondVar raised_;
  int signal_ ABSL_GUARDED_BY(mutex_) = 0;
  int last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  // Called under the lock, so that none runs once its subscription has ended. They must not call back into this.
  std::map<int, std::function<void(int)>> callbacks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_INTERRUPTION_H_
