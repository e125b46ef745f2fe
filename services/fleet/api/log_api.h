// Logs of running children: what runners send of them, and the streams of those who follow them.
#ifndef FLEET_SERVICES_FLEET_API_LOG_API_H_
#define FLEET_SERVICES_FLEET_API_LOG_API_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "common/domain/caller.h"
#include "common/rpc/method_table.h"
#include "common/store/followed_log_store.h"
#include "fleet/v1/fleet_service.pb.h"
#include "fleet/v1/runner_service.pb.h"
#include "services/fleet/api/runner_owners.h"
#include "services/fleet/watch/log_session.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name. Outlives its streams, as what it is given does. SendTaskLog blocks
// for the database.
class LogApi {
 public:
  LogApi(store::FollowedLogStore& logs, RunnerOwners& owners, LogSources sources)
      : logs_(logs), owners_(owners), sources_(std::move(sources)) {}

  absl::Status SendTaskLog(const domain::Caller& caller, const v1::SendTaskLogRequest& request,
                           v1::SendTaskLogResponse& response);
  std::unique_ptr<rpc::StreamSession> FollowTaskLog(const domain::Caller& caller,
                                                    const v1::FollowTaskLogRequest& request, rpc::Wake wake) {
    return std::make_unique<LogSession>(sources_, caller, request, std::move(wake));
  }

 private:
  store::FollowedLogStore& logs_;
  RunnerOwners& owners_;
  const LogSources sources_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_LOG_API_H_
