#include "services/fleet/api/log_api.h"

#include <vector>

#include "common/status/status_macros.h"
#include "services/fleet/requests/log_requests.h"

namespace fleet::service {

absl::Status LogApi::SendTaskLog(const domain::Caller& caller, const v1::SendTaskLogRequest& request,
                                 v1::SendTaskLogResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateSendTaskLog(request));
  const domain::Ulid runner_id = *domain::Ulid::Parse(request.runner_id());
  FLEET_RETURN_IF_ERROR(owners_.Check(caller, runner_id));
  const std::vector<store::LogChunk> chunks = ToChunks(request);
  FLEET_ASSIGN_OR_RETURN(const std::vector<bool> followed, logs_.Add(runner_id, chunks));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    response.add_followed(followed[i]);
    if (followed[i]) sources_.metrics.CountIn(chunks[i].text.text.size());
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
