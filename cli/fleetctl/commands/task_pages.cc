#include "cli/fleetctl/commands/task_pages.h"

#include "cli/fleetctl/commands/page_reader.h"
#include "common/domain/bounds.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {

absl::Status ReadTasks(CommandContext& context, const std::string& fleet_id, const std::vector<v1::TaskState>& states,
                       absl::FunctionRef<bool(const v1::ListFleetTasksResponse&)> take) {
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(domain::kMaxPageSize);
  request.mutable_states()->Assign(states.begin(), states.end());
  return ReadPages<v1::FleetService, v1::FleetService::Stub, v1::ListFleetTasksRequest, v1::ListFleetTasksResponse>(
      context.client, &v1::FleetService::Stub::ListFleetTasks, request, take);
}

}  // namespace fleet::cli
