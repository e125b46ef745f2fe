#include "tests/bench/bench_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "tests/bench/patiently.h"

namespace fleet::bench {
namespace {

constexpr char kWorkflow[] = "bench/no-op-v1";
constexpr absl::Duration kCallTimeout = absl::Minutes(2);

std::string RepositoryName(int32_t number) { return absl::StrFormat("bench/repo-%06d", number); }

}  // namespace

BenchSession::BenchSession(std::vector<std::string> addresses, std::string user)
    : addresses_(std::move(addresses)), user_(std::move(user)), channel_(NewChannel()) {}

std::shared_ptr<grpc::Channel> BenchSession::NewChannel() {
  return rpc::MakeChannel(addresses_[next_++ % addresses_.size()]);
}

void BenchSession::Prepare(grpc::ClientContext& context, absl::Duration timeout) const {
  rpc::PrepareContext(context, user_, timeout);
}

absl::Status BenchSession::Prepare(int32_t repositories) {
  FLEET_RETURN_IF_ERROR(ImportRepositories(repositories));
  return ApplyWorkflow();
}

absl::Status BenchSession::ImportRepositories(int32_t count) const {
  v1::ImportRepositoriesRequest request;
  for (int32_t number = 1; number <= count; ++number) {
    v1::Repository& repository = *request.add_repositories();
    repository.set_repo(RepositoryName(number));
    repository.set_clone_url(absl::StrCat("https://git.example.com/", repository.repo(), ".git"));
    repository.set_default_branch("main");
  }
  grpc::ClientContext context;
  Prepare(context, kCallTimeout);
  v1::ImportRepositoriesResponse response;
  return rpc::FromGrpcStatus(v1::CatalogService::NewStub(channel_)->ImportRepositories(&context, request, &response));
}

absl::Status BenchSession::ApplyWorkflow() const {
  v1::ApplyWorkflowRequest request;
  v1::Workflow& workflow = *request.mutable_workflow();
  workflow.set_workflow_ref(kWorkflow);
  workflow.set_version("1.0.0");
  workflow.set_title("Does nothing");
  workflow.set_report_only(true);
  v1::WorkflowStep& step = *workflow.add_steps();
  step.set_name("nothing");
  step.add_command("true");
  grpc::ClientContext context;
  Prepare(context, kCallTimeout);
  v1::ApplyWorkflowResponse response;
  return rpc::FromGrpcStatus(v1::CatalogService::NewStub(channel_)->ApplyWorkflow(&context, request, &response));
}

absl::StatusOr<std::string> BenchSession::Submit(int32_t children, int32_t max_concurrency) const {
  v1::CreateFleetRequest request;
  request.set_workflow_ref(kWorkflow);
  request.set_task_description("measure");
  request.mutable_policy()->set_max_concurrency(max_concurrency);
  for (int32_t number = 1; number <= children; ++number) request.add_targets()->set_repo(RepositoryName(number));
  request.set_request_id(domain::Ulid::Generate(absl::Now()).ToString());
  v1::CreateFleetResponse response;
  FLEET_RETURN_IF_ERROR(Patiently([&] {
    grpc::ClientContext context;
    Prepare(context, kCallTimeout);
    return rpc::FromGrpcStatus(v1::FleetService::NewStub(channel_)->CreateFleet(&context, request, &response));
  }));
  return response.fleet().fleet_id();
}

}  // namespace fleet::bench
