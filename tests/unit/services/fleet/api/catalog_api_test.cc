#include "services/fleet/api/catalog_api.h"

#include "absl/time/clock.h"
#include "common/status/error_info.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;

class CatalogApiTest : public ApiTest {
 protected:
  static v1::ApplyWorkflowRequest Workflow(const std::string& version, const std::string& title) {
    v1::ApplyWorkflowRequest request;
    request.mutable_workflow()->set_workflow_ref("ops/bump-v1");
    request.mutable_workflow()->set_version(version);
    request.mutable_workflow()->set_title(title);
    v1::WorkflowStep& step = *request.mutable_workflow()->add_steps();
    step.set_name("one");
    step.add_command("true");
    return request;
  }

  CatalogApi api_{stores_.catalog};
};

TEST_F(CatalogApiTest, RepositoriesAreImportedReadAndListed) {
  v1::ImportRepositoriesRequest request;
  v1::ImportRepositoriesResponse response;
  EXPECT_THAT(api_.ImportRepositories(caller_, request, response), StatusIs(absl::StatusCode::kInvalidArgument));
  v1::Repository& repository = *request.add_repositories();
  repository.set_repo("acme/api");
  repository.set_clone_url("https://forge.invalid/acme/api.git");
  FLEET_ASSERT_OK(api_.ImportRepositories(caller_, request, response));
  EXPECT_EQ(response.created_count(), 1);
  FLEET_ASSERT_OK(api_.ImportRepositories(caller_, request, response));
  EXPECT_EQ(response.unchanged_count(), 1);

  v1::GetRepositoryRequest get;
  get.set_repo("ACME/API");
  v1::GetRepositoryResponse got;
  FLEET_ASSERT_OK(api_.GetRepository(caller_, get, got));
  EXPECT_EQ(got.repository().clone_url(), "https://forge.invalid/acme/api.git");
  get.set_repo("acme/nowhere");
  EXPECT_THAT(api_.GetRepository(caller_, get, got), StatusIs(absl::StatusCode::kNotFound));

  v1::DeleteRepositoryRequest erase;
  v1::DeleteRepositoryResponse erased;
  EXPECT_THAT(api_.DeleteRepository(caller_, erase, erased), StatusIs(absl::StatusCode::kInvalidArgument));
  erase.set_repo("acme/nowhere");
  EXPECT_THAT(api_.DeleteRepository(caller_, erase, erased), StatusIs(absl::StatusCode::kNotFound));
  erase.set_repo("ACME/API");
  FLEET_ASSERT_OK(api_.DeleteRepository(caller_, erase, erased));
  EXPECT_EQ(erased.repository().clone_url(), "https://forge.invalid/acme/api.git");
  get.set_repo("acme/api");
  EXPECT_THAT(api_.GetRepository(caller_, get, got), StatusIs(absl::StatusCode::kNotFound));
  FLEET_ASSERT_OK(api_.ImportRepositories(caller_, request, response));

  v1::ListRepositoriesRequest list;
  list.set_page_size(20);
  v1::ListRepositoriesResponse page;
  FLEET_ASSERT_OK(api_.ListRepositories(caller_, list, page));
  EXPECT_EQ(page.repositories_size(), 20);
  list.set_page_token(page.next_page_token());
  page.Clear();
  FLEET_ASSERT_OK(api_.ListRepositories(caller_, list, page));
  EXPECT_EQ(page.repositories_size(), 1) << "the other 20 are the test's own";
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(CatalogApiTest, AVersionOfAWorkflowIsAppliedOnceAndNeverChanges) {
  v1::ApplyWorkflowResponse response;
  EXPECT_THAT(api_.ApplyWorkflow(caller_, {}, response), StatusIs(absl::StatusCode::kInvalidArgument));
  response.Clear();
  FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow("1.0.0", "Bump"), response));
  EXPECT_TRUE(response.created());
  EXPECT_EQ(response.workflow().title(), "Bump");
  response.Clear();
  FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow("1.0.0", "Bump"), response));
  EXPECT_FALSE(response.created());
  EXPECT_THAT(api_.ApplyWorkflow(caller_, Workflow("1.0.0", "Other"), response),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(CatalogApiTest, AWithdrawnVersionIsForNoNewFleet) {
  v1::ApplyWorkflowResponse applied;
  for (const char* version : {"1.0.0", "1.1.0"}) {
    applied.Clear();
    FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow(version, "Bump"), applied));
  }
  store::NewFleet fleet = stores_.NewFleet({.targets = 1});
  const auto submit = [&](const std::string& ref) {
    fleet.id = domain::Ulid::Generate(absl::Now());
    fleet.workflow = *domain::WorkflowRef::Parse(ref);
    return stores_.fleets.Create(caller_, fleet);
  };
  FLEET_ASSERT_OK(submit("ops/bump-v1@1.1.0"));

  v1::WithdrawWorkflowRequest request;
  v1::WithdrawWorkflowResponse response;
  for (const char* ref : {"", "ops/bump-v1", "ops/bump-v1@"}) {
    request.set_workflow_ref(ref);
    EXPECT_THAT(api_.WithdrawWorkflow(caller_, request, response), StatusIs(absl::StatusCode::kInvalidArgument)) << ref;
  }
  request.set_workflow_ref("ops/bump-v1@1.2.0");
  EXPECT_THAT(api_.WithdrawWorkflow(caller_, request, response), StatusIs(absl::StatusCode::kNotFound));
  request.set_workflow_ref("ops/bump-v1@1.1.0");
  for (int i = 0; i < 2; ++i) {
    response.Clear();
    FLEET_ASSERT_OK(api_.WithdrawWorkflow(caller_, request, response));
    EXPECT_TRUE(response.workflow().has_withdraw_time());
  }
  EXPECT_EQ(stores_.Sql("select count(*) from audit_events where action = 'WithdrawWorkflow'"), "1");

  EXPECT_EQ(GetErrorInfo(submit("ops/bump-v1@1.1.0").status()).reason, "WORKFLOW_WITHDRAWN");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, submit("ops/bump-v1"));
  EXPECT_EQ(created.record.intent.resolved_workflow, "ops/bump-v1@1.0.0") << "the highest that is left";
  v1::GetWorkflowRequest get;
  get.set_workflow_ref("ops/bump-v1");
  v1::GetWorkflowResponse got;
  FLEET_ASSERT_OK(api_.GetWorkflow(caller_, get, got));
  EXPECT_EQ(got.workflow().version(), "1.0.0");
  applied.Clear();
  FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow("1.1.0", "Bump"), applied));
  EXPECT_TRUE(applied.workflow().has_withdraw_time()) << "applying the same again does not bring it back";

  request.set_workflow_ref("ops/bump-v1@1.0.0");
  FLEET_ASSERT_OK(api_.WithdrawWorkflow(caller_, request, response));
  EXPECT_EQ(GetErrorInfo(submit("ops/bump-v1").status()).reason, "WORKFLOW_WITHDRAWN");
}

TEST_F(CatalogApiTest, WorkflowsAreReadByReferenceAndListedPageByPage) {
  v1::ApplyWorkflowResponse applied;
  FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow("1.0.0", "Bump"), applied));
  applied.Clear();
  FLEET_ASSERT_OK(api_.ApplyWorkflow(caller_, Workflow("1.1.0", "Bump"), applied));
  v1::GetWorkflowRequest get;
  get.set_workflow_ref("ops/bump-v1");
  v1::GetWorkflowResponse got;
  FLEET_ASSERT_OK(api_.GetWorkflow(caller_, get, got));
  EXPECT_EQ(got.workflow().version(), "1.1.0") << "the highest";
  get.set_workflow_ref("?");
  EXPECT_THAT(api_.GetWorkflow(caller_, get, got), StatusIs(absl::StatusCode::kInvalidArgument));
  v1::ListWorkflowsRequest list;
  list.set_page_size(2);
  v1::ListWorkflowsResponse page;
  FLEET_ASSERT_OK(api_.ListWorkflows(caller_, list, page));
  EXPECT_EQ(page.workflows_size(), 2);
  list.set_page_token(page.next_page_token());
  page.Clear();
  FLEET_ASSERT_OK(api_.ListWorkflows(caller_, list, page));
  EXPECT_EQ(page.workflows_size(), 1) << "the test's own";
}

}  // namespace
}  // namespace fleet::service
