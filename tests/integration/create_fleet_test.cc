// CreateFleet over gRPC and two services: replays, refusals, limits; nothing half-stored.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/status/error_info.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::HasSubstr;

class CreateFleetTest : public ::testing::Test {
 protected:
  CreateFleetTest() : stores_(database_.url(), 100'000) {}

  void SetUp() override {
    FLEET_ASSERT_OK_AND_ASSIGN(one_, ServerProcess::StartService(database_.url()));
    FLEET_ASSERT_OK_AND_ASSIGN(two_, ServerProcess::StartService(database_.url()));
    driver_ = std::make_unique<FleetDriver>(one_->address());
    other_ = std::make_unique<FleetDriver>(two_->address());
  }

  // Rows that a fleet has from the start: fleets, intents, chunks of targets, jobs, changes.
  std::string Rows() const {
    return stores_.Sql(
        "select format('%s %s %s %s %s', (select count(*) from fleets), (select count(*) from fleet_intents), "
        "(select count(*) from fleet_targets), (select count(*) from fleet_jobs), (select count(*) from "
        "fleet_changes))");
  }
  // Expects the refusal, and that it left nothing behind.
  ErrorInfo ExpectRefused(const v1::CreateFleetRequest& request, absl::StatusCode code, const std::string& reason) {
    const std::string before = Rows();
    const absl::Status refused = driver_->Create(request).status();
    EXPECT_THAT(refused, StatusIs(code));
    EXPECT_EQ(GetErrorInfo(refused).reason, reason) << refused;
    EXPECT_EQ(Rows(), before);
    return GetErrorInfo(refused);
  }
  void SetLimit(const std::string& name, int value) {
    stores_.Sql(absl::StrCat("update limits set value = ", value, " where name = '", name, "'"));
  }

  TestDatabase database_;
  TestStores stores_;
  std::unique_ptr<ServerProcess> one_;
  std::unique_ptr<ServerProcess> two_;
  std::unique_ptr<FleetDriver> driver_;
  std::unique_ptr<FleetDriver> other_;
};

TEST_F(CreateFleetTest, ReplaysThroughTwoServicesAtOnceGiveOneFleet) {
  const v1::CreateFleetRequest request = FleetDriver::Request(50, "request-1");
  std::vector<std::future<absl::StatusOr<v1::CreateFleetResponse>>> calls;
  for (int i = 0; i < 24; ++i) {
    calls.push_back(
        std::async(std::launch::async, [&, i] { return (i % 2 == 0 ? driver_ : other_)->Create(request); }));
  }
  std::set<std::string> ids;
  int created = 0;
  for (auto& call : calls) {
    FLEET_ASSERT_OK_AND_ASSIGN(const v1::CreateFleetResponse response, call.get());
    ids.insert(response.fleet().fleet_id());
    created += response.replayed() ? 0 : 1;
  }
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(created, 1);
  EXPECT_EQ(Rows(), "1 1 1 1 1");
}

TEST_F(CreateFleetTest, RequestIdIsTheCreatorsOwn) {
  const v1::CreateFleetRequest request = FleetDriver::Request(1, "request-1");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto alices, driver_->Create(request));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto bobs, FleetDriver(one_->address(), "bob").Create(request));
  EXPECT_FALSE(bobs.replayed());
  EXPECT_NE(alices.fleet().fleet_id(), bobs.fleet().fleet_id());
}

TEST_F(CreateFleetTest, RequestIdWithAnotherPayloadIsRefused) {
  v1::CreateFleetRequest request = FleetDriver::Request(2, "request-1");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, driver_->Create(request));
  request.set_task_description("something else");
  const ErrorInfo info = ExpectRefused(request, absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
  EXPECT_EQ(info.metadata.at("fleet_id"), created.fleet().fleet_id());
  ExpectRefused(FleetDriver::Request(3, "request-1"), absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
}

TEST_F(CreateFleetTest, ReplacingBranchesIsKeptAndPartOfThePayload) {
  v1::CreateFleetRequest request = FleetDriver::Request(2, "request-1");
  request.set_replace_branch(true);
  FLEET_ASSERT_OK(driver_->Create(request));
  EXPECT_EQ(stores_.Sql("select string_agg(replace_branch::text, ',') from fleet_intents"), "true");
  request.set_replace_branch(false);
  ExpectRefused(request, absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
}

TEST_F(CreateFleetTest, TheBranchIsToldAndPartOfThePayload) {
  v1::CreateFleetRequest request = FleetDriver::Request(2, "request-1");
  request.set_branch("deps/zlib");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, driver_->Create(request));
  EXPECT_EQ(created.fleet().branch(), "deps/zlib");
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet fleet, other_->Get(created.fleet().fleet_id()));
  EXPECT_EQ(fleet.branch(), "deps/zlib");
  request.set_branch("deps/other");
  ExpectRefused(request, absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
  request.set_branch("refs/heads/deps");
  const ErrorInfo info = ExpectRefused(request, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  EXPECT_EQ(info.violations.at(0).field, "branch");
}

TEST_F(CreateFleetTest, TwoNamesOfOneRepositoryAreRefusedByBoth) {
  // Imported by a service that kept no keys of URLs: found all the same, once a service of this version looks.
  stores_.Sql(
      "update repositories set clone_url = 'ssh://git@GIT.invalid/org/repo-000001' where repo = 'org/repo-000002'");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto three, ServerProcess::StartService(database_.url()));
  ASSERT_TRUE(WaitUntil([&] { return stores_.Sql("select count(*) from shared_clone_urls") == "2"; }));
  const ErrorInfo info =
      ExpectRefused(FleetDriver::Request(3), absl::StatusCode::kInvalidArgument, "DUPLICATE_CLONE_URL");
  ASSERT_EQ(info.violations.size(), 1U);
  EXPECT_EQ(info.violations[0].field, "targets[1].repo");
  EXPECT_EQ(info.violations[0].description, "org/repo-000002 has the same clone URL as org/repo-000001");
}

TEST_F(CreateFleetTest, ReplayIsAnsweredThoughANewOneWouldBeRefused) {
  const v1::CreateFleetRequest request = FleetDriver::Request(5, "request-1");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, driver_->Create(request));
  SetLimit("open_fleets_user", 0);
  SetLimit("open_fleets_system", 0);
  stores_.Sql("delete from repositories; delete from workflows");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto replayed, other_->Create(request));
  EXPECT_TRUE(replayed.replayed());
  EXPECT_EQ(replayed.fleet().fleet_id(), created.fleet().fleet_id());
}

TEST_F(CreateFleetTest, WithoutARequestIdEveryCallMakesAFleet) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto first, driver_->Create(FleetDriver::Request(1)));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto second, driver_->Create(FleetDriver::Request(1)));
  EXPECT_NE(first.fleet().fleet_id(), second.fleet().fleet_id());
}

TEST_F(CreateFleetTest, UnregisteredRepositoriesAreNamedWithinFourKilobytes) {
  v1::CreateFleetRequest request = FleetDriver::Request(10);
  for (int i = 0; i < 1000; ++i) {
    request.add_targets()->set_repo(absl::StrCat("missing/", std::string(180, 'x'), i));
  }
  const std::string before = Rows();
  grpc::ClientContext context;
  rpc::PrepareContext(context, "alice", absl::Seconds(30));
  v1::CreateFleetResponse response;
  const grpc::Status status = driver_->Fleets().CreateFleet(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION) << status.error_message();
  EXPECT_LE(status.error_details().size(), 4096U);
  EXPECT_LE(status.error_message().size(), 1000U);
  EXPECT_EQ(Rows(), before);
}

TEST_F(CreateFleetTest, FirstTwentyUnregisteredRepositoriesAreNamedWithIndexAndCount) {
  v1::CreateFleetRequest request = FleetDriver::Request(10);
  for (int i = 0; i < 30; ++i) request.add_targets()->set_repo(absl::StrCat("missing/r", i));
  const ErrorInfo info = ExpectRefused(request, absl::StatusCode::kFailedPrecondition, "REPO_NOT_ONBOARDED");
  EXPECT_EQ(info.metadata.at("count"), "30");
  EXPECT_EQ(info.metadata.at("first_repo"), "missing/r0");
  ASSERT_EQ(info.violations.size(), 20U);
  EXPECT_EQ(info.violations[0].field, "targets[10].repo");
  EXPECT_THAT(info.violations[19].description, HasSubstr("missing/r19"));
}

TEST_F(CreateFleetTest, UnknownWorkflowsAreRefused) {
  v1::CreateFleetRequest request = FleetDriver::Request(1);
  request.set_workflow_ref("test/other-v1");
  ExpectRefused(request, absl::StatusCode::kInvalidArgument, "WORKFLOW_NOT_FOUND");
  request.set_workflow_ref("test/noop-v1@1.0.1");
  ExpectRefused(request, absl::StatusCode::kInvalidArgument, "WORKFLOW_NOT_FOUND");
}

TEST_F(CreateFleetTest, MalformedRequestsAreRefused) {
  ExpectRefused(FleetDriver::Request(0), absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  v1::CreateFleetRequest twice = FleetDriver::Request(2);
  twice.add_targets()->set_repo("ORG/Repo-000001");
  const ErrorInfo info = ExpectRefused(twice, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  EXPECT_EQ(info.violations.at(0).field, "targets[2].repo");
  v1::CreateFleetRequest long_text = FleetDriver::Request(1);
  long_text.set_task_description(std::string(10'001, 'x'));
  ExpectRefused(long_text, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  v1::CreateFleetRequest nobody = FleetDriver::Request(1);
  nobody.mutable_policy()->set_max_concurrency(0);
  ExpectRefused(nobody, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
}

TEST_F(CreateFleetTest, HundredThousandTargetsAreAcceptedAndOneMoreIsNot) {
  v1::CreateFleetRequest request = FleetDriver::Request(100'000, "large");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, driver_->Create(request));
  EXPECT_EQ(created.fleet().rollup().total(), 100'000);
  EXPECT_EQ(stores_.Sql("select sum(cardinality(repos)) from fleet_targets"), "100000");
  request.add_targets()->set_repo("org/one-more");
  request.clear_request_id();
  ExpectRefused(request, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
}

TEST_F(CreateFleetTest, LongNamesPassTheReceiveLimitToo) {
  v1::CreateFleetRequest request;
  request.set_workflow_ref(TestStores::kWorkflow);
  for (int i = 0; i < 100'000; ++i) request.add_targets()->set_repo(absl::StrCat("org/", std::string(180, 'n'), i));
  ASSERT_GT(request.ByteSizeLong(), 4U << 20);
  const ErrorInfo info = ExpectRefused(request, absl::StatusCode::kFailedPrecondition, "REPO_NOT_ONBOARDED");
  EXPECT_EQ(info.metadata.at("count"), "100000");
}

TEST_F(CreateFleetTest, NamesAreComparedWithoutCaseAndStoredAsRegistered) {
  v1::CreateFleetRequest request;
  request.set_workflow_ref(TestStores::kWorkflow);
  request.add_targets()->set_repo("Org/REPO-000007");
  FLEET_ASSERT_OK(driver_->Create(request));
  EXPECT_EQ(stores_.Sql("select repos[1] from fleet_targets"), "org/repo-000007");
}

TEST_F(CreateFleetTest, OpenFleetsPerUserAreExactUnderConcurrentCreators) {
  SetLimit("open_fleets_user", 10);
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 24; ++i) {
    calls.push_back(std::async(std::launch::async, [&, i] {
      return (i % 2 == 0 ? driver_ : other_)->Create(FleetDriver::Request(3)).status();
    }));
  }
  int accepted = 0;
  for (auto& call : calls) {
    const absl::Status status = call.get();
    accepted += status.ok() ? 1 : 0;
    if (status.ok()) continue;
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
    const ErrorInfo info = GetErrorInfo(status);
    EXPECT_EQ(info.reason, "OPEN_FLEETS_LIMIT");
    EXPECT_EQ(info.metadata.at("limit"), "open_fleets_user");
    EXPECT_EQ(info.metadata.at("value"), "10");
    EXPECT_GT(info.retry_after, absl::ZeroDuration());
  }
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(Rows(), "10 10 10 10 10");
  FLEET_EXPECT_OK(FleetDriver(one_->address(), "bob").Create(FleetDriver::Request(1)));
}

TEST_F(CreateFleetTest, OpenFleetsOfTheSystemAreExactUnderConcurrentUsers) {
  SetLimit("open_fleets_system", 7);
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 24; ++i) {
    calls.push_back(std::async(std::launch::async, [&, i] {
      const FleetDriver user((i % 2 == 0 ? one_ : two_)->address(), absl::StrCat("user-", i));
      return user.Create(FleetDriver::Request(2)).status();
    }));
  }
  int accepted = 0;
  for (auto& call : calls) accepted += call.get().ok() ? 1 : 0;
  EXPECT_EQ(accepted, 7);
  EXPECT_EQ(Rows(), "7 7 7 7 7");
}

TEST_F(CreateFleetTest, CallWithoutANameIsUnauthenticated) {
  EXPECT_THAT(FleetDriver(one_->address(), "").Create(FleetDriver::Request(1)),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(Rows(), "0 0 0 0 0");
}

}  // namespace
}  // namespace fleet::testing
