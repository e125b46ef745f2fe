// What runners send of logs, and what their followers ask; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_LOG_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_LOG_REQUESTS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/store/followed_log_store.h"
#include "fleet/v1/fleet_service.pb.h"
#include "fleet/v1/runner_service.pb.h"

namespace fleet::service {

absl::Status ValidateFollowTaskLog(const v1::FollowTaskLogRequest& request);
absl::Status ValidateSendTaskLog(const v1::SendTaskLogRequest& request);

// Of a request that was validated: its text cleaned.
std::vector<store::LogChunk> ToChunks(const v1::SendTaskLogRequest& request);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_LOG_REQUESTS_H_
