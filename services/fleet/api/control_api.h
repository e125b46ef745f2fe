// The methods of FleetService by which operators control a fleet.
#ifndef FLEET_SERVICES_FLEET_API_CONTROL_API_H_
#define FLEET_SERVICES_FLEET_API_CONTROL_API_H_

#include "absl/status/status.h"
#include "common/dispatch/change_announcer.h"
#include "common/domain/caller.h"
#include "common/store/control_store.h"
#include "common/store/fleet_store.h"
#include "common/store/redrive_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name, and blocks for the database.
class ControlApi {
 public:
  ControlApi(store::FleetStore& fleets, store::ControlStore& controls, store::RedriveStore& redrives,
             const dispatch::ChangeAnnouncer& changes)
      : fleets_(fleets), controls_(controls), redrives_(redrives), changes_(changes) {}

  absl::Status CancelFleet(const domain::Caller& caller, const v1::CancelFleetRequest& request,
                           v1::CancelFleetResponse& response);
  absl::Status CancelFleetTask(const domain::Caller& caller, const v1::CancelFleetTaskRequest& request,
                               v1::CancelFleetTaskResponse& response);
  absl::Status PauseFleet(const domain::Caller& caller, const v1::PauseFleetRequest& request,
                          v1::PauseFleetResponse& response);
  absl::Status ResumeFleet(const domain::Caller& caller, const v1::ResumeFleetRequest& request,
                           v1::ResumeFleetResponse& response);
  absl::Status UpdateFleet(const domain::Caller& caller, const v1::UpdateFleetRequest& request,
                           v1::UpdateFleetResponse& response);
  absl::Status RetryFleet(const domain::Caller& caller, const v1::RetryFleetRequest& request,
                          v1::RetryFleetResponse& response);

 private:
  store::FleetStore& fleets_;
  store::ControlStore& controls_;
  store::RedriveStore& redrives_;
  const dispatch::ChangeAnnouncer& changes_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_CONTROL_API_H_
