#include "cli/fleetctl/input/repos_file.h"

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ReposFileTest, ReadsNamesInOrder) {
  const auto repos = ParseReposFile({"repos.txt", "# ours\nacme/shop\r\n\r\n  acme/web  # the site\n\tb/c\n"});
  ASSERT_TRUE(repos.ok()) << repos.status();
  EXPECT_THAT(*repos, ElementsAre("acme/shop", "acme/web", "b/c"));
}

TEST(ReposFileTest, LastLineNeedsNoLineBreak) {
  EXPECT_THAT(*ParseReposFile({"repos.txt", "acme/shop"}), ElementsAre("acme/shop"));
}

TEST(ReposFileTest, NamesTheLineOfAMalformedName) {
  const auto repos = ParseReposFile({"repos.txt", "acme/shop\n\nnot a repo\n"});
  EXPECT_EQ(repos.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(repos.status().message()), HasSubstr("repos.txt:3: \"not a repo\""));
}

TEST(ReposFileTest, RefusesRepeatedNamesInAnyCase) {
  const auto repos = ParseReposFile({"repos.txt", "acme/shop\nb/c\nAcme/Shop\n"});
  EXPECT_EQ(repos.status().message(), "repos.txt:3: \"Acme/Shop\" stands in line 1 already");
}

TEST(ReposFileTest, TellsSeveralMistakesAtOnce) {
  const auto repos = ParseReposFile({"repos.txt", "x\na/b\ny\n"});
  const ErrorInfo info = GetErrorInfo(repos.status());
  ASSERT_EQ(info.violations.size(), 2U);
  EXPECT_EQ(info.violations[0].field, "repos.txt:1");
  EXPECT_EQ(info.violations[1].field, "repos.txt:3");
}

TEST(ReposFileTest, CountsAllMistakesButNamesTwenty) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "bad\n";
  const auto repos = ParseReposFile({"repos.txt", text});
  EXPECT_THAT(std::string(repos.status().message()), HasSubstr("50 mistakes"));
  EXPECT_EQ(GetErrorInfo(repos.status()).violations.size(), 20U);
}

TEST(ReposFileTest, RefusesAnEmptyList) {
  EXPECT_EQ(ParseReposFile({"repos.txt", "# nothing\n\n"}).status().message(), "repos.txt: names no repository");
}

TEST(ReposFileTest, TakesTheTableOfRepoImport) {
  for (const char* table : {"repo,clone_url,default_branch\r\nacme/shop,https://h/s,main\r\nb/c,https://h/c,\r\n",
                            "# ours\n\n\"Clone_URL\",\"Repo\"\nhttps://h/s,acme/shop\n,\nhttps://h/c, b/c\n"}) {
    const auto repos = ParseReposFile({"r.csv", table});
    ASSERT_TRUE(repos.ok()) << repos.status();
    EXPECT_THAT(*repos, ElementsAre("acme/shop", "b/c"));
  }
}

TEST(ReposFileTest, NamesTheLinesOfATableToo) {
  const auto repos = ParseReposFile({"r.csv", "repo,clone_url\na/b,https://h/b\nnonsense,x\nA/B,x\n"});
  const ErrorInfo info = GetErrorInfo(repos.status());
  ASSERT_EQ(info.violations.size(), 2U);
  EXPECT_EQ(info.violations[0].field, "r.csv:3");
  EXPECT_EQ(info.violations[1].field, "r.csv:4");
  EXPECT_EQ(ParseReposFile({"r.csv", "repo,owner\na/b,x\n"}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReposFileTest, SaysOnceThatAnotherTableIsNone) {
  for (const char* table : {"a/b,https://h/b,main\nc/d,https://h/d,main\n", "repo;clone_url\na/b;https://h/b\n"}) {
    EXPECT_THAT(std::string(ParseReposFile({"r.csv", table}).status().message()),
                HasSubstr("r.csv:1: looks like a table: write one owner/name a line"));
  }
}

TEST(ReposFileTest, NamesWhatNobodySees) {
  EXPECT_EQ(ParseReposFile({"repos.txt", "a/b\nacme/sh\u200Bop\n"}).status().message(),
            "repos.txt:2: holds the invisible character U+200B at character 8");
  EXPECT_EQ(ParseReposFile({"repos.txt", "a/b # \u202E\n"}).status().message(),
            "repos.txt:1: holds the invisible character U+202E at character 7");
}

}  // namespace
}  // namespace fleet::cli
