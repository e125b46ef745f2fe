#include "workers/task_runner/clean_text.h"

#include <string>

#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

std::string Clean(absl::string_view text) { return CleanText(text, 1000, Keep::kStart); }

TEST(CleanTextTest, KeepsValidTextOfEveryLength) {
  const std::string text = "a\tb\n\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  EXPECT_EQ(Clean(text), text);
}

TEST(CleanTextTest, RemovesNulAndReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Clean(absl::string_view("a\0b", 3)), "ab");
  EXPECT_EQ(Clean("x\xFFy"), "x\xEF\xBF\xBDy");
  EXPECT_EQ(Clean("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
  EXPECT_EQ(Clean("\xED\xA0\x80").size(), 9u);               // surrogate
  EXPECT_EQ(Clean("\xF4\x90\x80\x80").size(), 12u);          // above U+10FFFF
  EXPECT_EQ(Clean("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // cut short
}

TEST(CleanTextTest, CutsBetweenCharactersAtEitherEnd) {
  const std::string euros = "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";
  EXPECT_EQ(CleanText(euros, 5, Keep::kStart), euros.substr(0, 3));
  EXPECT_EQ(CleanText(euros, 5, Keep::kEnd), euros.substr(6));
  EXPECT_EQ(CleanText("abcdef", 2, Keep::kEnd), "ef");
}

TEST(RedactCredentialsTest, RemovesUserInformationOnly) {
  EXPECT_EQ(RedactCredentials("see https://u:p@h/a@b and ssh://git@h/x."), "see https://***@h/a@b and ssh://***@h/x.");
  EXPECT_EQ(RedactCredentials("https://h/a mail me@h"), "https://h/a mail me@h");
  EXPECT_EQ(RedactCredentials("'https://p@ss@h/'"), "'https://***@h/'");
}

}  // namespace
}  // namespace fleet::runner
