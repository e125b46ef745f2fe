// What a WatchHub reads, kept in memory: one fleet a topic, with a change row for each revision.
#ifndef FLEET_TESTS_UNIT_COMMON_DISPATCH_WATCH_FIXTURE_H_
#define FLEET_TESTS_UNIT_COMMON_DISPATCH_WATCH_FIXTURE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/dispatch/watch_hub.h"
#include "common/lifecycle/mutex.h"
#include "tests/support/wait_until.h"

namespace fleet::dispatch {

class FakeFeed {
 public:
  WatchHub::Feed Functions() {
    return {[this](const auto& ids) { return ReadFleets(ids); }, [this](const auto& ids) { return ReadRevisions(ids); },
            [this](const auto& id, int64_t after, int64_t until) { return ReadChanges(id, after, until); }};
  }

  // One committed change of child `ordinal`. Returns the new revision.
  int64_t Change(const domain::Ulid& id, int32_t ordinal = 1, domain::FleetState state = domain::FleetState::kRunning) {
    MutexLock lock(mutex_);
    Stored& stored = fleets_[id];
    stored.ordinals.push_back(ordinal);
    stored.state = state;
    return static_cast<int64_t>(stored.ordinals.size());
  }
  // Back in time: as after a failover to a server that lagged.
  void Truncate(const domain::Ulid& id, std::size_t revision) {
    MutexLock lock(mutex_);
    fleets_[id].ordinals.resize(revision);
  }
  // Change rows up to this revision are gone.
  void Trim(const domain::Ulid& id, int64_t revision) {
    MutexLock lock(mutex_);
    fleets_[id].trimmed = revision;
  }
  void SetFailing(bool failing) { failing_ = failing; }
  // Of one change, so many children are read, from the one that changed on.
  void SetTasksPerChange(std::size_t count) { tasks_per_change_ = count; }
  void SetRowsPerRead(int64_t rows) { rows_per_read_ = rows; }
  // What each child says of itself from here on.
  void SetSummary(const std::string& summary) {
    MutexLock lock(mutex_);
    summary_ = summary;
  }

  // How old a fleet's last change is whenever it is read.
  void SetAge(absl::Duration age) {
    MutexLock lock(mutex_);
    age_ = age;
  }

  int fleet_reads() const { return fleet_reads_; }
  int change_reads() const { return change_reads_; }
  int revision_reads() const { return revision_reads_; }

 private:
  struct Stored {
    std::vector<int32_t> ordinals;  // element i changed with revision i + 1
    domain::FleetState state = domain::FleetState::kRunning;
    int64_t trimmed = 0;
    int64_t revision() const { return static_cast<int64_t>(ordinals.size()); }
  };

  absl::StatusOr<std::map<domain::Ulid, store::FleetRecord>> ReadFleets(const std::vector<domain::Ulid>& ids) {
    ++fleet_reads_;
    if (failing_) return absl::UnavailableError("the database is away");
    MutexLock lock(mutex_);
    std::map<domain::Ulid, store::FleetRecord> records;
    for (const domain::Ulid& id : ids) {
      const auto stored = fleets_.find(id);
      if (stored == fleets_.end()) continue;
      records[id].fleet.id = id;
      records[id].fleet.revision = stored->second.revision();
      records[id].fleet.state = stored->second.state;
      if (!age_.has_value()) continue;
      records[id].usage.now = absl::FromUnixSeconds(1'000'000);
      records[id].fleet.updated_at = records[id].usage.now - *age_;
    }
    return records;
  }

  absl::StatusOr<std::map<domain::Ulid, int64_t>> ReadRevisions(const std::vector<domain::Ulid>& ids) {
    ++revision_reads_;
    if (failing_) return absl::UnavailableError("the database is away");
    MutexLock lock(mutex_);
    std::map<domain::Ulid, int64_t> revisions;
    for (const domain::Ulid& id : ids) {
      const auto stored = fleets_.find(id);
      if (stored != fleets_.end()) revisions[id] = stored->second.revision();
    }
    return revisions;
  }

  absl::StatusOr<store::ChangedTasks> ReadChanges(const domain::Ulid& id, int64_t after, int64_t until) {
    ++change_reads_;
    if (failing_) return absl::UnavailableError("the database is away");
    MutexLock lock(mutex_);
    const Stored& stored = fleets_[id];
    store::ChangedTasks changes;
    if (after < stored.trimmed) return changes;
    changes.contiguous = true;
    changes.revision = std::min({until, stored.revision(), after + rows_per_read_});
    changes.more = changes.revision < until;
    for (int64_t revision = after; revision < changes.revision; ++revision) {
      for (std::size_t i = 0; i < tasks_per_change_; ++i) {
        store::TaskRecord record;
        record.task.id = {id, stored.ordinals[static_cast<std::size_t>(revision)] + static_cast<int32_t>(i)};
        record.summary = summary_;
        changes.tasks.push_back(record);
      }
    }
    return changes;
  }

  Mutex mutex_;
  std::map<domain::Ulid, Stored> fleets_ ABSL_GUARDED_BY(mutex_);
  std::string summary_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> age_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> failing_ = false;
  std::atomic<std::size_t> tasks_per_change_ = 1;
  std::atomic<int64_t> rows_per_read_ = 1'000'000;
  std::atomic<int> fleet_reads_ = 0;
  std::atomic<int> change_reads_ = 0;
  std::atomic<int> revision_reads_ = 0;
};

// A watcher that takes what there is when told to.
class TestWatcher {
 public:
  TestWatcher(WatchHub& hub, const domain::Ulid& id, int64_t revision, bool with_tasks = false)
      : hub_(hub), id_(id), subscription_(hub.Subscribe(id, revision, with_tasks, [ready = ready_] { ++*ready; })) {}
  ~TestWatcher() { Unsubscribe(); }
  TestWatcher(const TestWatcher&) = delete;
  TestWatcher& operator=(const TestWatcher&) = delete;

  void Unsubscribe() { hub_.Unsubscribe(id_, subscription_); }
  std::unique_ptr<WatchUpdate> Take() { return subscription_->Take(); }
  // The next update; null if none comes in time.
  std::unique_ptr<WatchUpdate> Next() {
    std::unique_ptr<WatchUpdate> update;
    if (!testing::WaitUntil([&] { return (update = subscription_->Take()) != nullptr; })) return nullptr;
    return update;
  }
  int ready() const { return *ready_; }

 private:
  WatchHub& hub_;
  const domain::Ulid id_;
  // The hub may be calling it while the test's watcher goes.
  const std::shared_ptr<std::atomic<int>> ready_ = std::make_shared<std::atomic<int>>(0);
  const std::shared_ptr<WatchSubscription> subscription_;
};

}  // namespace fleet::dispatch

#endif  // FLEET_TESTS_UNIT_COMMON_DISPATCH_WATCH_FIXTURE_H_
