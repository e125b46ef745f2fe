#include "services/fleet/api/fleet_api.h"

#include "common/status/error_info.h"
#include "services/fleet/api/catalog_api.h"
#include "services/fleet/api/control_api.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FleetApiTest : public ApiTest {
 protected:
  static v1::CreateFleetRequest Request(int targets, const std::string& request_id = "") {
    v1::CreateFleetRequest request;
    request.set_request_id(request_id);
    request.set_workflow_ref(testing::TestStores::kWorkflow);
    for (int i = 1; i <= targets; ++i) request.add_targets()->set_repo(testing::TestStores::RepoName(i));
    return request;
  }
  v1::Fleet Create(int targets) {
    v1::CreateFleetResponse response;
    FLEET_EXPECT_OK(api_.CreateFleet(caller_, Request(targets), response));
    return response.fleet();
  }

  FleetApi api_{stores_.fleets, stores_.tasks, changes_};
};

TEST_F(FleetApiTest, AFleetIsItsCallersAndIsExpandedAtOnce) {
  v1::CreateFleetResponse response;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, Request(3, "r-1"), response));
  EXPECT_EQ(response.fleet().creator(), "alice");
  EXPECT_EQ(response.fleet().rollup().total(), 3);
  EXPECT_FALSE(response.replayed());
  EXPECT_THAT(Told(), ElementsAre("fleet_jobs"));
  v1::CreateFleetResponse again;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, Request(3, "r-1"), again));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.fleet().fleet_id(), response.fleet().fleet_id());
}

TEST_F(FleetApiTest, TargetsComeInPartsUntilTheSeal) {
  v1::CreateFleetRequest request = Request(1);
  request.set_open_targets(true);
  v1::CreateFleetResponse created;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, created));
  EXPECT_TRUE(created.fleet().open_targets());
  v1::AddFleetTargetsRequest part;
  part.set_fleet_id(created.fleet().fleet_id());
  part.set_part(1);
  part.add_targets()->set_repo(testing::TestStores::RepoName(2));
  for (const bool replayed : {false, true}) {
    v1::AddFleetTargetsResponse added;
    FLEET_ASSERT_OK(api_.AddFleetTargets(caller_, part, added));
    EXPECT_EQ(added.replayed(), replayed);
    EXPECT_EQ(added.fleet().rollup().total(), 2);
  }
  stores_.ExpandAll();
  v1::SealFleetRequest seal;
  seal.set_fleet_id(part.fleet_id());
  v1::SealFleetResponse sealed;
  FLEET_ASSERT_OK(api_.SealFleet(caller_, seal, sealed));
  EXPECT_FALSE(sealed.fleet().open_targets());
  EXPECT_EQ(sealed.fleet().rollup().expanded(), 0);
  stores_.ExpandAll();
  EXPECT_EQ(stores_.GetFleet(*domain::Ulid::Parse(part.fleet_id())).rollup.expanded, 2);
  seal.set_total(3);
  EXPECT_THAT(api_.SealFleet(caller_, seal, sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(FleetApiTest, WhatIsMalformedIsRefusedAndNobodyIsTold) {
  v1::CreateFleetResponse response;
  EXPECT_THAT(api_.CreateFleet(caller_, {}, response), StatusIs(absl::StatusCode::kInvalidArgument));
  v1::AddFleetTargetsRequest part;
  v1::AddFleetTargetsResponse added;
  part.set_fleet_id("01HZ0000000000000000000001");
  EXPECT_THAT(api_.AddFleetTargets(caller_, part, added), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(FleetApiTest, AFleetIsReadByItsId) {
  v1::GetFleetRequest request;
  v1::GetFleetResponse response;
  request.set_fleet_id(Create(1).fleet_id());
  FLEET_ASSERT_OK(api_.GetFleet(caller_, request, response));
  EXPECT_EQ(response.fleet().fleet_id(), request.fleet_id());
  request.set_fleet_id("01HZ0000000000000000000001");
  EXPECT_THAT(api_.GetFleet(caller_, request, response), StatusIs(absl::StatusCode::kNotFound));
  request.set_fleet_id("x");
  EXPECT_THAT(api_.GetFleet(caller_, request, response), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FleetApiTest, FleetsAreListedPageByPageForTheSameQuestion) {
  const std::string first = Create(1).fleet_id();
  const std::string second = Create(1).fleet_id();
  v1::ListFleetsRequest request;
  request.set_creator("alice");
  request.set_page_size(1);
  v1::ListFleetsResponse page;
  FLEET_ASSERT_OK(api_.ListFleets(caller_, request, page));
  ASSERT_EQ(page.fleets_size(), 1);
  EXPECT_EQ(page.fleets(0).fleet_id(), second);
  request.set_page_token(page.next_page_token());
  page.Clear();
  FLEET_ASSERT_OK(api_.ListFleets(caller_, request, page));
  ASSERT_EQ(page.fleets_size(), 1);
  EXPECT_EQ(page.fleets(0).fleet_id(), first);
  request.set_creator("bob");
  EXPECT_THAT(api_.ListFleets(caller_, request, page), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FleetApiTest, ChildrenAreListedPageByPageAndReadByTheirRepository) {
  const std::string id = Create(3).fleet_id();
  stores_.ExpandAll();
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(id);
  request.set_page_size(2);
  v1::ListFleetTasksResponse page;
  FLEET_ASSERT_OK(api_.ListFleetTasks(caller_, request, page));
  EXPECT_EQ(page.tasks_size(), 2);
  request.set_page_token(page.next_page_token());
  page.Clear();
  FLEET_ASSERT_OK(api_.ListFleetTasks(caller_, request, page));
  ASSERT_EQ(page.tasks_size(), 1);
  EXPECT_EQ(page.next_page_token(), "");
  EXPECT_THAT(page.tasks(0).clone_url(), HasSubstr("git.invalid"));
  EXPECT_EQ(page.tasks(0).compare_url(), "") << "nothing is pushed";
  v1::GetFleetTaskRequest one;
  one.set_fleet_id(id);
  one.set_repo(page.tasks(0).repo());
  v1::GetFleetTaskResponse task;
  FLEET_ASSERT_OK(api_.GetFleetTask(caller_, one, task));
  EXPECT_EQ(task.task().ordinal(), page.tasks(0).ordinal());
  one.set_repo("acme/nowhere");
  EXPECT_THAT(api_.GetFleetTask(caller_, one, task), StatusIs(absl::StatusCode::kNotFound));
  one.set_repo("?");
  EXPECT_THAT(api_.GetFleetTask(caller_, one, task), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("repo")));
}

TEST_F(FleetApiTest, FailuresAreGroupedAndAttemptsListed) {
  const std::string id = Create(1).fleet_id();
  stores_.ExpandAll();
  const domain::Ulid runner = stores_.RegisterRunner();
  const store::LeaseAnswer leased = stores_.Lease(runner, 1, 1);
  ASSERT_EQ(leased.tasks.size(), 1U);
  stores_.Report(runner, leased.tasks[0], domain::TaskState::kFailed, domain::FailureCategory::kConfig);
  v1::ListFailureGroupsRequest groups;
  groups.set_fleet_id(id);
  v1::ListFailureGroupsResponse found;
  FLEET_ASSERT_OK(api_.ListFailureGroups(caller_, groups, found));
  ASSERT_EQ(found.groups_size(), 1);
  EXPECT_EQ(found.groups(0).failure().category(), v1::FAILURE_CATEGORY_CONFIG);
  v1::ListTaskAttemptsRequest request;
  request.set_fleet_id(id);
  request.set_repo(testing::TestStores::RepoName(1));
  v1::ListTaskAttemptsResponse attempts;
  FLEET_ASSERT_OK(api_.ListTaskAttempts(caller_, request, attempts));
  ASSERT_EQ(attempts.attempts_size(), 1);
  EXPECT_EQ(attempts.attempts(0).state(), v1::TASK_STATE_FAILED);
}

v1::Workflow Licence(const std::string& version) {
  v1::Workflow workflow;
  workflow.set_workflow_ref("ops/licence-v1");
  workflow.set_version(version);
  workflow.set_title("Licence");
  workflow.add_steps()->set_name("one");
  workflow.mutable_steps(0)->add_command("true");
  return workflow;
}

void Apply(store::CatalogStore& catalog, const v1::Workflow& workflow) {
  CatalogApi api(catalog);
  v1::ApplyWorkflowRequest request;
  *request.mutable_workflow() = workflow;
  v1::ApplyWorkflowResponse response;
  FLEET_ASSERT_OK(api.ApplyWorkflow({"alice"}, request, response));
}

// Applies a version of ops/licence-v1 that requires a parameter, or declares nothing.
void ApplyLicence(store::CatalogStore& catalog, const std::string& version, bool requires_owner) {
  v1::Workflow workflow = Licence(version);
  if (requires_owner) (*workflow.mutable_parameters())["OWNER"].set_required(true);
  Apply(catalog, workflow);
}

TEST_F(FleetApiTest, AFleetRunsInItsWorkflowsPoolUnlessItNamesOne) {
  v1::Workflow workflow = Licence("1.0.0");
  workflow.set_pool("gpu");
  Apply(stores_.catalog, workflow);
  ApplyLicence(stores_.catalog, "1.1.0", false);
  v1::CreateFleetRequest request = Request(1);
  request.set_workflow_ref("ops/licence-v1@1.0.0");
  v1::CreateFleetResponse response;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, response));
  EXPECT_EQ(response.fleet().pool(), "gpu");
  stores_.ExpandAll();
  v1::GetFleetRequest get;
  get.set_fleet_id(response.fleet().fleet_id());
  v1::GetFleetResponse got;
  FLEET_ASSERT_OK(api_.GetFleet(caller_, get, got));
  EXPECT_EQ(got.fleet().pool(), "gpu");
  ASSERT_EQ(got.fleet().waiting_on_size(), 1);
  EXPECT_EQ(got.fleet().waiting_on(0).reason(), v1::WAIT_REASON_NO_RUNNER);
  EXPECT_THAT(got.fleet().waiting_on(0).message(), HasSubstr("fleet-runner --pool=gpu"));
  request.set_pool("large");
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, response));
  EXPECT_EQ(response.fleet().pool(), "large");
  request.clear_pool();
  request.set_workflow_ref("ops/licence-v1");
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, response));
  EXPECT_EQ(response.fleet().pool(), "default");
}

TEST_F(FleetApiTest, AFleetGivesWhatItsWorkflowDeclares) {
  ApplyLicence(stores_.catalog, "1.0.0", false);
  v1::CreateFleetRequest request = Request(1, "r-1");
  request.set_workflow_ref("ops/licence-v1");
  v1::CreateFleetResponse response;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, response));
  ApplyLicence(stores_.catalog, "1.1.0", true);
  FLEET_EXPECT_OK(api_.CreateFleet(caller_, request, response)) << "a replay is not asked again";
  EXPECT_TRUE(response.replayed());
  request.set_request_id("r-2");
  EXPECT_THAT(api_.CreateFleet(caller_, request, response),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("parameters[OWNER]: is required")));
  (*request.mutable_parameters())["OWNER"] = "Ada";
  FLEET_EXPECT_OK(api_.CreateFleet(caller_, request, response));
}

TEST_F(FleetApiTest, ANewGenerationGivesWhatItsWorkflowDeclares) {
  ApplyLicence(stores_.catalog, "1.0.0", false);
  ApplyLicence(stores_.catalog, "1.1.0", true);
  v1::CreateFleetRequest request = Request(1);
  request.set_workflow_ref("ops/licence-v1@1.0.0");
  v1::CreateFleetResponse created;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, created));
  stores_.ExpandAll();
  ControlApi controls(stores_.fleets, stores_.controls, stores_.redrives, changes_);
  v1::CancelFleetRequest cancel;
  cancel.set_fleet_id(created.fleet().fleet_id());
  v1::CancelFleetResponse cancelled;
  FLEET_ASSERT_OK(controls.CancelFleet(caller_, cancel, cancelled));
  stores_.SweepAll();
  v1::RetryFleetRequest retry;
  retry.set_fleet_id(created.fleet().fleet_id());
  retry.mutable_amendment()->set_workflow_ref("ops/licence-v1");
  v1::RetryFleetResponse retried;
  EXPECT_THAT(controls.RetryFleet(caller_, retry, retried),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("amendment.parameters[OWNER]: is required")));
  (*retry.mutable_amendment()->mutable_parameters())["OWNER"] = "Ada";
  retry.mutable_amendment()->set_replace_parameters(true);
  FLEET_EXPECT_OK(controls.RetryFleet(caller_, retry, retried));

  v1::GetFleetRequest get;
  get.set_fleet_id(created.fleet().fleet_id());
  v1::GetFleetResponse got;
  FLEET_ASSERT_OK(api_.GetFleet(caller_, get, got));
  ASSERT_EQ(got.generations_size(), 2) << "what each was asked";
  EXPECT_EQ(got.generations(0).generation(), 1);
  EXPECT_EQ(got.generations(0).created_by(), "alice");
  EXPECT_EQ(got.generations(0).resolved_workflow(), "ops/licence-v1@1.0.0");
  EXPECT_TRUE(got.generations(0).parameters().empty());
  EXPECT_EQ(got.generations(1).generation(), 2);
  EXPECT_EQ(got.generations(1).resolved_workflow(), "ops/licence-v1@1.1.0");
  EXPECT_EQ(got.generations(1).parameters().at("OWNER"), "Ada");
}

TEST_F(FleetApiTest, ANewGenerationIsRefusedForChildrenThatLackWhatOthersHaveOfTheirOwn) {
  ApplyLicence(stores_.catalog, "1.0.0", false);
  ApplyLicence(stores_.catalog, "1.1.0", true);
  v1::CreateFleetRequest request = Request(2);
  request.set_workflow_ref("ops/licence-v1@1.0.0");
  (*request.mutable_targets(0)->mutable_parameters())["OWNER"] = "Ada";
  v1::CreateFleetResponse created;
  FLEET_ASSERT_OK(api_.CreateFleet(caller_, request, created));
  stores_.ExpandAll();
  ControlApi controls(stores_.fleets, stores_.controls, stores_.redrives, changes_);
  v1::CancelFleetRequest cancel;
  cancel.set_fleet_id(created.fleet().fleet_id());
  v1::CancelFleetResponse cancelled;
  FLEET_ASSERT_OK(controls.CancelFleet(caller_, cancel, cancelled));
  stores_.SweepAll();
  v1::RetryFleetRequest retry;
  retry.set_fleet_id(created.fleet().fleet_id());
  retry.mutable_amendment()->set_workflow_ref("ops/licence-v1");
  v1::RetryFleetResponse retried;
  EXPECT_THAT(
      controls.RetryFleet(caller_, retry, retried),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(request.targets(1).repo() + " without one of their own")));
  retry.mutable_selection()->add_repos(request.targets(0).repo());
  FLEET_EXPECT_OK(controls.RetryFleet(caller_, retry, retried)) << "the other one stays as it is";
}

}  // namespace
}  // namespace fleet::service
