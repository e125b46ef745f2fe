#include "services/fleet/watch/snapshot_pages.h"

#include <limits>
#include <utility>

#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.pb.h"
#include "google/protobuf/arena.h"
#include "services/fleet/requests/fleet_messages.h"

namespace fleet::service {
namespace {

// Of a snapshot's message: what a watcher that does not read holds.
constexpr int32_t kMostTasks = 200;
constexpr std::size_t kMostBytes = std::size_t{40} << 10;

// As many as a message may hold, at least one.
SnapshotPages::Page PageOf(const store::TaskPage& listed) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchFleetResponse>(&arena);
  int32_t next_after = listed.next_after;
  std::size_t bytes = 0;
  for (const store::TaskRecord& task : listed.tasks) {
    v1::Task& told = *message.add_tasks();
    ToProto(task, false, told);
    bytes += told.ByteSizeLong();
    if (bytes > kMostBytes && message.tasks_size() < static_cast<int>(listed.tasks.size())) {
      next_after = told.ordinal();
      break;
    }
  }
  return {message.SerializeAsString(), next_after};
}

}  // namespace

SnapshotPages::SnapshotPages(List list, ReadStanding read_standing, std::size_t max_bytes)
    : list_(std::move(list)), read_standing_(std::move(read_standing)), max_bytes_(max_bytes) {}

absl::StatusOr<std::shared_ptr<const SnapshotPages::Page>> SnapshotPages::Read(const domain::Caller& caller,
                                                                               const Place& place, int64_t revision) {
  Kept kept = Find(place);
  if (kept.page == nullptr) return ReadAnew(caller, place, revision);
  // Children that were enqueued later belong to the last page.
  const int32_t last = kept.page->next_after == 0 ? std::numeric_limits<int32_t>::max() : kept.page->next_after;
  FLEET_ASSIGN_OR_RETURN(const store::Standing standing,
                         read_standing_(place.fleet_id, kept.revision, place.after + 1, last));
  if (!standing.unchanged) return ReadAnew(caller, place, standing.revision);
  kept.revision = standing.revision;
  Keep(place, kept);
  return kept.page;
}

absl::StatusOr<std::shared_ptr<const SnapshotPages::Page>> SnapshotPages::ReadAnew(const domain::Caller& caller,
                                                                                   const Place& place,
                                                                                   int64_t revision) {
  FLEET_ASSIGN_OR_RETURN(const store::TaskPage listed, list_(caller, place.fleet_id, place.after, kMostTasks));
  Kept kept{std::make_shared<const Page>(PageOf(listed)), revision};
  Keep(place, kept);
  return kept.page;
}

SnapshotPages::Kept SnapshotPages::Find(const Place& place) const {
  MutexLock lock(mutex_);
  const auto found = kept_.find(place);
  return found == kept_.end() ? Kept() : found->second;
}

void SnapshotPages::Keep(const Place& place, const Kept& kept) {
  MutexLock lock(mutex_);
  const auto [entry, is_new] = kept_.try_emplace(place);
  if (is_new) {
    oldest_.push_back(place);
  } else {
    bytes_ -= entry->second.page->tasks.size();
  }
  entry->second = kept;
  bytes_ += kept.page->tasks.size();
  while (bytes_ > max_bytes_) {
    const auto oldest = kept_.find(oldest_.front());
    oldest_.pop_front();
    bytes_ -= oldest->second.page->tasks.size();
    kept_.erase(oldest);
  }
}

}  // namespace fleet::service
