#include <utility>

#include "common/dispatch/watch_hub.h"

namespace fleet::dispatch {
namespace {

// A watcher that lets more than this pile up starts over with a snapshot, so that a slow one costs little.
constexpr std::size_t kMostPendingTasks = 20000;

}  // namespace

WatchSubscription::WatchSubscription(int64_t revision, bool with_tasks, std::function<void()> ready)
    : with_tasks_(with_tasks), ready_(std::move(ready)), cursor_(revision), told_(revision) {}

std::unique_ptr<WatchUpdate> WatchSubscription::Take() {
  MutexLock lock(mutex_);
  if (pending_ == nullptr) {
    waiting_ = true;
    return nullptr;
  }
  pending_tasks_ = 0;
  pending_->since = told_;
  told_ = pending_->revision;
  return std::move(pending_);
}

void WatchSubscription::Announce() {
  {
    MutexLock lock(mutex_);
    if (!waiting_) return;
    waiting_ = false;
  }
  ready_();
}

void WatchSubscription::Offer(std::shared_ptr<const store::FleetRecord> fleet, const Chunks& tasks, int64_t revision,
                              bool is_last) {
  {
    MutexLock lock(mutex_);
    if (pending_ != nullptr && pending_->kind >= WatchUpdate::Kind::kRestart) return;
    if (pending_ == nullptr) pending_ = std::make_unique<WatchUpdate>();
    pending_->kind = WatchUpdate::Kind::kChange;
    pending_->fleet = std::move(fleet);
    pending_->revision = revision;
    pending_->is_last = is_last;
    for (const auto& chunk : tasks) {
      if (chunk->tasks.empty()) continue;
      pending_tasks_ += chunk->tasks.size();
      pending_->tasks.push_back(chunk);
    }
    if (pending_tasks_ > kMostPendingTasks) {
      pending_->kind = WatchUpdate::Kind::kRestart;
      pending_->tasks.clear();
    }
  }
  Announce();
}

void WatchSubscription::Interrupt(WatchUpdate::Kind kind, const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (pending_ == nullptr) pending_ = std::make_unique<WatchUpdate>();
    // The end of the stream that was about to be told stays told.
    if (pending_->is_last) return;
    pending_->kind = kind;
    pending_->status = status;
    pending_->tasks.clear();
  }
  Announce();
}

void WatchSubscription::Bookmark() {
  {
    MutexLock lock(mutex_);
    if (pending_ != nullptr) return;
    pending_ = std::make_unique<WatchUpdate>();
    pending_->revision = told_;
  }
  Announce();
}

}  // namespace fleet::dispatch
