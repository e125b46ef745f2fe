#include "services/fleet/api/control_api.h"

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/control_requests.h"
#include "services/fleet/requests/declared_parameters.h"
#include "services/fleet/requests/fleet_messages.h"
#include "services/fleet/requests/fleet_requests.h"
#include "services/fleet/requests/request_fields.h"

namespace fleet::service {
namespace {

void LogControl(const char* event, const domain::Caller& caller, const domain::Ulid& fleet_id) {
  LogInfo(event, {{"fleet", fleet_id.ToString()}, {"user", caller.user}});
}

}  // namespace

absl::Status ControlApi::CancelFleet(const domain::Caller& caller, const v1::CancelFleetRequest& request,
                                     v1::CancelFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const domain::CancelMode mode, ParseCancelMode(request));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, fleets_.Cancel(caller, id, mode));
  ToProto(record, *response.mutable_fleet());
  response.set_in_flight(record.fleet.rollup.Active());
  LogControl("fleet_cancelled", caller, id);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status ControlApi::CancelFleetTask(const domain::Caller& caller, const v1::CancelFleetTaskRequest& request,
                                         v1::CancelFleetTaskResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  FLEET_ASSIGN_OR_RETURN(const store::TaskRecord task, controls_.CancelTask(caller, id, request.repo()));
  ToProto(task, true, *response.mutable_task());
  LogInfo("task_cancelled", {{"fleet", id.ToString()}, {"task", task.task.id.ToString()}, {"user", caller.user}});
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status ControlApi::PauseFleet(const domain::Caller& caller, const v1::PauseFleetRequest& request,
                                    v1::PauseFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, controls_.Pause(caller, id));
  ToProto(record, *response.mutable_fleet());
  response.set_in_flight(record.fleet.rollup.Active());
  LogControl("fleet_paused", caller, id);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status ControlApi::ResumeFleet(const domain::Caller& caller, const v1::ResumeFleetRequest& request,
                                     v1::ResumeFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, controls_.Resume(caller, id));
  ToProto(record, *response.mutable_fleet());
  LogControl("fleet_resumed", caller, id);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status ControlApi::UpdateFleet(const domain::Caller& caller, const v1::UpdateFleetRequest& request,
                                     v1::UpdateFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateUpdateFleet(request));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, controls_.Update(caller, id, ToPolicyUpdate(request)));
  ToProto(record, *response.mutable_fleet());
  LogControl("fleet_updated", caller, id);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status ControlApi::RetryFleet(const domain::Caller& caller, const v1::RetryFleetRequest& request,
                                    v1::RetryFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateRetryFleet(request));
  store::NewGeneration generation = ToNewGeneration(request, id);
  generation.accept = [](const std::string& definition, const domain::Parameters& parameters,
                         const store::ReadRetried& read) {
    return CheckDeclaredParameters(definition, parameters, read);
  };
  FLEET_ASSIGN_OR_RETURN(const store::FleetStore::Created retried, redrives_.Redrive(caller, generation));
  ToProto(retried.record, *response.mutable_fleet());
  response.set_replayed(retried.replayed);
  LogControl("fleet_retried", caller, id);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

}  // namespace fleet::service
