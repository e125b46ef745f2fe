#include "common/store/catalog_store.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "common/status/error_info.h"
#include "common/store/audit_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"

namespace fleet::store {
namespace {

const domain::Caller kAda{"ada"};

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

RepositoryRecord Repository(const std::string& repo, const std::string& url = "https://git.invalid/r.git") {
  RepositoryRecord record;
  record.repo = repo;
  record.clone_url = url;
  record.default_branch = "main";
  return record;
}

WorkflowRecord Workflow(domain::WorkflowVersion version, const std::string& definition = "{}",
                        const std::string& name = "ops/bump-v1") {
  WorkflowRecord record;
  record.name = name;
  record.version = version;
  record.definition = definition;
  return record;
}

class CatalogStoreTest : public ::testing::Test {
 protected:
  ImportCounts Import(const std::vector<RepositoryRecord>& repositories) {
    const auto counts = catalog_.Import(kAda, repositories);
    EXPECT_THAT(counts, testing::IsOk());
    return counts.value_or(ImportCounts{-1, -1, -1});
  }
  std::vector<std::string> Names(const std::string& after, int32_t limit) {
    std::vector<std::string> names;
    const auto page = catalog_.ListRepositories(kAda, after, limit);
    EXPECT_THAT(page, testing::IsOk());
    for (const RepositoryRecord& record : *page) names.push_back(record.repo);
    return names;
  }

  testing::TestDatabase database_;
  database::ConnectionPool pool_{database_.url(), 4};
  CatalogStore catalog_{pool_};
};

TEST_F(CatalogStoreTest, ImportSaysWhatItDid) {
  ImportCounts counts = Import({Repository("acme/api"), Repository("acme/web")});
  EXPECT_EQ(counts.created, 2);
  EXPECT_EQ(counts.updated + counts.unchanged, 0);
  counts =
      Import({Repository("acme/api"), Repository("acme/web", "https://git.invalid/other.git"), Repository("acme/new")});
  EXPECT_EQ(counts.created, 1);
  EXPECT_EQ(counts.updated, 1);
  EXPECT_EQ(counts.unchanged, 1);
}

TEST_F(CatalogStoreTest, NamesAreComparedWithoutCaseAndKeptAsGivenLast) {
  Import({Repository("Acme/API")});
  const auto found = catalog_.GetRepository(kAda, "acme/api");
  FLEET_ASSERT_OK(found);
  EXPECT_EQ(found->repo, "Acme/API");
  EXPECT_EQ(Import({Repository("ACME/api")}).updated, 1);
  EXPECT_EQ(catalog_.GetRepository(kAda, "acme/API")->repo, "ACME/api");
  EXPECT_THAT(Names("", 10), ElementsAre("ACME/api"));
}

TEST_F(CatalogStoreTest, AnUnchangedRepositoryKeepsItsDate) {
  Import({Repository("acme/api")});
  const absl::Time before = catalog_.GetRepository(kAda, "acme/api")->updated_at;
  Import({Repository("acme/api")});
  EXPECT_EQ(catalog_.GetRepository(kAda, "acme/api")->updated_at, before);
  Import({Repository("acme/api", "https://git.invalid/other.git")});
  EXPECT_GT(catalog_.GetRepository(kAda, "acme/api")->updated_at, before);
}

TEST_F(CatalogStoreTest, AnImportIsAllOrNothing) {
  RepositoryRecord bad = Repository("acme/bad");
  bad.clone_url = "\xFF";  // PostgreSQL refuses it
  EXPECT_FALSE(catalog_.Import(kAda, {Repository("acme/api"), bad}).ok());
  EXPECT_THAT(Names("", 10), IsEmpty());
}

TEST_F(CatalogStoreTest, ImportsOfTheSameRepositoriesAtOnceAllSucceed) {
  std::vector<RepositoryRecord> ascending;
  for (int i = 0; i < 300; ++i) ascending.push_back(Repository("acme/r" + std::to_string(i)));
  const std::vector<RepositoryRecord> descending(ascending.rbegin(), ascending.rend());
  std::vector<absl::Status> results(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = catalog_.Import(kAda, i % 2 == 0 ? ascending : descending).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) FLEET_EXPECT_OK(result);
  EXPECT_EQ(Names("", 1000).size(), 300U);
}

TEST_F(CatalogStoreTest, AnUnknownRepositoryIsNotFound) {
  const auto found = catalog_.GetRepository(kAda, "acme/none");
  EXPECT_THAT(found, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(found.status()).reason, "REPO_NOT_FOUND");
}

TEST_F(CatalogStoreTest, ADeletedRepositoryIsGoneUntilItIsImportedAgain) {
  Import({Repository("Acme/API"), Repository("acme/web")});
  const auto deleted = catalog_.Delete(kAda, "acme/api");
  FLEET_ASSERT_OK(deleted);
  EXPECT_EQ(deleted->repo, "Acme/API");
  EXPECT_EQ(deleted->default_branch, "main");
  EXPECT_THAT(Names("", 10), ElementsAre("acme/web"));
  const auto again = catalog_.Delete(kAda, "acme/api");
  EXPECT_THAT(again, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(again.status()).reason, "REPO_NOT_FOUND");
  EXPECT_EQ(Import({Repository("acme/api")}).created, 1);
  FLEET_EXPECT_OK(catalog_.Delete(kAda, "acme/api")) << "a second time";
}

TEST_F(CatalogStoreTest, ADeletionIsAudited) {
  Import({Repository("acme/api")});
  FLEET_ASSERT_OK(catalog_.Delete(kAda, "ACME/api"));
  EXPECT_THAT(catalog_.Delete(kAda, "acme/api"), StatusIs(absl::StatusCode::kNotFound));
  AuditStore audit(pool_);
  const auto events = audit.List(kAda, {}, 0, 10);
  FLEET_ASSERT_OK(events);
  ASSERT_EQ(events->size(), 2U) << "what changes nothing is not in it";
  EXPECT_EQ((*events)[0].action, "DeleteRepository");
  EXPECT_EQ((*events)[0].subject, "acme/api");
  EXPECT_THAT((*events)[0].before, ::testing::HasSubstr("https://git.invalid/r.git"));
}

TEST_F(CatalogStoreTest, PagesGoOnAfterAKeyInByteOrder) {
  Import({Repository("b/x"), Repository("A/x"), Repository("c/x"), Repository("b-a/x"), Repository("b/y")});
  EXPECT_THAT(Names("", 3), ElementsAre("A/x", "b-a/x", "b/x"));
  EXPECT_THAT(Names("b/x", 3), ElementsAre("b/y", "c/x"));
  EXPECT_THAT(Names("c/x", 3), IsEmpty());
}

TEST_F(CatalogStoreTest, AVersionIsAppliedOnceAndNeverChanges) {
  EXPECT_THAT(catalog_.Apply(kAda, Workflow({1, 0, 0})), IsOkAndHolds(true));
  EXPECT_THAT(catalog_.Apply(kAda, Workflow({1, 0, 0})), IsOkAndHolds(false));
  const auto changed = catalog_.Apply(kAda, Workflow({1, 0, 0}, "{\"other\":1}"));
  EXPECT_THAT(changed, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(GetErrorInfo(changed.status()).reason, "WORKFLOW_VERSION_IMMUTABLE");
  EXPECT_EQ(catalog_.GetWorkflow(kAda, {"ops/bump-v1", "1.0.0"})->definition, "{}");
}

TEST_F(CatalogStoreTest, AReferenceWithoutVersionMeansTheHighest) {
  for (const domain::WorkflowVersion version : {domain::WorkflowVersion{1, 9, 0}, {1, 10, 0}, {1, 2, 30}}) {
    FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow(version)));
  }
  EXPECT_EQ(catalog_.GetWorkflow(kAda, {"ops/bump-v1", ""})->version, (domain::WorkflowVersion{1, 10, 0}));
  EXPECT_EQ(catalog_.GetWorkflow(kAda, {"ops/bump-v1", "1.2.30"})->version, (domain::WorkflowVersion{1, 2, 30}));
  const auto none = catalog_.GetWorkflow(kAda, {"ops/bump-v1", "1.0.0"});
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(none.status()).reason, "WORKFLOW_NOT_FOUND");
  EXPECT_THAT(catalog_.GetWorkflow(kAda, {"ops/other-v1", ""}), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CatalogStoreTest, WorkflowsAreListedByNameHighestVersionFirst) {
  FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, 0, 0}, "{}", "ops/b-v1")));
  FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, 1, 0}, "{}", "ops/b-v1")));
  FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, 0, 0}, "{}", "ops/a-v1")));
  const auto all = catalog_.ListWorkflows(kAda, 0, 10);
  FLEET_ASSERT_OK(all);
  EXPECT_THAT(all->workflows, ElementsAre(Field(&WorkflowRecord::name, "ops/a-v1"),
                                          Field(&WorkflowRecord::version, domain::WorkflowVersion{1, 1, 0}),
                                          Field(&WorkflowRecord::version, domain::WorkflowVersion{1, 0, 0})));
  EXPECT_FALSE(all->has_next);
  const auto rest = catalog_.ListWorkflows(kAda, 2, 10);
  FLEET_ASSERT_OK(rest);
  EXPECT_EQ(rest->workflows.size(), 1U);
  const auto two = catalog_.ListWorkflows(kAda, 0, 2);
  FLEET_ASSERT_OK(two);
  EXPECT_EQ(two->workflows.size(), 2U);
  EXPECT_TRUE(two->has_next);
}

TEST_F(CatalogStoreTest, LongDefinitionsMakeAPageShortAndNothingIsPassedOver) {
  const std::string definition(std::size_t{2} << 20, 'x');
  for (int32_t minor = 0; minor < 4; ++minor) {
    FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, minor, 0}, definition, "ops/a-v1")));
  }
  const auto first = catalog_.ListWorkflows(kAda, 0, 100);
  FLEET_ASSERT_OK(first);
  EXPECT_EQ(first->workflows.size(), 2U) << "the second begins within what a page may hold";
  EXPECT_TRUE(first->has_next);
  const auto rest = catalog_.ListWorkflows(kAda, 2, 100);
  FLEET_ASSERT_OK(rest);
  EXPECT_EQ(rest->workflows.size(), 2U);
  EXPECT_FALSE(rest->has_next);
}

TEST_F(CatalogStoreTest, WhatChangesTheCatalogIsAuditedAndWhatDoesNotIsNot) {
  AuditStore audit(pool_);
  Import({Repository("acme/a"), Repository("acme/b")});
  Import({Repository("acme/a"), Repository("acme/b")});
  Import({Repository("acme/a", "https://git.invalid/other.git")});
  FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, 2, 3})));
  FLEET_ASSERT_OK(catalog_.Apply(kAda, Workflow({1, 2, 3})));
  EXPECT_THAT(catalog_.Apply(kAda, Workflow({1, 2, 3}, "{\"other\":1}")), StatusIs(absl::StatusCode::kAlreadyExists));
  const auto entries = audit.List(kAda, {}, 0, 10);
  FLEET_ASSERT_OK(entries);
  std::vector<std::string> words;
  for (const AuditRecord& entry : *entries) {
    words.push_back(entry.actor + " " + entry.action + " " + entry.subject + " " + entry.after);
  }
  EXPECT_THAT(words, ElementsAre(R"(ada ApplyWorkflow ops/bump-v1 {"version":"1.2.3"})",
                                 R"(ada ImportRepositories acme/a {"created":"0","unchanged":"0","updated":"1"})",
                                 R"(ada ImportRepositories  {"created":"2","unchanged":"0","updated":"0"})"));
}

}  // namespace
}  // namespace fleet::store
