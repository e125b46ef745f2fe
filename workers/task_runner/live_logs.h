// The live logs of a runner's attempts, and how those that somebody follows are sent: a chunk of each at a time, so
// that none is sent faster than 16 KiB a pass. What cannot be sent is lost to who follows, never waited for; the end of
// the log that is stored with the report is another's (OutputTail).
#ifndef FLEET_WORKERS_TASK_RUNNER_LIVE_LOGS_H_
#define FLEET_WORKERS_TASK_RUNNER_LIVE_LOGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/lifecycle/mutex.h"
#include "common/metrics/log_metrics.h"
#include "workers/task_runner/live_log.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/task_work.h"

namespace fleet::runner {

// Thread-safe.
class LiveLogs {
 public:
  LiveLogs(RunnerClient& client, metrics::LiveLogMetrics& metrics) : client_(client), metrics_(metrics) {}

  std::shared_ptr<LiveLog> Open(const v1::Lease& lease, LiveLog::Showing showing);
  // Nothing more will be printed: sends what is left, if somebody follows and the services take it within about a
  // second a server.
  void Close(const std::shared_ptr<LiveLog>& log);
  // From now on these leases' logs are sent, as `runner_id`, and no others.
  void Follow(const std::string& runner_id, const TaskWork::FollowedLogs& followed);
  // Sends the next chunk of each log that is followed; under a PeriodicLoop. Returns how many.
  int RunOnce();

 private:
  using Key = std::pair<std::string, int32_t>;  // task id, attempt
  using Logs = std::vector<std::shared_ptr<LiveLog>>;

  Logs Followed() const;
  // The next chunk of each; false if there was none, or it was not taken.
  bool Send(const Logs& logs, bool all) ABSL_EXCLUSIVE_LOCKS_REQUIRED(sending_);
  bool SendSome(const v1::SendTaskLogRequest& chunks);
  void Unfollow(const v1::TaskLogChunk& chunk);

  RunnerClient& client_;
  metrics::LiveLogMetrics& metrics_;
  Mutex sending_;  // chunks of a log arrive in their order
  mutable Mutex mutex_;
  std::string runner_id_ ABSL_GUARDED_BY(mutex_);
  std::map<Key, std::shared_ptr<LiveLog>> logs_ ABSL_GUARDED_BY(mutex_);
  std::set<Key> followed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LIVE_LOGS_H_
