#include "services/fleet/api/system_api.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/clock/clock.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class SystemApiTest : public ApiTest {
 protected:
  absl::StatusOr<std::vector<std::string>> ListAll(v1::ListRunnersRequest request) {
    std::vector<std::string> ids;
    do {
      v1::ListRunnersResponse page;
      FLEET_RETURN_IF_ERROR(api_.ListRunners(caller_, request, page));
      for (const v1::Runner& runner : page.runners()) ids.push_back(runner.runner_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && ids.size() < 100);
    return ids;
  }

  store::RunnerDirectory directory_{stores_.pool};
  store::SystemStore system_{stores_.pool};
  const domain::Ulid service_id_ = domain::Ulid::Generate(absl::Now());
  SystemApi api_{directory_, system_, Clock::System(), {service_id_, "1.2.3"}};
};

TEST_F(SystemApiTest, RunnersAreListedPageByPage) {
  std::vector<std::string> registered;
  for (int i = 0; i < 3; ++i) {
    const domain::Ulid id = domain::Ulid::Generate(absl::Now() + absl::Seconds(i));
    FLEET_ASSERT_OK(stores_.runners.Register({id, "runner", "alice", "default", 8}));
    registered.insert(registered.begin(), id.ToString());
  }
  v1::ListRunnersRequest request;
  request.set_page_size(2);
  EXPECT_THAT(ListAll(request), testing::IsOkAndHolds(registered));
  v1::ListRunnersResponse page;
  FLEET_ASSERT_OK(api_.ListRunners(caller_, request, page));
  EXPECT_THAT(page.runners(), SizeIs(2));
  request.set_page_token(page.next_page_token());
  request.set_pool("gpu");
  EXPECT_THAT(api_.ListRunners(caller_, request, page), StatusIs(absl::StatusCode::kInvalidArgument))
      << "another list's token";
  request.set_page_token("nonsense");
  EXPECT_THAT(api_.ListRunners(caller_, request, page), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SystemApiTest, ARunnerIsToldWithWhatItHolds) {
  const domain::Ulid fleet_id = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  const domain::Ulid id = stores_.RegisterRunner();
  stores_.Lease(id, 1, 1);
  v1::GetRunnerRequest request;
  request.set_runner_id(id.ToString());
  v1::GetRunnerResponse response;
  FLEET_ASSERT_OK(api_.GetRunner(caller_, request, response));
  EXPECT_EQ(response.runner().name(), "runner");
  EXPECT_EQ(response.runner().user(), "alice");
  EXPECT_EQ(response.runner().state(), v1::RUNNER_STATE_LIVE);
  EXPECT_EQ(response.runner().held_count(), 1);
  ASSERT_EQ(response.held_size(), 1);
  EXPECT_EQ(response.held(0).fleet_id(), fleet_id.ToString());
  EXPECT_EQ(response.held(0).task_id(), fleet_id.ToString() + "-1");
  EXPECT_EQ(response.held(0).state(), v1::TASK_STATE_SUBMITTED);
}

TEST_F(SystemApiTest, WhatIsNoRunnerIsRefused) {
  v1::GetRunnerRequest request;
  v1::GetRunnerResponse response;
  EXPECT_THAT(api_.GetRunner(caller_, request, response), StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_runner_id(service_id_.ToString());
  EXPECT_THAT(api_.GetRunner(caller_, request, response), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SystemApiTest, TheStatusTellsOfServiceAndDatabase) {
  stores_.RegisterRunner();
  v1::GetSystemStatusResponse response;
  FLEET_ASSERT_OK(api_.GetSystemStatus(caller_, {}, response));
  EXPECT_EQ(response.version(), "1.2.3");
  EXPECT_EQ(response.service_id(), service_id_.ToString());
  EXPECT_TRUE(response.database().reachable());
  EXPECT_EQ(response.database().schema_version(), response.database().known_schema_version());
  EXPECT_LT(absl::AbsDuration(rpc::FromProtoDuration(response.database().clock_difference())), absl::Minutes(1));
  EXPECT_EQ(response.lease_duration().seconds(), 30);
  ASSERT_EQ(response.pools_size(), 1);
  EXPECT_EQ(response.pools(0).live_runners(), 1);
}

TEST_F(SystemApiTest, WithoutItsDatabaseItAnswersAllTheSameAndNamesNothing) {
  database::ConnectionPool nowhere("host=/nowhere dbname=secret-name", 1);
  store::RunnerDirectory directory(nowhere);
  store::SystemStore system(nowhere);
  SystemApi api(directory, system, Clock::System(), {service_id_, "1.2.3"});
  v1::GetSystemStatusResponse response;
  FLEET_ASSERT_OK(api.GetSystemStatus(caller_, {}, response));
  EXPECT_FALSE(response.database().reachable());
  EXPECT_THAT(response.database().message(), HasSubstr("does not answer"));
  EXPECT_THAT(response.DebugString(), Not(HasSubstr("nowhere")));
  EXPECT_THAT(response.DebugString(), Not(HasSubstr("secret-name")));
  EXPECT_EQ(response.version(), "1.2.3");
}

}  // namespace
}  // namespace fleet::service
