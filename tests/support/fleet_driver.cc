#include "tests/support/fleet_driver.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

constexpr absl::Duration kFleetCallTimeout = absl::Seconds(30);

absl::StatusOr<v1::Fleet> Await(const FleetDriver& driver, const std::string& fleet_id, absl::Duration limit,
                                const std::function<bool(const v1::Fleet&)>& condition) {
  absl::StatusOr<v1::Fleet> last = absl::UnavailableError("not asked yet");
  const bool held = WaitUntil(
      [&] {
        last = driver.Get(fleet_id);
        const bool away = absl::IsUnavailable(last.status()) || absl::IsDeadlineExceeded(last.status());
        return last.ok() ? condition(*last) : !away;
      },
      limit);
  if (!held && last.ok()) return absl::DeadlineExceededError(absl::StrCat("still ", last->ShortDebugString()));
  return last;
}

}  // namespace

FleetDriver::FleetDriver(std::vector<std::string> addresses, const std::string& user)
    : user_(user), channel_(std::move(addresses), user, rpc::FailoverChannel::AfterLoss::kReplace) {}

template <typename Stub, typename Asked, typename Answer>
absl::StatusOr<Answer> FleetDriver::Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Asked&, Answer*),
                                         const Asked& request) const {
  Answer response;
  const grpc::Status status = channel_.Ask(kFleetCallTimeout, [&](const auto& channel, grpc::ClientContext& context) {
    Stub stub(channel);
    return (stub.*method)(&context, request, &response);
  });
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(status));
  return response;
}

template <typename Stub, typename Asked, typename Answer>
absl::StatusOr<v1::Fleet> FleetDriver::CallForFleet(grpc::Status (Stub::*method)(grpc::ClientContext*, const Asked&,
                                                                                 Answer*),
                                                    const Asked& request) const {
  FLEET_ASSIGN_OR_RETURN(const Answer response, Call(method, request));
  return response.fleet();
}

v1::CreateFleetRequest FleetDriver::Request(int targets, const std::string& request_id) {
  v1::CreateFleetRequest request;
  request.set_request_id(request_id);
  request.set_workflow_ref("test/noop-v1");
  for (int i = 1; i <= targets; ++i) request.add_targets()->set_repo(absl::StrFormat("org/repo-%06d", i));
  return request;
}

absl::StatusOr<v1::CreateFleetResponse> FleetDriver::Create(const v1::CreateFleetRequest& request) const {
  return Call(&v1::FleetService::Stub::CreateFleet, request);
}

v1::AddFleetTargetsRequest FleetDriver::Part(const std::string& fleet_id, int part, int first, int count) {
  v1::AddFleetTargetsRequest request;
  request.set_fleet_id(fleet_id);
  request.set_part(part);
  for (int i = first; i < first + count; ++i) request.add_targets()->set_repo(absl::StrFormat("org/repo-%06d", i));
  return request;
}

absl::StatusOr<v1::AddFleetTargetsResponse> FleetDriver::AddTargets(const v1::AddFleetTargetsRequest& request) const {
  return Call(&v1::FleetService::Stub::AddFleetTargets, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Seal(const std::string& fleet_id, std::optional<int32_t> total) const {
  v1::SealFleetRequest request;
  request.set_fleet_id(fleet_id);
  if (total.has_value()) request.set_total(*total);
  return CallForFleet(&v1::FleetService::Stub::SealFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Get(const std::string& fleet_id) const {
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  return CallForFleet(&v1::FleetService::Stub::GetFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Cancel(const std::string& fleet_id, v1::CancelMode mode) const {
  v1::CancelFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_mode(mode);
  return CallForFleet(&v1::FleetService::Stub::CancelFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Pause(const std::string& fleet_id) const {
  v1::PauseFleetRequest request;
  request.set_fleet_id(fleet_id);
  return CallForFleet(&v1::FleetService::Stub::PauseFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Resume(const std::string& fleet_id) const {
  v1::ResumeFleetRequest request;
  request.set_fleet_id(fleet_id);
  return CallForFleet(&v1::FleetService::Stub::ResumeFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::Retry(const std::string& fleet_id, const std::string& request_id) const {
  v1::RetryFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_request_id(request_id);
  return CallForFleet(&v1::FleetService::Stub::RetryFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::SetConcurrency(const std::string& fleet_id, int32_t max_concurrency) const {
  v1::UpdateFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.mutable_policy()->set_max_concurrency(max_concurrency);
  request.mutable_update_mask()->add_paths("max_concurrency");
  return CallForFleet(&v1::FleetService::Stub::UpdateFleet, request);
}

absl::StatusOr<v1::Fleet> FleetDriver::CancelChild(const std::string& fleet_id, int number) const {
  v1::CancelFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(absl::StrFormat("org/repo-%06d", number));
  FLEET_RETURN_IF_ERROR(Call(&v1::FleetService::Stub::CancelFleetTask, request).status());
  return Get(fleet_id);
}

absl::StatusOr<v1::Fleet> FleetDriver::SetLimit(const std::string& name, int64_t value) const {
  v1::SetLimitRequest request;
  request.set_name(name);
  request.set_value(value);
  FLEET_RETURN_IF_ERROR(Call(&v1::AdminService::Stub::SetLimit, request).status());
  return v1::Fleet();
}

absl::Status FleetDriver::Import(const v1::ImportRepositoriesRequest& request) const {
  return Call(&v1::CatalogService::Stub::ImportRepositories, request).status();
}

absl::Status FleetDriver::Apply(const v1::Workflow& workflow) const {
  v1::ApplyWorkflowRequest request;
  *request.mutable_workflow() = workflow;
  return Call(&v1::CatalogService::Stub::ApplyWorkflow, request).status();
}

absl::StatusOr<v1::GetFleetTaskResponse> FleetDriver::Task(const std::string& fleet_id, const std::string& repo) const {
  v1::GetFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(repo);
  return Call(&v1::FleetService::Stub::GetFleetTask, request);
}

absl::StatusOr<std::vector<v1::Task>> FleetDriver::Tasks(const std::string& fleet_id) const {
  std::vector<v1::Task> tasks;
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(1000);
  do {
    FLEET_ASSIGN_OR_RETURN(const auto response, Call(&v1::FleetService::Stub::ListFleetTasks, request));
    tasks.insert(tasks.end(), response.tasks().begin(), response.tasks().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return tasks;
}

absl::StatusOr<v1::Fleet> FleetDriver::AwaitEnd(const std::string& fleet_id, absl::Duration limit) const {
  return Await(*this, fleet_id, limit, HasEnded);
}

absl::StatusOr<v1::Fleet> FleetDriver::AwaitExpanded(const std::string& fleet_id, absl::Duration limit) const {
  return Await(*this, fleet_id, limit,
               [](const v1::Fleet& fleet) { return fleet.rollup().expanded() == fleet.rollup().total(); });
}

bool HasEnded(const v1::Fleet& fleet) { return fleet.state() >= v1::FLEET_STATE_COMPLETED; }

}  // namespace fleet::testing
