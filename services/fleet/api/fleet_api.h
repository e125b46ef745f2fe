// What FleetService tells of fleets, and how one comes to be. What operators do to one is in control_api.h.
#ifndef FLEET_SERVICES_FLEET_API_FLEET_API_H_
#define FLEET_SERVICES_FLEET_API_FLEET_API_H_

#include "absl/status/status.h"
#include "common/dispatch/change_announcer.h"
#include "common/domain/caller.h"
#include "common/store/fleet_store.h"
#include "common/store/task_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name, and blocks for the database.
class FleetApi {
 public:
  FleetApi(store::FleetStore& fleets, store::TaskStore& tasks, const dispatch::ChangeAnnouncer& changes)
      : fleets_(fleets), tasks_(tasks), changes_(changes) {}

  absl::Status CreateFleet(const domain::Caller& caller, const v1::CreateFleetRequest& request,
                           v1::CreateFleetResponse& response);
  absl::Status AddFleetTargets(const domain::Caller& caller, const v1::AddFleetTargetsRequest& request,
                               v1::AddFleetTargetsResponse& response);
  absl::Status SealFleet(const domain::Caller& caller, const v1::SealFleetRequest& request,
                         v1::SealFleetResponse& response);
  absl::Status GetFleet(const domain::Caller& caller, const v1::GetFleetRequest& request,
                        v1::GetFleetResponse& response);
  absl::Status ListFleets(const domain::Caller& caller, const v1::ListFleetsRequest& request,
                          v1::ListFleetsResponse& response);
  absl::Status ListFleetTasks(const domain::Caller& caller, const v1::ListFleetTasksRequest& request,
                              v1::ListFleetTasksResponse& response);
  absl::Status GetFleetTask(const domain::Caller& caller, const v1::GetFleetTaskRequest& request,
                            v1::GetFleetTaskResponse& response);
  absl::Status ListFailureGroups(const domain::Caller& caller, const v1::ListFailureGroupsRequest& request,
                                 v1::ListFailureGroupsResponse& response);
  absl::Status ListTaskAttempts(const domain::Caller& caller, const v1::ListTaskAttemptsRequest& request,
                                v1::ListTaskAttemptsResponse& response);

 private:
  store::FleetStore& fleets_;
  store::TaskStore& tasks_;
  const dispatch::ChangeAnnouncer& changes_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_FLEET_API_H_
