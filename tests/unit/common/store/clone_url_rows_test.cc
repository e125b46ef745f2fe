#include "common/store/clone_url_rows.h"

#include <gmock/gmock.h>

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CloneUrlRowsTest : public ::testing::Test {
 protected:
  void Import(const std::string& repo, const std::string& url) {
    RepositoryRecord record;
    record.repo = repo;
    record.clone_url = url;
    EXPECT_THAT(stores_.catalog.Import(testing::kAlice, {record}), testing::IsOk());
  }
  // As a program that keeps no keys.
  void ImportAsBefore(const std::string& repo, const std::string& url) {
    stores_.Sql(absl::StrCat("insert into repositories (repo_key, repo, clone_url) values ('", repo, "', '", repo,
                             "', '", url, "') on conflict (repo_key) do update set clone_url = excluded.clone_url"));
  }
  // "repository that is one already: that one", by the names given.
  std::vector<std::string> Shared(const std::vector<std::string>& repos) {
    std::vector<std::string> pairs;
    const auto shared = database::InTransaction(stores_.pool, [&](database::Transaction& transaction) {
      database::Array keys;
      for (const std::string& repo : repos) keys.AddText(repo);
      return FindSharedCloneUrls(transaction, keys);
    });
    EXPECT_THAT(shared, testing::IsOk());
    for (const SharedCloneUrl& url : *shared) pairs.push_back(repos[url.index] + ": " + repos[url.first]);
    return pairs;
  }
  absl::Status Submit(const std::vector<std::string>& repos) {
    NewFleet fleet = stores_.NewFleet({.targets = 0});
    for (const std::string& repo : repos) fleet.targets.push_back({repo, ""});
    return stores_.fleets.Create(testing::kAlice, fleet).status();
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 1};
};

TEST_F(CloneUrlRowsTest, FindsWhatIsOneRepository) {
  Import("b/one", "https://git.invalid/x.git");
  Import("b/two", "git@GIT.invalid:x");
  Import("b/other", "https://git.invalid/y.git");
  Import("b/three", "https://git.invalid/x/");
  EXPECT_THAT(Shared({"b/other", "b/two", "b/one", "b/three"}), ElementsAre("b/one: b/two", "b/three: b/two"));
  EXPECT_THAT(Shared({"b/other", "b/one"}), IsEmpty());
  EXPECT_THAT(Shared({}), IsEmpty());
}

TEST_F(CloneUrlRowsTest, FollowsWhatIsImportedLater) {
  Import("b/one", "https://git.invalid/x.git");
  Import("b/two", "https://git.invalid/x");
  Import("b/two", "https://git.invalid/y");
  EXPECT_THAT(Shared({"b/one", "b/two"}), IsEmpty());
  EXPECT_EQ(stores_.Sql("select count(*) from shared_clone_urls"), "0");
  Import("b/one", "https://git.invalid/y.git");
  EXPECT_THAT(Shared({"b/one", "b/two"}), ElementsAre("b/two: b/one"));
  Import("b/three", "https://git.invalid/y.git");
  Import("b/one", "https://git.invalid/x.git");
  EXPECT_THAT(Shared({"b/one", "b/two", "b/three"}), ElementsAre("b/three: b/two"));
}

TEST_F(CloneUrlRowsTest, FindsAPairWithinOneImport) {
  std::vector<RepositoryRecord> records(2);
  records[0].repo = "b/one";
  records[1].repo = "b/two";
  records[0].clone_url = records[1].clone_url = "https://git.invalid/x.git";
  FLEET_ASSERT_OK(stores_.catalog.Import(testing::kAlice, records));
  EXPECT_THAT(Shared({"b/one", "b/two"}), ElementsAre("b/two: b/one"));
}

TEST_F(CloneUrlRowsTest, OfTwoImportsAtOnceOneSeesTheOther) {
  std::future<void> second;
  FLEET_ASSERT_OK(database::InTransaction(stores_.pool, [&](database::Transaction& transaction) -> absl::Status {
    absl::Status kept = LockCloneUrls(transaction);
    if (kept.ok())
      kept = UpdateCloneUrls(transaction, CloneUrlKeys(std::vector<CloneUrl>{{"b/one", "https://git.invalid/x.git"}}));
    second = std::async(std::launch::async, [&] { Import("b/two", "https://git.invalid/x"); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1));
    return kept;
  }));
  second.get();
  EXPECT_THAT(Shared({"b/one", "b/two"}), ElementsAre("b/two: b/one"));
}

TEST_F(CloneUrlRowsTest, MakesUpForImportsOfAnEarlierProgram) {
  for (const char* repo : {"b/a", "b/b", "b/c"}) ImportAsBefore(repo, "https://git.invalid/x.git");
  Import("b/d", "https://git.invalid/z.git");
  ImportAsBefore("b/d", "https://git.invalid/x.git");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string last, stores_.catalog.KeepCloneUrls(""));
  EXPECT_EQ(last, "org/repo-000001");  // from TestStores
  EXPECT_THAT(stores_.catalog.KeepCloneUrls(last), testing::IsOkAndHolds(""));
  EXPECT_THAT(stores_.catalog.KeepCloneUrls(""), testing::IsOkAndHolds(""));
  EXPECT_THAT(Shared({"b/a", "b/b", "b/c", "b/d"}), ElementsAre("b/b: b/a", "b/c: b/a", "b/d: b/a"));
}

TEST_F(CloneUrlRowsTest, AFleetOverTwoNamesOfOneRepositoryIsRefused) {
  Import("b/dup", "https://git.invalid/x.git");
  Import("b/Alias", "ssh://git@git.invalid/x");
  const absl::Status refused = Submit({"org/repo-000001", "b/dup", "b/ALIAS"});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(refused.message()), AllOf(HasSubstr("b/dup"), HasSubstr("b/ALIAS")));
  const ErrorInfo info = GetErrorInfo(refused);
  EXPECT_EQ(info.reason, "DUPLICATE_CLONE_URL");
  ASSERT_EQ(info.violations.size(), 1U);
  EXPECT_EQ(info.violations[0].field, "targets[2].repo");
  EXPECT_EQ(info.violations[0].description, "b/ALIAS has the same clone URL as b/dup");
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_targets"), "0");
  FLEET_EXPECT_OK(Submit({"org/repo-000001", "b/dup"}));
}

TEST_F(CloneUrlRowsTest, ARefusalNamesTheFirstTwenty) {
  std::vector<std::string> repos;
  for (int i = 100; i < 130; ++i) {
    repos.push_back(absl::StrCat("b/r", i));
    Import(repos.back(), "https://git.invalid/x.git");
  }
  const absl::Status refused = Submit(repos);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("and so are 28 more"));
  EXPECT_EQ(GetErrorInfo(refused).violations.size(), 20U);
  EXPECT_EQ(GetErrorInfo(refused).metadata.at("count"), "29");
}

TEST_F(CloneUrlRowsTest, ADeletedRepositoryIsNoneOfThem) {
  Import("b/one", "https://git.invalid/x.git");
  Import("b/two", "https://git.invalid/x.git");
  Import("b/three", "https://git.invalid/x.git");
  FLEET_ASSERT_OK(stores_.catalog.Delete(testing::kAlice, "b/one"));
  EXPECT_THAT(Shared({"b/one", "b/two", "b/three"}), ElementsAre("b/three: b/two"));
  FLEET_ASSERT_OK(stores_.catalog.Delete(testing::kAlice, "b/three"));
  EXPECT_THAT(Shared({"b/one", "b/two", "b/three"}), IsEmpty());
  Import("b/one", "https://git.invalid/x.git");
  EXPECT_THAT(Shared({"b/two", "b/one"}), ElementsAre("b/one: b/two"));
}

}  // namespace
}  // namespace fleet::store
