#include "tests/support/fleet_driver.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);

absl::StatusOr<v1::Fleet> Await(const FleetDriver& driver, const std::string& fleet_id, absl::Duration limit,
                                const std::function<bool(const v1::Fleet&)>& condition) {
  absl::StatusOr<v1::Fleet> last = absl::UnavailableError("not asked yet");
  const bool held = WaitUntil(
      [&] {
        last = driver.Get(fleet_id);
        return last.ok() ? condition(*last) : !absl::IsUnavailable(last.status());
      },
      limit);
  if (!held && last.ok()) return absl::DeadlineExceededError(absl::StrCat("still ", last->ShortDebugString()));
  return last;
}

}  // namespace

FleetDriver::FleetDriver(const std::string& address, std::string user)
    : user_(std::move(user)),
      fleets_(v1::FleetService::NewStub(rpc::MakeChannel(address))),
      catalog_(v1::CatalogService::NewStub(rpc::MakeChannel(address))),
      admin_(v1::AdminService::NewStub(rpc::MakeChannel(address))) {}

v1::CreateFleetRequest FleetDriver::Request(int targets, const std::string& request_id) {
  v1::CreateFleetRequest request;
  request.set_request_id(request_id);
  request.set_workflow_ref("test/noop-v1");
  for (int i = 1; i <= targets; ++i) request.add_targets()->set_repo(absl::StrFormat("org/repo-%06d", i));
  return request;
}

absl::StatusOr<v1::CreateFleetResponse> FleetDriver::Create(const v1::CreateFleetRequest& request) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::CreateFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->CreateFleet(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::Fleet> FleetDriver::Get(const std::string& fleet_id) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  v1::GetFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->GetFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::Cancel(const std::string& fleet_id, v1::CancelMode mode) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::CancelFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_mode(mode);
  v1::CancelFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->CancelFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::Pause(const std::string& fleet_id) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::PauseFleetRequest request;
  request.set_fleet_id(fleet_id);
  v1::PauseFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->PauseFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::Resume(const std::string& fleet_id) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::ResumeFleetRequest request;
  request.set_fleet_id(fleet_id);
  v1::ResumeFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->ResumeFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::Retry(const std::string& fleet_id, const std::string& request_id) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::RetryFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_request_id(request_id);
  v1::RetryFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->RetryFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::SetConcurrency(const std::string& fleet_id, int32_t max_concurrency) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::UpdateFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.mutable_policy()->set_max_concurrency(max_concurrency);
  request.mutable_update_mask()->add_paths("max_concurrency");
  v1::UpdateFleetResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->UpdateFleet(&context, request, &response)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetDriver::CancelChild(const std::string& fleet_id, int number) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::CancelFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(absl::StrFormat("org/repo-%06d", number));
  v1::CancelFleetTaskResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->CancelFleetTask(&context, request, &response)));
  return Get(fleet_id);
}

absl::StatusOr<v1::Fleet> FleetDriver::SetLimit(const std::string& name, int64_t value) const {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kTimeout);
  v1::SetLimitRequest request;
  request.set_name(name);
  request.set_value(value);
  v1::SetLimitResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(admin_->SetLimit(&context, request, &response)));
  return v1::Fleet();
}

absl::StatusOr<std::vector<v1::Task>> FleetDriver::Tasks(const std::string& fleet_id) const {
  std::vector<v1::Task> tasks;
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(1000);
  do {
    grpc::ClientContext context;
    rpc::PrepareContext(context, user_, kTimeout);
    v1::ListFleetTasksResponse response;
    FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(fleets_->ListFleetTasks(&context, request, &response)));
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
