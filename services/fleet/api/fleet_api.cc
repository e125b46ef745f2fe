#include "services/fleet/api/fleet_api.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/domain/bounds.h"
#include "common/logging/structured_log.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/declared_parameters.h"
#include "services/fleet/requests/fleet_messages.h"
#include "services/fleet/requests/fleet_requests.h"
#include "services/fleet/requests/page_fill.h"
#include "services/fleet/requests/page_token.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/workflow_requests.h"

namespace fleet::service {

absl::Status FleetApi::CreateFleet(const domain::Caller& caller, const v1::CreateFleetRequest& request,
                                   v1::CreateFleetResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateCreateFleet(request));
  store::NewFleet fleet = ToNewFleet(request);
  fleet.traceparent = caller.traceparent;
  fleet.accept = [&request](const std::string& definition) -> absl::StatusOr<store::WorkflowTerms> {
    FLEET_RETURN_IF_ERROR(CheckDeclaredParameters(definition, request));
    return ToTerms(definition);
  };
  FLEET_ASSIGN_OR_RETURN(const store::FleetStore::Created created, fleets_.Create(caller, fleet));
  ToProto(created.record, *response.mutable_fleet());
  response.set_replayed(created.replayed);
  if (!created.replayed) {
    LogInfo("fleet_submitted", {{"fleet", created.record.fleet.id.ToString()},
                                {"user", caller.user},
                                {"repositories", created.record.fleet.rollup.total}});
  }
  changes_.FleetSubmitted(created.record.fleet.id);
  return absl::OkStatus();
}

absl::Status FleetApi::AddFleetTargets(const domain::Caller& caller, const v1::AddFleetTargetsRequest& request,
                                       v1::AddFleetTargetsResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateAddFleetTargets(request));
  store::NewPart part = ToNewPart(request, id);
  part.accept = [&request](const std::string& definition, const domain::Parameters& parameters) {
    return CheckDeclaredParameters(definition, parameters, request);
  };
  FLEET_ASSIGN_OR_RETURN(const store::FleetStore::Created added, fleets_.AddTargets(caller, part));
  ToProto(added.record, *response.mutable_fleet());
  response.set_replayed(added.replayed);
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status FleetApi::SealFleet(const domain::Caller& caller, const v1::SealFleetRequest& request,
                                 v1::SealFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  const auto total = request.has_total() ? std::optional(request.total()) : std::nullopt;
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, fleets_.Seal(caller, id, total));
  ToProto(record, *response.mutable_fleet());
  LogInfo("fleet_sealed",
          {{"fleet", id.ToString()}, {"user", caller.user}, {"repositories", record.fleet.rollup.total}});
  changes_.FleetControlled(id);
  return absl::OkStatus();
}

absl::Status FleetApi::GetFleet(const domain::Caller& caller, const v1::GetFleetRequest& request,
                                v1::GetFleetResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, fleets_.Get(caller, id));
  ToProto(record, *response.mutable_fleet());
  if (record.fleet.generation == 1) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const auto generations, fleets_.Generations(caller, id));
  for (const store::GenerationRecord& generation : generations) ToProto(generation, *response.add_generations());
  return absl::OkStatus();
}

absl::Status FleetApi::ListFleets(const domain::Caller& caller, const v1::ListFleetsRequest& request,
                                  v1::ListFleetsResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateListFleets(request));
  store::FleetFilter filter = ToFilter(request);
  const std::string question = absl::StrCat("fleets|", request.creator(), "|", absl::StrJoin(request.states(), ","));
  FLEET_ASSIGN_OR_RETURN(filter.limit, ParsePageSize(request.page_size(), 50));
  FLEET_ASSIGN_OR_RETURN(const std::string before, DecodePageToken(question, request.page_token()));
  if (!before.empty()) {
    FLEET_ASSIGN_OR_RETURN(filter.before, ParseId("page_token", before));
  }
  FLEET_ASSIGN_OR_RETURN(const store::FleetPage page, fleets_.List(caller, filter));
  const std::size_t told = FillPage(page.fleets, page.fleets.size(), *response.mutable_fleets(),
                                    [](const store::FleetRecord& record, v1::Fleet& fleet) { ToProto(record, fleet); });
  const domain::Ulid next = told < page.fleets.size() ? page.fleets[told - 1].fleet.id : page.next_before;
  if (!next.IsNone()) response.set_next_page_token(EncodePageToken(question, next.ToString()));
  return absl::OkStatus();
}

absl::Status FleetApi::ListFleetTasks(const domain::Caller& caller, const v1::ListFleetTasksRequest& request,
                                      v1::ListFleetTasksResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateListFleetTasks(request));
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request.page_size(), 100));
  const std::string question = absl::StrCat("tasks|", id.ToString(), "|", absl::StrJoin(request.states(), ","));
  FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(question, request.page_token()));
  int32_t after = 0;
  if (!position.empty() && !absl::SimpleAtoi(position, &after)) return InvalidField("page_token", "is malformed");
  FLEET_ASSIGN_OR_RETURN(const store::TaskPage page, tasks_.List(caller, id, ToStates(request), after, limit));
  const std::size_t told =
      FillPage(page.tasks, page.tasks.size(), *response.mutable_tasks(),
               [](const store::TaskRecord& record, v1::Task& task) { ToProto(record, false, task); });
  const int32_t next = told < page.tasks.size() ? page.tasks[told - 1].task.id.ordinal : page.next_after;
  if (next > 0) response.set_next_page_token(EncodePageToken(question, std::to_string(next)));
  return absl::OkStatus();
}

absl::Status FleetApi::GetFleetTask(const domain::Caller& caller, const v1::GetFleetTaskRequest& request,
                                    v1::GetFleetTaskResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  FLEET_ASSIGN_OR_RETURN(const store::TaskRecord task, tasks_.Get(caller, id, request.repo()));
  ToProto(task, true, *response.mutable_task());
  response.set_log_tail(task.log_tail);
  return absl::OkStatus();
}

absl::Status FleetApi::ListFailureGroups(const domain::Caller& caller, const v1::ListFailureGroupsRequest& request,
                                         v1::ListFailureGroupsResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_ASSIGN_OR_RETURN(const std::vector<store::FailureGroup> groups, tasks_.FailureGroups(caller, id));
  FillPage(groups, groups.size(), *response.mutable_groups(),
           [](const store::FailureGroup& group, v1::FailureGroup& told) { ToProto(group, told); });
  return absl::OkStatus();
}

absl::Status FleetApi::ListTaskAttempts(const domain::Caller& caller, const v1::ListTaskAttemptsRequest& request,
                                        v1::ListTaskAttemptsResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid id, ParseId("fleet_id", request.fleet_id()));
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  FLEET_ASSIGN_OR_RETURN(const std::vector<store::AttemptRecord> attempts, tasks_.Attempts(caller, id, request.repo()));
  std::size_t log_bytes = 0;
  for (const store::AttemptRecord& attempt : attempts) {
    log_bytes += attempt.texts.log_tail.size();
    const bool with_log = request.include_logs() && log_bytes <= domain::kMaxPageBytes;
    ToProto(attempt, with_log, *response.add_attempts());
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
