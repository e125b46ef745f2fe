#include "workers/task_runner/live_logs.h"

#include <algorithm>
#include <optional>

#include "common/domain/log_window.h"

namespace fleet::runner {
namespace {

// Of what a log keeps, all fits into so many chunks unless what is shown is longer than what was printed.
constexpr int kMostLastChunks = 8;

}  // namespace

std::shared_ptr<LiveLog> LiveLogs::Open(const v1::Lease& lease, LiveLog::Showing showing) {
  auto log = std::make_shared<LiveLog>(lease, std::move(showing));
  MutexLock lock(mutex_);
  logs_[Key(lease.task_id(), lease.attempt())] = log;
  return log;
}

void LiveLogs::Close(const std::shared_ptr<LiveLog>& log) {
  const Key key(log->task_id(), log->attempt());
  bool is_followed = false;
  {
    MutexLock lock(mutex_);
    logs_.erase(key);
    is_followed = followed_.count(key) > 0;
  }
  if (!is_followed) return;
  MutexLock lock(sending_);
  for (int i = 0; i < kMostLastChunks && Send({log}, true); ++i) {
  }
}

void LiveLogs::Follow(const std::string& runner_id, const TaskWork::FollowedLogs& followed) {
  MutexLock lock(mutex_);
  runner_id_ = runner_id;
  std::set<Key> now;
  for (const v1::HeldLease& lease : followed) {
    const Key key(lease.task_id(), lease.attempt());
    now.insert(key);
    // What was dropped while nobody followed is nobody's loss.
    const auto log = logs_.find(key);
    if (log != logs_.end() && followed_.count(key) == 0) log->second->TakeDropped();
  }
  followed_ = std::move(now);
}

LiveLogs::Logs LiveLogs::Followed() const {
  Logs logs;
  MutexLock lock(mutex_);
  for (const Key& key : followed_) {
    const auto log = logs_.find(key);
    if (log != logs_.end()) logs.push_back(log->second);
  }
  return logs;
}

int LiveLogs::RunOnce() {
  const Logs logs = Followed();
  if (!logs.empty()) {
    MutexLock lock(sending_);
    Send(logs, false);
  }
  return static_cast<int>(logs.size());
}

bool LiveLogs::Send(const Logs& logs, bool all) {
  v1::SendTaskLogRequest request;
  bool sent = false;
  bool failed = false;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    std::optional<v1::TaskLogChunk> chunk = logs[i]->Take(all);
    metrics_.CountDropped(logs[i]->TakeDropped());
    if (chunk.has_value()) *request.add_chunks() = *std::move(chunk);
    if (request.chunks_size() == domain::kMaxLogChunks || (i + 1 == logs.size() && request.chunks_size() > 0)) {
      (SendSome(request) ? sent : failed) = true;
      request.clear_chunks();
    }
  }
  return sent && !failed;
}

bool LiveLogs::SendSome(const v1::SendTaskLogRequest& chunks) {
  v1::SendTaskLogRequest request = chunks;
  {
    MutexLock lock(mutex_);
    request.set_runner_id(runner_id_);
  }
  const auto response = client_.SendTaskLog(request);
  for (int i = 0; i < request.chunks_size(); ++i) {
    const auto size = static_cast<int64_t>(request.chunks(i).text().size());
    if (response.ok() && i < response->followed_size() && response->followed(i)) {
      metrics_.CountSent(static_cast<std::size_t>(size));
      continue;
    }
    metrics_.CountDropped(size);
    // One that was not answered may be taken next time.
    if (response.ok()) Unfollow(request.chunks(i));
  }
  return response.ok();
}

void LiveLogs::Unfollow(const v1::TaskLogChunk& chunk) {
  MutexLock lock(mutex_);
  followed_.erase(Key(chunk.task_id(), chunk.attempt()));
}

}  // namespace fleet::runner
