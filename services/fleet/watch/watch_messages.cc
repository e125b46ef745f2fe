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

using Messages = WatchMessages::Messages;

// Each child once, as it stands in the latest chunk that has it.
std::map<int32_t, const store::TaskRecord*> LatestTasks(const dispatch::WatchUpdate& update) {
  std::map<int32_t, const store::TaskRecord*> latest;
  for (const auto& chunk : update.tasks) {
    for (const store::TaskRecord& task : chunk->tasks) latest[task.task.id.ordinal] = &task;
  }
  return latest;
}

// Children from `next` on, as many as one message may hold.
template <typename Tasks>
void AddTasks(const Tasks& tasks, typename Tasks::const_iterator& next, v1::WatchFleetResponse& message) {
  for (std::size_t bytes = 0; next != tasks.end() && bytes < kChangeMessageBytes; ++next) {
    v1::Task& told = *message.add_tasks();
    ToProto(*next->second, false, told);
    bytes += told.ByteSizeLong();
  }
}

std::shared_ptr<const Messages> MakeChange(const dispatch::WatchUpdate& update, const ResumeTokens& tokens) {
  auto messages = std::make_shared<Messages>();
  google::protobuf::Arena arena;
  const auto tasks = LatestTasks(update);
  auto next = tasks.begin();
  do {
    auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchFleetResponse>(&arena);
    message.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
    AddTasks(tasks, next, message);
    const bool is_last = next == tasks.end();
    message.set_resume_token(is_last ? tokens.after : tokens.before);
    if (is_last) ToProto(*update.fleet, *message.mutable_fleet());
    messages->push_back(ToBytes(message));
    arena.Reset();
  } while (next != tasks.end());
  return messages;
}

template <typename T>
bool IsSameObject(const std::weak_ptr<const T>& one, const std::shared_ptr<const T>& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

}  // namespace

rpc::SharedBytes ToBytes(const v1::WatchFleetResponse& message) {
  return std::make_shared<const std::string>(message.SerializeAsString());
}

std::shared_ptr<const Messages> WatchMessages::Change(const dispatch::WatchUpdate& update, const ResumeTokens& tokens) {
  // Nobody else has this update.
  if (update.fleet.use_count() == 1) return MakeChange(update, tokens);
  const std::shared_ptr<Entry> entry = Find(update, tokens);
  std::call_once(entry->made, [&] { entry->messages = MakeChange(update, tokens); });
  return entry->messages;
}

std::size_t WatchMessages::kept() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

std::shared_ptr<WatchMessages::Entry> WatchMessages::Find(const dispatch::WatchUpdate& update,
                                                          const ResumeTokens& tokens) {
  MutexLock lock(mutex_);
  const auto [first, last] = entries_.equal_range(Fleet(update.fleet));
  for (auto entry = first; entry != last; ++entry) {
    if (IsSame(*entry->second, update, tokens)) return entry->second;
  }
  if (entries_.size() >= forget_at_) Forget();
  auto entry = std::make_shared<Entry>();
  entry->tasks.assign(update.tasks.begin(), update.tasks.end());
  entry->tokens = tokens;
  return entries_.emplace(update.fleet, std::move(entry))->second;
}

bool WatchMessages::IsSame(const Entry& entry, const dispatch::WatchUpdate& update, const ResumeTokens& tokens) {
  // Without children there is one message, which has nothing of what was before.
  return entry.tokens.after == tokens.after && (update.tasks.empty() || entry.tokens.before == tokens.before) &&
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
