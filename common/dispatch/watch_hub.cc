#include "common/dispatch/watch_hub.h"

#include <algorithm>
#include <utility>

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"

namespace fleet::dispatch {

WatchHub::WatchHub(Feed feed, const Clock& clock, const Options& options)
    : feed_(std::move(feed)), clock_(clock), options_(options), thread_([this] { Run(); }) {}

WatchHub::~WatchHub() { Stop(); }

std::shared_ptr<WatchSubscription> WatchHub::Subscribe(const domain::Ulid& fleet_id, int64_t revision, bool with_tasks,
                                                       std::function<void()> ready) {
  std::shared_ptr<WatchSubscription> subscription(new WatchSubscription(revision, with_tasks, std::move(ready)));
  {
    MutexLock lock(mutex_);
    if (!stopping_) {
      topics_[fleet_id].insert(subscription);
      ++watchers_;
      woken_.insert(fleet_id);
      changed_.Signal();
      return subscription;
    }
  }
  subscription->Interrupt(WatchUpdate::Kind::kEnd, absl::UnavailableError("the service is shutting down"));
  return subscription;
}

void WatchHub::Unsubscribe(const domain::Ulid& fleet_id, const std::shared_ptr<WatchSubscription>& subscription) {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(fleet_id);
  if (topic == topics_.end() || topic->second.erase(subscription) == 0) return;
  --watchers_;
  if (topic->second.empty()) topics_.erase(topic);
}

void WatchHub::Wake(const std::vector<domain::Ulid>& fleet_ids) {
  MutexLock lock(mutex_);
  bool any = false;
  for (const domain::Ulid& fleet_id : fleet_ids) {
    if (topics_.count(fleet_id) > 0) any = woken_.insert(fleet_id).second || any;
  }
  if (any) changed_.Signal();
}

void WatchHub::WakeAll() {
  MutexLock lock(mutex_);
  for (const auto& [fleet_id, watchers] : topics_) woken_.insert(fleet_id);
  changed_.Signal();
}

void WatchHub::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
  std::map<domain::Ulid, Subscriptions> topics;
  {
    MutexLock lock(mutex_);
    topics.swap(topics_);
    watchers_ = 0;
  }
  for (const auto& [fleet_id, watchers] : topics) {
    for (const auto& watcher : watchers) {
      watcher->Interrupt(WatchUpdate::Kind::kEnd, absl::UnavailableError("the service is shutting down"));
    }
  }
}

std::size_t WatchHub::watchers() const {
  MutexLock lock(mutex_);
  return watchers_;
}

std::set<domain::Ulid> WatchHub::WaitForWork(absl::Duration& next_poll) {
  MutexLock lock(mutex_);
  while (!stopping_ && woken_.empty()) {
    if (topics_.empty()) {
      changed_.Wait(mutex_);
      continue;
    }
    const absl::Duration left = next_poll - clock_.Elapsed();
    if (left <= absl::ZeroDuration()) break;
    changed_.WaitFor(mutex_, left);
  }
  if (stopping_) return {};
  // Also when some fleet is woken all the time: that must not keep the others from being polled.
  if (clock_.Elapsed() >= next_poll) {
    for (const auto& [fleet_id, watchers] : topics_) woken_.insert(fleet_id);
    next_poll = clock_.Elapsed() + options_.poll_interval;
  }
  return std::exchange(woken_, {});
}

void WatchHub::Run() {
  absl::Duration next_poll = clock_.Elapsed() + options_.poll_interval;
  while (true) {
    const std::set<domain::Ulid> woken = WaitForWork(next_poll);
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    const absl::Duration began = clock_.Elapsed();
    // Whoever subscribes from here on may have seen more than will be read: told at the next turn.
    const std::map<domain::Ulid, Subscriptions> behind = Behind(woken);
    if (!behind.empty()) TellAll(behind);
    TellBookmarks();
    // What changes within this pause is told as one.
    const absl::Duration until = began + options_.min_interval;
    MutexLock lock(mutex_);
    while (!stopping_ && clock_.Elapsed() < until) changed_.WaitFor(mutex_, until - clock_.Elapsed());
  }
}

void WatchHub::TellAll(const std::map<domain::Ulid, Subscriptions>& watchers) {
  std::vector<domain::Ulid> fleet_ids;
  fleet_ids.reserve(watchers.size());
  for (const auto& [fleet_id, subscriptions] : watchers) fleet_ids.push_back(fleet_id);
  const auto records = feed_.read_fleets(fleet_ids);
  if (!records.ok()) {
    LogWarning("watch_read_failed", {{"error", records.status()}});
    return;
  }
  const absl::Duration read_at = clock_.Elapsed();
  for (const auto& [fleet_id, record] : *records) {
    const Subscriptions& subscriptions = watchers.at(fleet_id);
    // Not one who has just come back: what it missed while it was away is older.
    const bool tells = std::any_of(subscriptions.begin(), subscriptions.end(),
                                   [revision = record.fleet.revision](const auto& watcher) {
                                     return watcher->cursor_ < revision && watcher->caught_up_;
                                   });
    Tell(fleet_id, record, subscriptions);
    for (const auto& watcher : subscriptions) watcher->caught_up_ |= watcher->cursor_ == record.fleet.revision;
    if (tells) ObserveLag(record, clock_.Elapsed() - read_at);
  }
}

void WatchHub::ObserveLag(const store::FleetRecord& record, absl::Duration since_read) {
  // Both times are the database's. It says none where nothing is open.
  if (options_.observe_lag == nullptr || record.usage.now == absl::InfinitePast()) return;
  options_.observe_lag(std::max(record.usage.now - record.fleet.updated_at, absl::ZeroDuration()) + since_read);
}

std::map<domain::Ulid, WatchHub::Subscriptions> WatchHub::Behind(const std::set<domain::Ulid>& fleet_ids) {
  const auto revisions = feed_.read_revisions({fleet_ids.begin(), fleet_ids.end()});
  if (!revisions.ok()) {
    LogWarning("watch_read_failed", {{"error", revisions.status()}});
    return {};
  }
  std::map<domain::Ulid, Subscriptions> behind;
  for (const auto& [fleet_id, revision] : *revisions) {
    Subscriptions watchers = WatchersOf(fleet_id);
    for (const auto& watcher : watchers) watcher->caught_up_ |= watcher->cursor_ == revision;
    if (std::any_of(watchers.begin(), watchers.end(),
                    [revision = revision](const auto& watcher) { return watcher->cursor_ != revision; })) {
      behind[fleet_id] = std::move(watchers);
    }
  }
  return behind;
}

WatchHub::Subscriptions WatchHub::WatchersOf(const domain::Ulid& fleet_id) {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(fleet_id);
  return topic == topics_.end() ? Subscriptions() : topic->second;
}

void WatchHub::Tell(const domain::Ulid& fleet_id, const store::FleetRecord& record, const Subscriptions& watchers) {
  const auto shared = std::make_shared<const store::FleetRecord>(record);
  const int64_t revision = record.fleet.revision;
  const bool ended = domain::IsTerminal(record.fleet.state);
  Subscriptions with_tasks;
  for (const auto& watcher : watchers) {
    if (watcher->cursor_ == revision) continue;
    if (watcher->cursor_ > revision) {
      // The database went back in time, or the token was never its own.
      watcher->Interrupt(WatchUpdate::Kind::kRestart, absl::OkStatus());
      watcher->cursor_ = revision;
    } else if (watcher->with_tasks_) {
      with_tasks.insert(watcher);
    } else {
      watcher->cursor_ = revision;
      watcher->last_told_ = clock_.Elapsed();
      watcher->Offer(shared, {}, revision, ended);
    }
  }
  if (!with_tasks.empty()) TellTasks(fleet_id, shared, with_tasks);
}

void WatchHub::TellTasks(const domain::Ulid& fleet_id, const std::shared_ptr<const store::FleetRecord>& record,
                         const Subscriptions& watchers) {
  // All that are up to date stand at the same revision: one read serves them.
  std::map<int64_t, std::vector<std::shared_ptr<WatchSubscription>>> by_cursor;
  for (const auto& watcher : watchers) by_cursor[watcher->cursor_].push_back(watcher);
  for (const auto& [cursor, group] : by_cursor) {
    const auto chunks = ReadChunks(record->fleet, cursor);
    if (!chunks.ok()) {
      LogWarning("watch_read_failed", {{"error", chunks.status()}});
      continue;
    }
    const store::ChangedTasks& latest = *chunks->back();
    const bool is_last = domain::IsTerminal(record->fleet.state) && latest.revision == record->fleet.revision;
    for (const auto& watcher : group) {
      if (!latest.contiguous) {
        watcher->Interrupt(WatchUpdate::Kind::kRestart, absl::OkStatus());
        watcher->cursor_ = record->fleet.revision;
        continue;
      }
      watcher->cursor_ = latest.revision;
      watcher->last_told_ = clock_.Elapsed();
      watcher->Offer(record, *chunks, latest.revision, is_last);
    }
    if (latest.more) Wake({fleet_id});
  }
}

absl::StatusOr<WatchSubscription::Chunks> WatchHub::ReadChunks(const domain::Fleet& fleet, int64_t cursor) {
  WatchSubscription::Chunks chunks;
  do {
    FLEET_ASSIGN_OR_RETURN(store::ChangedTasks changes, feed_.read_changes(fleet.id, cursor, fleet.revision));
    cursor = changes.revision;
    chunks.push_back(std::make_shared<const store::ChangedTasks>(std::move(changes)));
  } while (domain::IsTerminal(fleet.state) && chunks.back()->more && chunks.back()->contiguous);
  return chunks;
}

void WatchHub::TellBookmarks() {
  const absl::Duration now = clock_.Elapsed();
  std::vector<std::shared_ptr<WatchSubscription>> idle;
  {
    MutexLock lock(mutex_);
    for (const auto& [fleet_id, watchers] : topics_) {
      for (const auto& watcher : watchers) {
        if (watcher->last_told_ == absl::ZeroDuration()) watcher->last_told_ = now;
        if (now - watcher->last_told_ >= options_.bookmark_interval) idle.push_back(watcher);
      }
    }
  }
  for (const auto& watcher : idle) {
    watcher->last_told_ = now;
    watcher->Bookmark();
  }
}

}  // namespace fleet::dispatch
