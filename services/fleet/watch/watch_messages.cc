#include "services/fleet/watch/watch_messages.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "google/protobuf/arena.h"
#include "services/fleet/requests/fleet_messages.h"

namespace fleet::service {
namespace {

constexpr std::size_t kFewEntries = 4;

// Each child once, as it stands in the latest chunk that has it.
void AddTasks(const dispatch::WatchUpdate& update, v1::WatchFleetResponse& message) {
  std::map<int32_t, const store::TaskRecord*> latest;
  for (const auto& chunk : update.tasks) {
    for (const store::TaskRecord& task : chunk->tasks) latest[task.task.id.ordinal] = &task;
  }
  for (const auto& [ordinal, task] : latest) ToProto(*task, false, *message.add_tasks());
}

rpc::SharedBytes MakeChange(const dispatch::WatchUpdate& update, const std::string& token) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchFleetResponse>(&arena);
  message.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
  message.set_resume_token(token);
  ToProto(*update.fleet, *message.mutable_fleet());
  AddTasks(update, message);
  return ToBytes(message);
}

template <typename T>
bool IsSameObject(const std::weak_ptr<const T>& one, const std::shared_ptr<const T>& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

}  // namespace

rpc::SharedBytes ToBytes(const v1::WatchFleetResponse& message) {
  return std::make_shared<const std::string>(message.SerializeAsString());
}

rpc::SharedBytes WatchMessages::Change(const dispatch::WatchUpdate& update, const std::string& token) {
  // Nobody else has this update.
  if (update.fleet.use_count() == 1) return MakeChange(update, token);
  const std::shared_ptr<Entry> entry = Find(update, token);
  std::call_once(entry->made, [&] { entry->bytes = MakeChange(update, token); });
  return entry->bytes;
}

std::size_t WatchMessages::kept() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

std::shared_ptr<WatchMessages::Entry> WatchMessages::Find(const dispatch::WatchUpdate& update,
                                                          const std::string& token) {
  MutexLock lock(mutex_);
  const auto [first, last] = entries_.equal_range(Fleet(update.fleet));
  for (auto entry = first; entry != last; ++entry) {
    if (IsSame(*entry->second, update, token)) return entry->second;
  }
  if (entries_.size() >= forget_at_) Forget();
  auto entry = std::make_shared<Entry>();
  entry->tasks.assign(update.tasks.begin(), update.tasks.end());
  entry->token = token;
  return entries_.emplace(update.fleet, std::move(entry))->second;
}

bool WatchMessages::IsSame(const Entry& entry, const dispatch::WatchUpdate& update, const std::string& token) {
  return entry.token == token &&
         std::equal(entry.tasks.begin(), entry.tasks.end(), update.tasks.begin(), update.tasks.end(),
                    [](const auto& one, const auto& other) { return IsSameObject(one, other); });
}

void WatchMessages::Forget() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    entry = entry->first.expired() ? entries_.erase(entry) : std::next(entry);
  }
  // So that forgetting costs each message no more than making it.
  forget_at_ = std::max(kFewEntries, 2 * entries_.size());
}

}  // namespace fleet::service
