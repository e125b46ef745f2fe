#include "cli/fleetctl/input/repository_csv.h"

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ErrorOf(const std::string& text) {
  return std::string(ParseRepositoryCsv({"r.csv", text}).status().message());
}

TEST(RepositoryCsvTest, ReadsRowsWithoutAHeader) {
  const auto rows =
      ParseRepositoryCsv({"r.csv", "acme/shop,https://h/acme/shop.git,main\r\nb/c,ssh://git@h/b/c.git\r\n"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].repo(), "acme/shop");
  EXPECT_EQ((*rows)[0].clone_url(), "https://h/acme/shop.git");
  EXPECT_EQ((*rows)[0].default_branch(), "main");
  EXPECT_EQ((*rows)[1].default_branch(), "");
}

TEST(RepositoryCsvTest, AHeaderSetsTheOrder) {
  const auto rows = ParseRepositoryCsv({"r.csv", "Default_Branch,repo,clone_url\nmain,a/b,https://h/b\n"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[0].repo(), "a/b");
  EXPECT_EQ((*rows)[0].clone_url(), "https://h/b");
  EXPECT_EQ((*rows)[0].default_branch(), "main");
}

TEST(RepositoryCsvTest, ReadsQuotedFields) {
  const auto rows = ParseRepositoryCsv({"r.csv", "\"a/b\",\"https://h/a,\"\"b\"\"\",\"main\"\n\nc/d,https://h/d,\n"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[0].clone_url(), "https://h/a,\"b\"");
  EXPECT_EQ((*rows)[1].repo(), "c/d");
}

TEST(RepositoryCsvTest, NamesLineAndColumn) {
  EXPECT_THAT(ErrorOf("a/b,https://h/b,main\nc/d,https://h/d,bad..branch\n"),
              HasSubstr("r.csv:2:17: default_branch \"bad..branch\""));
  EXPECT_THAT(ErrorOf("a/b,https://h/b,main\nnonsense,https://h/d\n"), HasSubstr("r.csv:2:1: repo \"nonsense\""));
  EXPECT_EQ(ErrorOf("a/b\n"), "r.csv:1: clone_url is missing");
  EXPECT_EQ(ErrorOf("a/b,https://h/b,main,extra\n"), "r.csv:1:22: more than 3 fields");
}

TEST(RepositoryCsvTest, NamesThePlaceOfBrokenQuoting) {
  EXPECT_EQ(ErrorOf("a/b,https://h/b\"x\n"), "r.csv:1:16: a quote inside a field that does not begin with one");
  EXPECT_EQ(ErrorOf("\"a/b\"x,https://h/b\n"), "r.csv:1:6: text after a closing quote");
  EXPECT_EQ(ErrorOf("a/b,\"https://h/b\nc/d,x\n"), "r.csv:1:5: a quote that is never closed");
}

TEST(RepositoryCsvTest, LinesAreCountedThroughQuotedLineBreaks) {
  EXPECT_THAT(ErrorOf("a/b,\"https://h/\nb\",main\nbad,https://h/x\n"), HasSubstr("2 mistakes"));
  const ErrorInfo info =
      GetErrorInfo(ParseRepositoryCsv({"r.csv", "a/b,\"https://h/\nb\",main\nbad,https://h/x\n"}).status());
  ASSERT_EQ(info.violations.size(), 2U);
  EXPECT_EQ(info.violations[1].field, "r.csv:3:1");
}

TEST(RepositoryCsvTest, RefusesUnknownRepeatedAndMissingColumns) {
  EXPECT_EQ(ErrorOf("repo,clone_url,owner\n"), "r.csv:1:16: unknown column \"owner\"");
  EXPECT_EQ(ErrorOf("repo,clone_url,repo\n"), "r.csv:1:16: column repo stands there twice");
  EXPECT_EQ(ErrorOf("repo,default_branch\n"), "r.csv:1: column clone_url is missing");
}

TEST(RepositoryCsvTest, RefusesRepeatedRepositories) {
  EXPECT_EQ(ErrorOf("a/b,https://h/b\nA/B,https://h/b\n"), "r.csv:2:1: repo \"A/B\" stands in line 1 already");
}

TEST(RepositoryCsvTest, NeverRepeatsACloneUrl) {
  const std::string error = ErrorOf("a/b,https://user:hunter2@h/b\n");
  EXPECT_THAT(error, HasSubstr("r.csv:1:5: clone_url"));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

TEST(RepositoryCsvTest, RefusesAnEmptyTable) {
  EXPECT_EQ(ErrorOf("repo,clone_url\n"), "r.csv: holds no repository");
  EXPECT_EQ(ErrorOf(""), "r.csv: holds no repository");
}

TEST(RepositoryCsvTest, SkipsCommentsAndWhatHasNoText) {
  const auto rows = ParseRepositoryCsv({"r.csv",
                                        "# of the \"shop\" team\nrepo,clone_url,default_branch,,\n,,\n  # and more\n"
                                        "a/b,https://h/b,main,,\n , ,\t\nc/d,https://h/d,\n"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].default_branch(), "main");
  EXPECT_EQ((*rows)[1].repo(), "c/d");
  EXPECT_TRUE(ParseRepositoryCsv({"r.csv", "a/b,https://h/b,main,,\n"}).ok());
  EXPECT_EQ(ErrorOf("repo,clone_url,\na/b,https://h/b,main\n"), "r.csv:2:17: text in a column without a name");
}

TEST(RepositoryCsvTest, SaysThatCommasAreExpected) {
  EXPECT_EQ(ErrorOf("a/b;https://h/b;main\nc/d;https://h/d;main\n"),
            "r.csv:1:1: fields are separated by \";\", commas are expected");
  EXPECT_EQ(ErrorOf("sep=;\nrepo;clone_url\n"), "r.csv:1:1: fields are separated by \";\", commas are expected");
  EXPECT_EQ(ErrorOf("repo\tclone_url\na/b\thttps://h/b\n"),
            "r.csv:1:1: fields are separated by a tab, commas are expected");
  EXPECT_EQ(ErrorOf("a/b,https://h/b\nc/d;https://h/d\n"),
            "r.csv:2:1: fields are separated by \";\", commas are expected");
}

TEST(RepositoryCsvTest, EveryRowIsAsLongAsTheHeader) {
  EXPECT_EQ(ErrorOf("repo,clone_url,default_branch\na/b,https://h/b,\nc/d,https://h/d\n"),
            "r.csv:3: has 2 of the header's 3 fields");
  EXPECT_TRUE(ParseRepositoryCsv({"r.csv", "repo,clone_url,\na/b,https://h/b\n"}).ok()) << "the last has no name";
}

TEST(RepositoryCsvTest, NamesWhatNobodySees) {
  EXPECT_EQ(ErrorOf("b/x,https://git.example.com/x.git\u200B,main\n"),
            "r.csv:1:5: clone_url: holds U+200B at character 30: leave it out, or percent-encode it");
  EXPECT_THAT(ErrorOf("b/x,https://git.example.com/x.git\u00A0,main\n"), HasSubstr("U+00A0 at character 30"));
  EXPECT_THAT(ErrorOf("b/x\u200B,https://h/x,main\n"), HasSubstr("U+200B at character 4"));
  EXPECT_THAT(ErrorOf("b/x,https://h/x,ma\u00ADin\n"), HasSubstr("U+00AD at character 3"));
  EXPECT_THAT(ErrorOf("repo,clone_url,de\u200Bfault_branch\n"), HasSubstr("U+200B at character 3"));
}

TEST(RepositoryCsvTest, SaysWhichBranchIsMeant) {
  EXPECT_THAT(ErrorOf("a/b,https://h/b,origin/main\n"), HasSubstr("r.csv:1:17: default_branch \"origin/main\""));
  EXPECT_THAT(ErrorOf("a/b,https://h/b,refs/heads/main\n"), HasSubstr("write \"main\""));
  EXPECT_THAT(ErrorOf("a/b,https://h/b,HEAD\n"), HasSubstr("leave it empty"));
}

}  // namespace
}  // namespace fleet::cli
