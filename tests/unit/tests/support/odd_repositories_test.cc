#include "tests/support/odd_repositories.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"

namespace fleet::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class OddRepositoriesTest : public ::testing::Test {
 protected:
  OddRepositoriesTest() : directory_(absl::StrCat(::testing::TempDir(), "odd_repositories_test_", getpid())) {
    std::filesystem::create_directories(directory_);
  }
  ~OddRepositoriesTest() override { std::filesystem::remove_all(directory_); }

  // What a script prints; fails the test if it does not succeed.
  std::string Run(const std::string& script) {
    ChildProcess::Options options;
    options.argv = {"sh", "-euc", "exec > output; " + script};
    options.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    options.working_directory = directory_;
    FLEET_EXPECT_OK(ChildProcess::Run(options)) << script;
    std::ifstream output(directory_ + "/output", std::ios::binary);
    return {std::istreambuf_iterator<char>(output), std::istreambuf_iterator<char>()};
  }

  std::string directory_;
};

TEST_F(OddRepositoriesTest, EachHasANameOfItsOwnAndAnExpectationThatSaysSomething) {
  std::set<std::string> names;
  for (const OddRepository& odd : AllOddRepositories()) {
    SCOPED_TRACE(odd.name);
    EXPECT_THAT(odd.name, MatchesRegex("[a-z0-9-]+"));
    EXPECT_TRUE(names.insert(odd.name).second);
    EXPECT_FALSE(odd.step.empty());
    EXPECT_LE(odd.step.size(), 10000U) << "longer than a parameter may be";
    const Expected& expected = odd.expected;
    EXPECT_EQ(expected.end == Expected::End::kBranchPushed, !expected.changes.empty());
    EXPECT_EQ(expected.end == Expected::End::kFailed, expected.reason != domain::FailureReason::kUnspecified);
    for (const std::string& change : expected.changes) {
      EXPECT_THAT(change.substr(0, 9), MatchesRegex("[ADMT] (100644|100755|120000|160000) "));
    }
    for (const auto& [path, content] : expected.contents) {
      const auto names_it = [&path = path](const std::string& change) { return change.substr(9) == path; };
      EXPECT_TRUE(std::any_of(expected.changes.begin(), expected.changes.end(), names_it)) << path;
    }
  }
}

TEST_F(OddRepositoriesTest, EachCanBeMadeAndClonedWithPlainGit) {
  for (const OddRepository& odd : AllOddRepositories()) {
    SCOPED_TRACE(odd.name);
    const std::string bare = absl::StrCat(directory_, "/", odd.name, ".git");
    FLEET_ASSERT_OK(MakeOddRepository(odd, bare));
    Run(absl::StrCat("git clone -q --bare --single-branch --no-tags 'file://", bare, "' clone; rm -rf clone"));
    std::filesystem::remove_all(bare);
  }
  EXPECT_EQ(Run("ls"), "output\n") << "something is left over";
}

TEST_F(OddRepositoriesTest, TheSameEntryGivesTheSameCommitsEachTime) {
  int differing = 0;
  for (const OddRepository& odd : AllOddRepositories()) {
    // Of the files themselves the commits are those of a stream without any choice.
    if (odd.setup.find("git commit-tree") == std::string::npos || ++differing > 5) continue;
    SCOPED_TRACE(odd.name);
    FLEET_ASSERT_OK(MakeOddRepository(odd, directory_ + "/first"));
    FLEET_ASSERT_OK(MakeOddRepository(odd, directory_ + "/second"));
    EXPECT_EQ(Run("git -C first for-each-ref"), Run("git -C second for-each-ref"));
    Run("rm -r first second");
  }
  EXPECT_GT(differing, 5);
}

TEST_F(OddRepositoriesTest, FilesAreStoredByteForByteWhateverTheAttributesAndTheirNames) {
  const OddRepository odd = {.name = "odd",
                             .files = {{".gitattributes", "* text\n"},
                                       {"a", "a\r\n"},
                                       {"x\ny\"\\\xff", "y\n", "100755"},
                                       {"link", "a", "120000"},
                                       {"mod", std::string(40, '1'), "160000"}}};
  FLEET_ASSERT_OK(MakeOddRepository(odd, directory_ + "/odd"));
  EXPECT_EQ(Run("git -C odd show main:a"), "a\r\n");
  EXPECT_EQ(Run("git -C odd ls-tree -r --format='%(objectmode) %(path)' main"),
            "100644 .gitattributes\n100644 a\n120000 link\n160000 mod\n100755 \"x\\ny\\\"\\\\\\377\"\n");
}

TEST_F(OddRepositoriesTest, ASetupThatFailsIsNamedWithItsWords) {
  const OddRepository odd = {.name = "odd", .files = {{"a", "a\n"}}, .setup = "echo no such luck; false; true"};
  EXPECT_THAT(MakeOddRepository(odd, directory_ + "/odd"),
              StatusIs(absl::StatusCode::kInternal, AllOf(HasSubstr("odd: "), HasSubstr("no such luck"))));
}

TEST_F(OddRepositoriesTest, WithoutFilesItIsEmptyAndOfTheFormatAskedFor) {
  FLEET_ASSERT_OK(MakeOddRepository({.name = "odd", .object_format = "sha256"}, directory_ + "/odd"));
  EXPECT_THAT(Run("git -C odd for-each-ref"), IsEmpty());
  EXPECT_EQ(Run("git -C odd rev-parse --show-object-format"), "sha256\n");
}

TEST_F(OddRepositoriesTest, HooksRefuseAPush) {
  const OddRepository odd = {
      .name = "odd", .files = {{"a", "a\n"}}, .setup = "hook pre-receive 'echo \"not today\"; exit 1'"};
  FLEET_ASSERT_OK(MakeOddRepository(odd, directory_ + "/odd"));
  EXPECT_THAT(Run("git -C odd push \"$PWD/odd\" main:other 2>&1 || true"),
              AllOf(HasSubstr("not today"), HasSubstr("pre-receive hook declined")));
}

}  // namespace
}  // namespace fleet::testing
