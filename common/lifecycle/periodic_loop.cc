#include "common/lifecycle/periodic_loop.h"

#include <random>
#include <utility>

namespace fleet {

PeriodicLoop::PeriodicLoop(absl::Duration interval, std::function<Next()> run_once)
    : interval_(interval), run_once_(std::move(run_once)), thread_([this] { Run(); }) {}

PeriodicLoop::~PeriodicLoop() { Stop(); }

void PeriodicLoop::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.Signal();
}

void PeriodicLoop::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void PeriodicLoop::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    if (run_once_() == Next::kAgain) continue;
    const absl::Duration delay = NextDelay();
    MutexLock lock(mutex_);
    while (!stopping_ && !woken_) {
      if (!changed_.WaitFor(mutex_, delay)) break;
    }
    if (stopping_) return;
  }
}

absl::Duration PeriodicLoop::NextDelay() {
  thread_local std::minstd_rand random(std::random_device{}());
  return interval_ * std::uniform_real_distribution<double>(0.8, 1.2)(random);
}

}  // namespace fleet
