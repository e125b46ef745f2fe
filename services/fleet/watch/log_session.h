// FollowTaskLog, one stream of it: what its follower is told next. It knows no transport.
#ifndef FLEET_SERVICES_FLEET_WATCH_LOG_SESSION_H_
#define FLEET_SERVICES_FLEET_WATCH_LOG_SESSION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/dispatch/log_relay.h"
#include "common/domain/caller.h"
#include "common/domain/log_window.h"
#include "common/metrics/log_metrics.h"
#include "common/rpc/method_table.h"
#include "common/rpc/stream_session.h"
#include "common/store/task_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

// What every follower uses, thread-safe. Outlives all of them.
struct LogSources {
  // TaskStore::Get.
  std::function<absl::StatusOr<store::TaskRecord>(const domain::Caller&, const domain::Ulid&, absl::string_view)>
      read_task;
  dispatch::LogRelay& relay;
  metrics::LogRelayMetrics& metrics;
};

// First where the child stands, then what it prints, until it has ended.
class LogSession final : public rpc::StreamSession {
 public:
  // `wake` is called on the relay's thread.
  LogSession(const LogSources& sources, domain::Caller caller, v1::FollowTaskLogRequest request, rpc::Wake wake);
  ~LogSession() override;

  rpc::StreamStep Step() override;

 private:
  absl::StatusOr<rpc::StreamStep> StartStep();
  absl::StatusOr<rpc::StreamStep> LiveStep();
  v1::FollowTaskLogResponse Piece(domain::LogPiece piece) const;
  absl::StatusOr<store::TaskRecord> ReadTask() const;
  void TellTask(const store::TaskRecord& record, v1::FollowTaskLogResponse& message);
  // The last one, if it tells that the child has ended.
  rpc::StreamStep Message(const v1::FollowTaskLogResponse& message) const;

  const LogSources& sources_;
  const domain::Caller caller_;
  const v1::FollowTaskLogRequest request_;
  const rpc::Wake wake_;
  domain::TaskId task_;
  domain::LogCursor cursor_;
  // As it was told last.
  domain::TaskState state_ = domain::TaskState::kQueued;
  int32_t attempt_ = 0;
  std::shared_ptr<dispatch::LogSubscription> subscription_;  // none before StartStep
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WATCH_LOG_SESSION_H_
