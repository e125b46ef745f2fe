#include "services/fleet/api/lease_answers.h"

#include <utility>
#include <vector>

#include "common/status/status_macros.h"
#include "services/fleet/requests/runner_requests.h"

namespace fleet::service {

void LeaseAnswers::Fill(store::LeaseAnswer granted, v1::LeaseTasksResponse& response,
                        const std::function<void(const absl::Status&)>& done) {
  const bool taken =
      pool_.Submit([&response, done, granted = std::move(granted), this] { done(FillNow(granted, response)); });
  if (!taken) done(absl::UnavailableError("too many calls wait; ask again with the same lease_seq"));
}

absl::Status LeaseAnswers::FillNow(const store::LeaseAnswer& granted, v1::LeaseTasksResponse& response) {
  std::vector<domain::TaskId> ids;
  ids.reserve(granted.tasks.size());
  for (const store::GrantedTask& task : granted.tasks) ids.push_back(task.id);
  FLEET_ASSIGN_OR_RETURN(const LeasedFleetCache::Leased leased, fleets_.Read(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) ToProto(granted.tasks[i], leased.tasks[i], *response.add_leases());
  for (const auto& fleet : leased.fleets) *response.add_fleets() = *fleet;
  return absl::OkStatus();
}

}  // namespace fleet::service
