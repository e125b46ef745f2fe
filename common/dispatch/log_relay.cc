#include "common/dispatch/log_relay.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"

namespace fleet::dispatch {
namespace {

absl::Status TooManyFollowers(std::size_t most) {
  const std::string limit = absl::StrCat(most, " follow logs at this service already");
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(limit, ", as many as may at a time: try again when some have gone"),
                   {"LOG_FOLLOWERS_LIMIT", {}, {}, absl::Seconds(30), {{"service", limit}}});
}

}  // namespace

std::unique_ptr<LogSubscription::News> LogSubscription::Take() {
  MutexLock lock(mutex_);
  waiting_ = pending_ == nullptr;
  return std::move(pending_);
}

void LogSubscription::Offer(News news) {
  {
    MutexLock lock(mutex_);
    const bool ended = news.ended || (pending_ != nullptr && pending_->ended);
    pending_ = std::make_unique<News>(std::move(news));
    pending_->ended = ended;
    if (!waiting_) return;
    waiting_ = false;
  }
  ready_();
}

absl::StatusOr<std::shared_ptr<LogSubscription>> LogRelay::Subscribe(const domain::TaskId& task,
                                                                     std::function<void()> ready) {
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::UnavailableError("the service is stopping");
    if (followers_ >= options_.most_followers) return TooManyFollowers(options_.most_followers);
    ++followers_;
  }
  const absl::Status followed = feed_.follow(task);
  const std::shared_ptr<LogSubscription> subscription(new LogSubscription(std::move(ready)));
  MutexLock lock(mutex_);
  if (!followed.ok() || stopping_) {
    --followers_;
    return followed.ok() ? absl::UnavailableError("the service is stopping") : followed;
  }
  Topic& topic = topics_[task];
  topic.subscriptions.insert(subscription);
  followed_.insert(task);
  subscription->last_told_ = clock_.Elapsed();
  // Nobody waits for it yet.
  if (topic.log != nullptr) subscription->Offer({topic.log, false});
  return subscription;
}

void LogRelay::Unsubscribe(const domain::TaskId& task, const std::shared_ptr<LogSubscription>& subscription) {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(task);
  if (topic == topics_.end() || topic->second.subscriptions.erase(subscription) == 0) return;
  --followers_;
  if (topic->second.subscriptions.empty()) topics_.erase(topic);
}

absl::StatusOr<int> LogRelay::RunOnce() {
  FLEET_RETURN_IF_ERROR(List());
  FLEET_RETURN_IF_ERROR(FollowOn());
  int changed = 0;
  const std::vector<std::shared_ptr<const store::FollowedLog>> known = KnownLogs();
  if (!known.empty()) {
    FLEET_ASSIGN_OR_RETURN(std::vector<store::FollowedLog> logs, feed_.read_changed(known));
    for (store::FollowedLog& log : logs) Tell(std::move(log));
    changed = static_cast<int>(logs.size());
  }
  TellBookmarks();
  return changed;
}

absl::Status LogRelay::List() {
  if (clock_.Elapsed() < next_list_) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const std::vector<domain::TaskId> tasks, feed_.list());
  next_list_ = clock_.Elapsed() + options_.list_interval;
  MutexLock lock(mutex_);
  followed_ = {tasks.begin(), tasks.end()};
  // Theirs may have come since.
  for (const auto& [task, topic] : topics_) followed_.insert(task);
  return absl::OkStatus();
}

absl::Status LogRelay::FollowOn() {
  if (clock_.Elapsed() < next_follow_on_) return absl::OkStatus();
  std::vector<domain::TaskId> tasks;
  {
    MutexLock lock(mutex_);
    for (const auto& [task, topic] : topics_) tasks.push_back(task);
  }
  if (!tasks.empty()) FLEET_RETURN_IF_ERROR(feed_.follow_on(tasks));
  next_follow_on_ = clock_.Elapsed() + options_.follow_interval;
  return absl::OkStatus();
}

std::vector<std::shared_ptr<const store::FollowedLog>> LogRelay::KnownLogs() const {
  std::vector<std::shared_ptr<const store::FollowedLog>> known;
  MutexLock lock(mutex_);
  for (const auto& [task, topic] : topics_) {
    if (topic.log != nullptr) {
      known.push_back(topic.log);
      continue;
    }
    // As no child ever is, so that the first reading finds it changed.
    auto unknown = std::make_shared<store::FollowedLog>();
    unknown->task = task;
    unknown->attempt = -1;
    known.push_back(std::move(unknown));
  }
  return known;
}

void LogRelay::Tell(store::FollowedLog log) {
  Offers offers;
  {
    MutexLock lock(mutex_);
    const auto topic = topics_.find(log.task);
    if (topic == topics_.end()) return;
    topic->second.log = std::make_shared<const store::FollowedLog>(std::move(log));
    for (const auto& subscription : topic->second.subscriptions) {
      subscription->last_told_ = clock_.Elapsed();
      offers.push_back({subscription, {topic->second.log, false}});
    }
  }
  Deliver(offers);
}

void LogRelay::TellBookmarks() {
  const absl::Duration now = clock_.Elapsed();
  Offers offers;
  {
    MutexLock lock(mutex_);
    for (const auto& [task, topic] : topics_) {
      for (const auto& subscription : topic.subscriptions) {
        if (now - subscription->last_told_ < options_.bookmark_interval) continue;
        subscription->last_told_ = now;
        offers.push_back({subscription, {topic.log, false}});
      }
    }
  }
  Deliver(offers);
}

void LogRelay::Deliver(const Offers& offers) {
  for (const auto& [subscription, news] : offers) subscription->Offer(news);
}

std::vector<domain::TaskId> LogRelay::FollowedOf(const std::vector<domain::TaskId>& tasks) const {
  std::vector<domain::TaskId> followed;
  MutexLock lock(mutex_);
  if (followed_.empty()) return followed;
  for (const domain::TaskId& task : tasks) {
    if (followed_.count(task) > 0) followed.push_back(task);
  }
  return followed;
}

void LogRelay::Stop() {
  Offers offers;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& [task, topic] : topics_) {
      for (const auto& subscription : topic.subscriptions) offers.push_back({subscription, {topic.log, true}});
    }
  }
  Deliver(offers);
}

std::size_t LogRelay::followers() const {
  MutexLock lock(mutex_);
  return followers_;
}

}  // namespace fleet::dispatch
