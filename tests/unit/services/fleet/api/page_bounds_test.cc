// Answers that tell of many things are bounded in bytes, whatever these hold: a client takes 4 MiB unless told
// otherwise.
#include <gmock/gmock.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/store/limit_store.h"
#include "services/fleet/api/admin_api.h"
#include "services/fleet/api/catalog_api.h"
#include "services/fleet/api/fleet_api.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::testing::Gt;
using ::testing::SizeIs;

constexpr std::size_t kAnyClientTakes = std::size_t{4} << 20;

class PageBoundsTest : public ApiTest {
 protected:
  // What `id_of` says of every entry of the list, page after page; none may be told twice.
  template <typename Request, typename Response, typename Call, typename Entries, typename IdOf>
  std::set<std::string> ReadAll(Request request, Call call, Entries entries, IdOf id_of) {
    std::set<std::string> ids;
    pages_ = 0;
    request.set_page_size(1000);
    do {
      Response page;
      FLEET_EXPECT_OK(call(request, page));
      EXPECT_LT(page.ByteSizeLong(), kAnyClientTakes);
      for (const auto& entry : entries(page)) EXPECT_TRUE(ids.insert(id_of(entry)).second) << id_of(entry);
      request.set_page_token(page.next_page_token());
      ++pages_;
    } while (!request.page_token().empty() && pages_ < 100 && !HasFailure());
    return ids;
  }
  std::set<std::string> ReadFleets(const v1::ListFleetsRequest& request) {
    return ReadAll<v1::ListFleetsRequest, v1::ListFleetsResponse>(
        request, [&](const auto& asked, auto& page) { return fleets_.ListFleets(caller_, asked, page); },
        [](const auto& page) { return page.fleets(); }, [](const v1::Fleet& fleet) { return fleet.fleet_id(); });
  }
  // Ended attempts of the fleet's first child, or of all its children, with texts of the greatest length.
  void InsertAttempts(const domain::Ulid& fleet, int attempts, const std::string& of) {
    stores_.Sql(absl::StrCat(
        "insert into task_attempts (fleet_id, ordinal, attempt, state, category, ended_at, message, summary, log_tail)"
        " select '",
        fleet.ToUuid(), "', t.ordinal, a, 8, 5, clock_timestamp(), repeat('m', 2000), repeat('s', 2000),",
        " repeat('l', 65536) from tasks t, generate_series(1, ", attempts, ") a where ", of));
  }

  int pages_ = 0;
  FleetApi fleets_{stores_.fleets, stores_.tasks, changes_};
  CatalogApi catalog_{stores_.catalog};
  store::LimitStore limits_{stores_.pool};
  store::AuditStore audit_{stores_.pool};
  AdminApi admin_{limits_, audit_, changes_};
};

TEST_F(PageBoundsTest, FleetsWithLongParametersComeInShortPages) {
  std::set<std::string> made;
  for (int i = 0; i < 20; ++i) made.insert(stores_.CreateFleet({.targets = 1}).ToString());
  stores_.Sql("update fleet_intents set parameters = '{\"x\": \"' || repeat('y', 500000) || '\"}'");
  EXPECT_EQ(ReadFleets({}), made);
  EXPECT_THAT(pages_, Gt(3));
  v1::ListFleetsRequest of_states;
  of_states.add_states(v1::FLEET_STATE_PENDING);
  EXPECT_EQ(ReadFleets(of_states), made) << "with a filter too";
}

TEST_F(PageBoundsTest, FleetsWithShortOnesComeInOnePage) {
  for (int i = 0; i < 20; ++i) stores_.CreateFleet({.targets = 1});
  EXPECT_THAT(ReadFleets({}), SizeIs(20));
  EXPECT_EQ(pages_, 1);
}

TEST_F(PageBoundsTest, AFleetTellsWhatItsNewestGenerationsWereAsked) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 1});
  stores_.Sql(
      "insert into fleet_generations (fleet_id, generation, created_by, workflow_ref, workflow_name, workflow_version,"
      " task_description, parameters, states, categories, fingerprints, repo_keys)"
      " select fleet_id, n, 'bob', workflow_ref, workflow_name, workflow_version, 'again',"
      " '{\"x\": \"' || repeat('y', 500000) || '\"}', '{}', '{}', '{}', '{}'"
      " from fleet_intents, generate_series(2, 30) n; update fleets set generation = 30");
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet.ToString());
  v1::GetFleetResponse response;
  FLEET_ASSERT_OK(fleets_.GetFleet(caller_, request, response));
  EXPECT_LT(response.ByteSizeLong(), kAnyClientTakes);
  EXPECT_THAT(response.fleet().parameters(), SizeIs(1)) << "the fleet's own are always told";
  EXPECT_FALSE(response.fleet().has_omitted_bytes());
  ASSERT_THAT(response.generations(), SizeIs(30));
  for (const v1::FleetGeneration& generation : response.generations()) {
    const bool is_told = generation.generation() > 28;
    EXPECT_EQ(generation.parameters_size(), is_told ? 1 : 0) << generation.generation();
    if (generation.generation() == 1) continue;  // was asked nothing that could be left out
    EXPECT_EQ(generation.has_omitted_bytes(), !is_told) << generation.generation();
    if (!is_told) {
      EXPECT_THAT(generation.omitted_bytes(), Gt(500'000)) << generation.generation();
    }
  }
}

TEST_F(PageBoundsTest, AWatchedFleetIsToldWithoutLongParameters) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 1});
  const auto watched = [&] {
    const auto records = stores_.feed.ReadFleets({fleet});
    FLEET_EXPECT_OK(records);
    return records.ok() && records->count(fleet) == 1 ? records->at(fleet).intent : domain::FleetIntent();
  };
  stores_.Sql("update fleet_intents set task_description = 'do it', parameters = '{\"x\": \"1\"}'");
  EXPECT_EQ(watched().task_description, "do it");
  EXPECT_THAT(watched().parameters, SizeIs(1));
  EXPECT_EQ(watched().omitted_bytes, 0);
  stores_.Sql("update fleet_intents set parameters = '{\"x\": \"' || repeat('y', 8180) || '\"}'");
  EXPECT_EQ(watched().task_description, "");
  EXPECT_THAT(watched().parameters, SizeIs(0));
  EXPECT_THAT(watched().omitted_bytes, Gt(8192));
}

TEST_F(PageBoundsTest, ChildrenWithLongMessagesComeInShortPages) {
  // Of 20 repositories: the texts make up for the number.
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  stores_.ExpandAll();
  stores_.Sql("update tasks set state = 8, category = 5, attempt = 1, pull_request_url = repeat('u', 500000)");
  InsertAttempts(fleet, 1, "true");
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet.ToString());
  const std::set<std::string> told = ReadAll<v1::ListFleetTasksRequest, v1::ListFleetTasksResponse>(
      request, [&](const auto& asked, auto& page) { return fleets_.ListFleetTasks(caller_, asked, page); },
      [](const auto& page) { return page.tasks(); }, [](const v1::Task& task) { return task.repo(); });
  EXPECT_THAT(told, SizeIs(20));
  EXPECT_THAT(pages_, Gt(3));
}

TEST_F(PageBoundsTest, OfAHundredAttemptsTheNewestComeWithTheirLogs) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 1});
  stores_.ExpandAll();
  stores_.Sql("update tasks set attempt = 100");
  InsertAttempts(fleet, 100, "t.ordinal = 1");
  v1::ListTaskAttemptsRequest request;
  request.set_fleet_id(fleet.ToString());
  request.set_repo(testing::TestStores::RepoName(1));
  request.set_include_logs(true);
  v1::ListTaskAttemptsResponse response;
  FLEET_ASSERT_OK(fleets_.ListTaskAttempts(caller_, request, response));
  EXPECT_LT(response.ByteSizeLong(), kAnyClientTakes);
  ASSERT_THAT(response.attempts(), SizeIs(100));
  EXPECT_THAT(response.attempts(0).log_tail(), SizeIs(65536));
  EXPECT_THAT(response.attempts(99).log_tail(), SizeIs(0));
  EXPECT_THAT(response.attempts(99).summary(), SizeIs(2000));
}

TEST_F(PageBoundsTest, RepositoriesWithLongUrlsComeInShortPages) {
  stores_.Sql("update repositories set clone_url = repeat('u', 500000)");
  const std::set<std::string> told = ReadAll<v1::ListRepositoriesRequest, v1::ListRepositoriesResponse>(
      v1::ListRepositoriesRequest(),
      [&](const auto& asked, auto& page) { return catalog_.ListRepositories(caller_, asked, page); },
      [](const auto& page) { return page.repositories(); },
      [](const v1::Repository& repository) { return repository.repo(); });
  EXPECT_THAT(told, SizeIs(20));
  EXPECT_THAT(pages_, Gt(3));
}

TEST_F(PageBoundsTest, LongWorkflowsComeInShortPages) {
  for (int i = 0; i < 8; ++i) {
    v1::ApplyWorkflowRequest apply;
    v1::Workflow& workflow = *apply.mutable_workflow();
    workflow.set_workflow_ref("ops/long-v1");
    workflow.set_version(absl::StrCat("1.", i, ".0"));
    workflow.set_title("Long");
    for (int step = 0; step < 10; ++step) {
      workflow.add_steps()->set_name(absl::StrCat("step ", step));
      workflow.mutable_steps(step)->set_script(std::string(100'000, 'x'));
    }
    v1::ApplyWorkflowResponse applied;
    FLEET_ASSERT_OK(catalog_.ApplyWorkflow(caller_, apply, applied));
  }
  const std::set<std::string> told = ReadAll<v1::ListWorkflowsRequest, v1::ListWorkflowsResponse>(
      v1::ListWorkflowsRequest(),
      [&](const auto& asked, auto& page) { return catalog_.ListWorkflows(caller_, asked, page); },
      [](const auto& page) { return page.workflows(); },
      [](const v1::Workflow& workflow) { return workflow.workflow_ref() + "@" + workflow.version(); });
  EXPECT_THAT(told, SizeIs(9)) << "one is the test's own";
  EXPECT_THAT(pages_, Gt(2));
}

TEST_F(PageBoundsTest, LongEntriesOfTheAuditLogComeInShortPages) {
  stores_.Sql(
      "insert into audit_events (actor, action, before, after)"
      " select 'alice', 'Test', '', '{\"x\": \"' || repeat('y', 500000) || '\"}' from generate_series(1, 20)");
  const std::set<std::string> told = ReadAll<v1::ListAuditEventsRequest, v1::ListAuditEventsResponse>(
      v1::ListAuditEventsRequest(),
      [&](const auto& asked, auto& page) { return admin_.ListAuditEvents(caller_, asked, page); },
      [](const auto& page) { return page.events(); },
      [](const v1::AuditEvent& event) { return absl::StrCat(event.action(), event.event_id()); });
  EXPECT_GE(told.size(), 20U);
  EXPECT_THAT(pages_, Gt(3));
}

TEST_F(PageBoundsTest, OfManyLongFailuresTheLargestGroupsAreTold) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  stores_.ExpandAll();
  stores_.Sql(absl::StrCat(
      "update tasks set state = 8, category = 5, attempt = 1;"
      "insert into task_attempts (fleet_id, ordinal, attempt, state, category, ended_at, message, fingerprint) select "
      "'",
      fleet.ToUuid(), "', ordinal, 1, 8, 5, clock_timestamp(), repeat('m', 500000), 'f' || ordinal from tasks"));
  v1::ListFailureGroupsRequest request;
  request.set_fleet_id(fleet.ToString());
  v1::ListFailureGroupsResponse response;
  FLEET_ASSERT_OK(fleets_.ListFailureGroups(caller_, request, response));
  EXPECT_LT(response.ByteSizeLong(), kAnyClientTakes);
  EXPECT_THAT(response.groups(), SizeIs(6));
}

}  // namespace
}  // namespace fleet::service
