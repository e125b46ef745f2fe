// The methods of FleetService by which operators control a fleet, and see why children failed.
#include <set>
#include <string>
#include <utility>

#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "services/fleet/control_validation.h"
#include "services/fleet/fleet_service.h"
#include "services/fleet/payload_fingerprint.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"

namespace fleet::service {
namespace {

store::PolicyUpdate ToPolicyUpdate(const v1::UpdateFleetRequest& request) {
  const std::set<std::string> paths(request.update_mask().paths().begin(), request.update_mask().paths().end());
  const v1::FleetPolicy& policy = request.policy();
  store::PolicyUpdate update;
  if (paths.count("max_concurrency") > 0) update.max_concurrency = policy.max_concurrency();
  if (paths.count("priority") > 0) update.priority = policy.priority();
  update.sets_deadline = paths.count("deadline") > 0;
  if (update.sets_deadline && policy.has_deadline()) update.deadline = rpc::FromProtoTime(policy.deadline());
  return update;
}

store::NewGeneration ToNewGeneration(const v1::RetryFleetRequest& request, const domain::Ulid& fleet_id) {
  store::NewGeneration generation;
  generation.fleet_id = fleet_id;
  generation.request_id = request.request_id();
  v1::RetryFleetRequest payload = request;
  payload.clear_request_id();
  generation.request_fingerprint = PayloadFingerprint(payload);
  const v1::RetrySelection& selection = request.selection();
  for (const int state : selection.states()) generation.states.push_back(static_cast<domain::TaskState>(state));
  if (generation.states.empty()) {
    generation.states = {domain::TaskState::kFailed, domain::TaskState::kTimedOut, domain::TaskState::kCancelled};
  }
  for (const int category : selection.categories()) {
    generation.categories.push_back(static_cast<domain::FailureCategory>(category));
  }
  generation.fingerprints.assign(selection.fingerprints().begin(), selection.fingerprints().end());
  generation.repos.assign(selection.repos().begin(), selection.repos().end());
  const v1::FleetAmendment& amendment = request.amendment();
  if (!amendment.workflow_ref().empty()) generation.workflow = domain::WorkflowRef::Parse(amendment.workflow_ref());
  if (amendment.has_task_description()) generation.task_description = amendment.task_description();
  if (amendment.replace_parameters()) {
    generation.parameters = domain::Parameters(amendment.parameters().begin(), amendment.parameters().end());
  }
  generation.replace_branch = amendment.replace_branch();
  return generation;
}

}  // namespace

void FleetService::Announce(const domain::Ulid& fleet_id) {
  for (const char* channel : {store::kJobsChannel, store::kWorkChannel, store::kChangesChannel}) {
    hints_.Send(channel, fleet_id.ToString());
  }
}

grpc::ServerUnaryReactor* FleetService::CancelFleetTask(grpc::CallbackServerContext* context,
                                                        const v1::CancelFleetTaskRequest* request,
                                                        v1::CancelFleetTaskResponse* response) {
  return rpc_.Run("CancelFleetTask", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_RETURN_IF_ERROR(ValidateRepo(request->repo()));
    FLEET_ASSIGN_OR_RETURN(const store::TaskRecord task, stores_.controls.CancelTask(caller, id, request->repo()));
    *response->mutable_task() = ToProto(task, true);
    Announce(id);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::PauseFleet(grpc::CallbackServerContext* context,
                                                   const v1::PauseFleetRequest* request,
                                                   v1::PauseFleetResponse* response) {
  return rpc_.Run("PauseFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, stores_.controls.Pause(caller, id));
    *response->mutable_fleet() = ToProto(record);
    response->set_in_flight(record.fleet.rollup.Active());
    Announce(id);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::ResumeFleet(grpc::CallbackServerContext* context,
                                                    const v1::ResumeFleetRequest* request,
                                                    v1::ResumeFleetResponse* response) {
  return rpc_.Run("ResumeFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, stores_.controls.Resume(caller, id));
    *response->mutable_fleet() = ToProto(record);
    Announce(id);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::UpdateFleet(grpc::CallbackServerContext* context,
                                                    const v1::UpdateFleetRequest* request,
                                                    v1::UpdateFleetResponse* response) {
  return rpc_.Run("UpdateFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_RETURN_IF_ERROR(ValidateUpdateFleet(*request));
    FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record,
                           stores_.controls.Update(caller, id, ToPolicyUpdate(*request)));
    *response->mutable_fleet() = ToProto(record);
    Announce(id);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::RetryFleet(grpc::CallbackServerContext* context,
                                                   const v1::RetryFleetRequest* request,
                                                   v1::RetryFleetResponse* response) {
  return rpc_.Run("RetryFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_RETURN_IF_ERROR(ValidateRetryFleet(*request));
    FLEET_ASSIGN_OR_RETURN(const store::FleetStore::Created retried,
                           stores_.redrives.Redrive(caller, ToNewGeneration(*request, id)));
    *response->mutable_fleet() = ToProto(retried.record);
    response->set_replayed(retried.replayed);
    Announce(id);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::ListFailureGroups(grpc::CallbackServerContext* context,
                                                          const v1::ListFailureGroupsRequest* request,
                                                          v1::ListFailureGroupsResponse* response) {
  return rpc_.Run("ListFailureGroups", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_ASSIGN_OR_RETURN(const std::vector<store::FailureGroup> groups, stores_.tasks.FailureGroups(caller, id));
    for (const store::FailureGroup& group : groups) *response->add_groups() = ToProto(group);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::ListTaskAttempts(grpc::CallbackServerContext* context,
                                                         const v1::ListTaskAttemptsRequest* request,
                                                         v1::ListTaskAttemptsResponse* response) {
  return rpc_.Run("ListTaskAttempts", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_RETURN_IF_ERROR(ValidateRepo(request->repo()));
    FLEET_ASSIGN_OR_RETURN(const std::vector<store::AttemptRecord> attempts,
                           stores_.tasks.Attempts(caller, id, request->repo()));
    for (const store::AttemptRecord& attempt : attempts) {
      *response->add_attempts() = ToProto(attempt, request->include_logs());
    }
    return absl::OkStatus();
  });
}

}  // namespace fleet::service
