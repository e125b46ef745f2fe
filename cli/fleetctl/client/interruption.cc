#include "cli/fleetctl/client/interruption.h"

#include <chrono>
#include <utility>

namespace fleet::cli {

Interruption::Subscription::Subscription(Interruption& interruption, std::function<void(int)> callback)
    : interruption_(interruption), id_(interruption.Subscribe(std::move(callback))) {}

Interruption::Subscription::~Subscription() { interruption_.Unsubscribe(id_); }

void Interruption::Raise(int signal) {
  MutexLock lock(mutex_);
  if (signal_ != 0) return;
  signal_ = signal;
  for (const auto& [id, callback] : callbacks_) callback(signal);
  raised_.SignalAll();
}

int Interruption::signal() const {
  MutexLock lock(mutex_);
  return signal_;
}

bool Interruption::SleepFor(absl::Duration duration) {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
  MutexLock lock(mutex_);
  while (signal_ == 0) {
    const auto left = absl::FromChrono(end - std::chrono::steady_clock::now());
    if (left <= absl::ZeroDuration()) return true;
    raised_.WaitFor(mutex_, left);
  }
  return false;
}

int Interruption::Subscribe(std::function<void(int)> callback) {
  MutexLock lock(mutex_);
  if (signal_ != 0) callback(signal_);
  callbacks_.emplace(++last_id_, std::move(callback));
  return last_id_;
}

void Interruption::Unsubscribe(int id) {
  MutexLock lock(mutex_);
  callbacks_.erase(id);
}

}  // namespace fleet::cli
