#include "cli/fleetctl/signal_listener.h"

#include <unistd.h>
#include <csignal>

namespace fleet::cli {

SignalListener::SignalListener(ShutdownSignal& signal, Interruption& interruption)
    : signal_(signal), interruption_(interruption), thread_([this] { Listen(); }) {}

SignalListener::~SignalListener() {
  stopping_ = true;
  // Only that thread waits for it, and it knows that this one is not a user's.
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void SignalListener::Listen() {
  const int first = signal_.Wait();
  if (stopping_) return;
  interruption_.Raise(first);
  const int second = signal_.Wait();
  if (!stopping_) _exit(128 + second);
}

}  // namespace fleet::cli
