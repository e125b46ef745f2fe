// AdminService over gRPC: what an operator sees of limits and of what was done.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/runner_driver.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

class AdminRpcTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEET_ASSERT_OK_AND_ASSIGN(service_, ServerProcess::StartService(database_.url()));
    admin_ = v1::AdminService::NewStub(rpc::MakeChannel(service_->address()));
  }
  absl::StatusOr<v1::SetLimitResponse> Set(const std::string& name, const std::string& scope, int64_t value) {
    v1::SetLimitRequest request;
    request.set_name(name);
    request.set_scope(scope);
    request.set_value(value);
    grpc::ClientContext context;
    rpc::PrepareContext(context, "olga", absl::Seconds(30));
    v1::SetLimitResponse response;
    FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(admin_->SetLimit(&context, request, &response)));
    return response;
  }
  absl::StatusOr<v1::ListAuditEventsResponse> Audit(const v1::ListAuditEventsRequest& request) {
    grpc::ClientContext context;
    rpc::PrepareContext(context, "olga", absl::Seconds(30));
    v1::ListAuditEventsResponse response;
    FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(admin_->ListAuditEvents(&context, request, &response)));
    return response;
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 5};
  std::unique_ptr<ServerProcess> service_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

TEST_F(AdminRpcTest, ALimitThatIsSetIsListedAndRefusesWithItsQuota) {
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::SetLimitResponse set, Set("open_fleets_user", "alice", 1));
  EXPECT_EQ(set.limit().value(), 1);
  EXPECT_EQ(set.limit().updated_by(), "olga");
  EXPECT_EQ(set.previous_value(), 1000);
  grpc::ClientContext context;
  rpc::PrepareContext(context, "olga", absl::Seconds(30));
  v1::ListLimitsResponse listed;
  FLEET_ASSERT_OK(rpc::FromGrpcStatus(admin_->ListLimits(&context, {}, &listed)));
  ASSERT_EQ(listed.limits_size(), 13);
  EXPECT_EQ(listed.limits(5).name(), "open_fleets_user");
  EXPECT_EQ(listed.limits(5).scope(), "alice");
  EXPECT_EQ(listed.limits(5).effect(), v1::LIMIT_EFFECT_REFUSE);

  const FleetDriver alice(service_->address());
  FLEET_ASSERT_OK(alice.Create(FleetDriver::Request(1)));
  const ErrorInfo info = GetErrorInfo(alice.Create(FleetDriver::Request(1)).status());
  EXPECT_EQ(info.reason, "OPEN_FLEETS_LIMIT");
  EXPECT_EQ(info.metadata.at("scope"), "user:alice");
  ASSERT_EQ(info.quota_violations.size(), 1U);
  EXPECT_EQ(info.quota_violations[0].subject, "user:alice");
  EXPECT_GT(info.retry_after, absl::ZeroDuration());
}

TEST_F(AdminRpcTest, RefusalsSayWhy) {
  EXPECT_EQ(GetErrorInfo(Set("nothing", "", 1).status()).reason, "LIMIT_NOT_FOUND");
  EXPECT_THAT(Set("system_active", "", 1000001), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Set("system_active", "alice", 1), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(AdminRpcTest, AuditEventsComePageByPageAndByFleet) {
  for (int i = 0; i < 5; ++i) FLEET_ASSERT_OK(Set("user_active", "", i));
  v1::ListAuditEventsRequest request;
  request.set_page_size(2);
  std::vector<std::string> after;
  std::size_t pages = 0;
  do {
    FLEET_ASSERT_OK_AND_ASSIGN(const v1::ListAuditEventsResponse page, Audit(request));
    for (const v1::AuditEvent& event : page.events()) after.push_back(event.after());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty() && pages < 10);
  EXPECT_EQ(pages, 3U);
  EXPECT_EQ(after, (std::vector<std::string>{R"({"value":"4"})", R"({"value":"3"})", R"({"value":"2"})",
                                             R"({"value":"1"})", R"({"value":"0"})"}));

  const std::string fleet = stores_.CreateFleet({.targets = 1}).ToString();
  request.set_page_token("");
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::ListAuditEventsResponse all, Audit(request));
  request.set_fleet_id(fleet);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::ListAuditEventsResponse none, Audit(request));
  EXPECT_EQ(none.events_size(), 0);
  request.set_page_token(all.next_page_token());
  EXPECT_THAT(Audit(request), StatusIs(absl::StatusCode::kInvalidArgument)) << "another list's token";
  request.set_page_token("");
  request.set_page_size(-1);
  EXPECT_THAT(Audit(request), StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_page_size(0);
  request.set_fleet_id(domain::Ulid::Generate(absl::Now()).ToString());
  EXPECT_THAT(Audit(request), StatusIs(absl::StatusCode::kNotFound));
  request.set_fleet_id("nonsense");
  EXPECT_THAT(Audit(request), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(AdminRpcTest, ServicesWorkersAndRunnersAreSeen) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url()));
  RunnerDriver runner(service_->address(), "rita");
  FLEET_ASSERT_OK(runner.Register(7));
  v1::GetSystemStatusResponse status;
  // Service and worker say within two seconds that they are there.
  ASSERT_TRUE(WaitUntil([&] {
    grpc::ClientContext context;
    rpc::PrepareContext(context, "olga", absl::Seconds(30));
    status.Clear();
    return admin_->GetSystemStatus(&context, {}, &status).ok() && status.services_size() == 1 &&
           status.workers_size() == 1;
  }));
  EXPECT_TRUE(status.database().reachable());
  EXPECT_EQ(status.services(0).process_id(), status.service_id());
  EXPECT_EQ(status.services(0).version(), status.version());
  EXPECT_EQ(status.workers(0).version(), status.version());
  EXPECT_NE(status.workers(0).host(), "");
  ASSERT_EQ(status.pools_size(), 1);
  EXPECT_EQ(status.pools(0).slots(), 7);

  grpc::ClientContext context;
  rpc::PrepareContext(context, "olga", absl::Seconds(30));
  v1::GetRunnerRequest request;
  request.set_runner_id(runner.runner_id());
  v1::GetRunnerResponse shown;
  FLEET_ASSERT_OK(rpc::FromGrpcStatus(admin_->GetRunner(&context, request, &shown)));
  EXPECT_EQ(shown.runner().user(), "rita");
  EXPECT_EQ(shown.runner().address(), "127.0.0.1");
}

TEST_F(AdminRpcTest, AFleetIsSubmittedWithPriorityAndDeadline) {
  const FleetDriver alice(service_->address());
  v1::CreateFleetRequest request = FleetDriver::Request(1);
  request.mutable_policy()->set_priority(5);
  request.mutable_policy()->mutable_deadline()->set_seconds(4'000'000'000);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::CreateFleetResponse created, alice.Create(request));
  EXPECT_EQ(created.fleet().policy().priority(), 5);
  EXPECT_EQ(created.fleet().policy().deadline().seconds(), 4'000'000'000);
  request.mutable_policy()->mutable_deadline()->set_seconds(1'000'000'000);
  const absl::Status late = alice.Create(request).status();
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(GetErrorInfo(late).violations.at(0).field, "policy.deadline");
}

}  // namespace
}  // namespace fleet::testing
