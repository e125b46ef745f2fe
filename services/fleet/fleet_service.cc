#include "services/fleet/fleet_service.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "common/store/row_codec.h"
#include "services/fleet/page_token.h"
#include "services/fleet/payload_fingerprint.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"

namespace fleet::service {
namespace {

constexpr absl::Duration kDefaultTaskTimeout = absl::Hours(1);
constexpr int32_t kDefaultMaxTries = 3;

// What a replay is compared by: the payload without its request_id.
std::string Fingerprint(const v1::CreateFleetRequest& request) {
  v1::CreateFleetRequest payload = request;
  payload.clear_request_id();
  return PayloadFingerprint(payload);
}

template <typename Map>
domain::Parameters ToParameters(const Map& map) {
  return domain::Parameters(map.begin(), map.end());
}

store::NewFleet ToNewFleet(const v1::CreateFleetRequest& request) {
  store::NewFleet fleet;
  fleet.id = domain::Ulid::Generate(absl::Now());
  fleet.request_id = request.request_id();
  fleet.request_fingerprint = Fingerprint(request);
  fleet.workflow = *domain::WorkflowRef::Parse(request.workflow_ref());
  fleet.task_description = request.task_description();
  fleet.parameters = ToParameters(request.parameters());
  fleet.replace_branch = request.replace_branch();
  fleet.targets.reserve(static_cast<std::size_t>(request.targets_size()));
  for (const v1::FleetTarget& target : request.targets()) {
    fleet.targets.push_back({target.repo(), store::EncodeParameters(ToParameters(target.parameters()))});
  }
  const v1::FleetPolicy& policy = request.policy();
  fleet.policy.max_concurrency = policy.max_concurrency();
  fleet.policy.task_timeout =
      policy.has_task_timeout() ? rpc::FromProtoDuration(policy.task_timeout()) : kDefaultTaskTimeout;
  fleet.policy.max_tries = policy.has_max_tries() ? policy.max_tries() : kDefaultMaxTries;
  fleet.policy.priority = policy.priority();
  if (policy.has_deadline()) fleet.policy.deadline = rpc::FromProtoTime(policy.deadline());
  return fleet;
}

}  // namespace

grpc::ServerUnaryReactor* FleetService::CreateFleet(grpc::CallbackServerContext* context,
                                                    const v1::CreateFleetRequest* request,
                                                    v1::CreateFleetResponse* response) {
  return rpc_.Run("CreateFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateCreateFleet(*request));
    FLEET_ASSIGN_OR_RETURN(const store::FleetStore::Created created,
                           stores_.fleets.Create(caller, ToNewFleet(*request)));
    *response->mutable_fleet() = ToProto(created.record);
    response->set_replayed(created.replayed);
    hints_.Send(store::kJobsChannel, response->fleet().fleet_id());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::GetFleet(grpc::CallbackServerContext* context,
                                                 const v1::GetFleetRequest* request, v1::GetFleetResponse* response) {
  return rpc_.Run("GetFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, stores_.fleets.Get(caller, id));
    *response->mutable_fleet() = ToProto(record);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::ListFleets(grpc::CallbackServerContext* context,
                                                   const v1::ListFleetsRequest* request,
                                                   v1::ListFleetsResponse* response) {
  return rpc_.Run("ListFleets", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateListFleets(*request));
    const std::string question =
        absl::StrCat("fleets|", request->creator(), "|", absl::StrJoin(request->states(), ","));
    store::FleetFilter filter;
    FLEET_ASSIGN_OR_RETURN(filter.limit, ParsePageSize(request->page_size(), 50));
    FLEET_ASSIGN_OR_RETURN(const std::string before, DecodePageToken(question, request->page_token()));
    if (!before.empty()) {
      FLEET_ASSIGN_OR_RETURN(filter.before, ParseId("page_token", before));
    }
    filter.creator = request->creator();
    for (const int state : request->states()) filter.states.push_back(static_cast<domain::FleetState>(state));
    FLEET_ASSIGN_OR_RETURN(const store::FleetPage page, stores_.fleets.List(caller, filter));
    for (const store::FleetRecord& record : page.fleets) *response->add_fleets() = ToProto(record);
    if (!page.next_before.IsNone()) {
      response->set_next_page_token(EncodePageToken(question, page.next_before.ToString()));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::ListFleetTasks(grpc::CallbackServerContext* context,
                                                       const v1::ListFleetTasksRequest* request,
                                                       v1::ListFleetTasksResponse* response) {
  return rpc_.Run("ListFleetTasks", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateListFleetTasks(*request));
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request->page_size(), 100));
    const std::string question = absl::StrCat("tasks|", id.ToString(), "|", absl::StrJoin(request->states(), ","));
    FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(question, request->page_token()));
    int32_t after = 0;
    if (!position.empty() && !absl::SimpleAtoi(position, &after)) return InvalidField("page_token", "is malformed");
    std::vector<domain::TaskState> states;
    for (const int state : request->states()) states.push_back(static_cast<domain::TaskState>(state));
    FLEET_ASSIGN_OR_RETURN(const store::TaskPage page, stores_.tasks.List(caller, id, states, after, limit));
    for (const store::TaskRecord& task : page.tasks) *response->add_tasks() = ToProto(task, false);
    if (page.next_after > 0) {
      response->set_next_page_token(EncodePageToken(question, std::to_string(page.next_after)));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* FleetService::GetFleetTask(grpc::CallbackServerContext* context,
                                                     const v1::GetFleetTaskRequest* request,
                                                     v1::GetFleetTaskResponse* response) {
  return rpc_.Run("GetFleetTask", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    const std::string problem = domain::RepoNameProblem(request->repo());
    if (!problem.empty()) return InvalidField("repo", problem);
    FLEET_ASSIGN_OR_RETURN(const store::TaskRecord task, stores_.tasks.Get(caller, id, request->repo()));
    *response->mutable_task() = ToProto(task, true);
    response->set_log_tail(task.log_tail);
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<v1::WatchFleetResponse>* FleetService::WatchFleet(grpc::CallbackServerContext* context,
                                                                           const v1::WatchFleetRequest* request) {
  return watches_.Start(*context, *request);
}

grpc::ServerUnaryReactor* FleetService::CancelFleet(grpc::CallbackServerContext* context,
                                                    const v1::CancelFleetRequest* request,
                                                    v1::CancelFleetResponse* response) {
  return rpc_.Run("CancelFleet", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request->fleet_id()));
    if (!v1::CancelMode_IsValid(request->mode())) return InvalidField("mode", "is not a cancel mode");
    const auto mode = request->mode() == v1::CANCEL_MODE_DRAIN ? domain::CancelMode::kDrain : domain::CancelMode::kStop;
    FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, stores_.fleets.Cancel(caller, id, mode));
    *response->mutable_fleet() = ToProto(record);
    response->set_in_flight(record.fleet.rollup.Active());
    hints_.Send(store::kJobsChannel, id.ToString());
    hints_.Send(store::kChangesChannel, id.ToString());
    return absl::OkStatus();
  });
}

}  // namespace fleet::service
