// Turns SIGINT and SIGTERM into an Interruption.
#ifndef FLEET_CLI_FLEETCTL_SIGNAL_LISTENER_H_
#define FLEET_CLI_FLEETCTL_SIGNAL_LISTENER_H_

#include <atomic>
#include <thread>

#include "cli/fleetctl/client/interruption.h"
#include "common/lifecycle/shutdown_signal.h"

namespace fleet::cli {

class SignalListener {
 public:
  // Both must outlive it. The second signal ends the process at once, for a command that does not end by itself.
  SignalListener(ShutdownSignal& signal, Interruption& interruption);
  ~SignalListener();
  SignalListener(const SignalListener&) = delete;
  SignalListener& operator=(const SignalListener&) = delete;

 private:
  void Listen();

  ShutdownSignal& signal_;
  Interruption& interruption_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_SIGNAL_LISTENER_H_
