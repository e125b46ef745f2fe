#include "common/domain/text.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace fleet::domain {
namespace {

struct Utf8Case {
  const char* name;
  absl::string_view bytes;
  bool valid;
};

class Utf8Test : public ::testing::TestWithParam<Utf8Case> {};

TEST_P(Utf8Test, IsJudged) { EXPECT_EQ(IsValidUtf8(GetParam().bytes), GetParam().valid); }

TEST_P(Utf8Test, IsValidOnceCleaned) {
  const std::string clean = CleanText(GetParam().bytes);
  EXPECT_TRUE(IsValidUtf8(clean)) << absl::CHexEscape(clean);
  EXPECT_EQ(clean == GetParam().bytes, GetParam().valid) << absl::CHexEscape(clean);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Utf8Test,
    ::testing::Values(Utf8Case{"Empty", "", true}, Utf8Case{"Ascii", "plain \t\n text", true},
                      Utf8Case{"Highest1", "\x7F", true}, Utf8Case{"Lowest2", "\xC2\x80", true},
                      Utf8Case{"Highest2", "\xDF\xBF", true}, Utf8Case{"Lowest3", "\xE0\xA0\x80", true},
                      Utf8Case{"BeforeSurrogates", "\xED\x9F\xBF", true},
                      Utf8Case{"AfterSurrogates", "\xEE\x80\x80", true}, Utf8Case{"Highest3", "\xEF\xBF\xBF", true},
                      Utf8Case{"Lowest4", "\xF0\x90\x80\x80", true}, Utf8Case{"Highest", "\xF4\x8F\xBF\xBF", true},
                      Utf8Case{"LoneContinuation", "\x80", false}, Utf8Case{"Overlong2", "\xC0\xAF", false},
                      Utf8Case{"Overlong2Highest", "\xC1\xBF", false}, Utf8Case{"Overlong3", "\xE0\x9F\xBF", false},
                      Utf8Case{"Overlong4", "\xF0\x8F\xBF\xBF", false},
                      Utf8Case{"FirstSurrogate", "\xED\xA0\x80", false},
                      Utf8Case{"LastSurrogate", "\xED\xBF\xBF", false}, Utf8Case{"TooHigh", "\xF4\x90\x80\x80", false},
                      Utf8Case{"ImpossibleFirst", "\xF5\x80\x80\x80", false}, Utf8Case{"Fe", "\xFE", false},
                      Utf8Case{"Ff", "\xFF", false}, Utf8Case{"Cut2", "a\xC3", false},
                      Utf8Case{"Cut3", "a\xE2\x82", false}, Utf8Case{"Cut4", "a\xF0\x9F\x98", false},
                      Utf8Case{"BrokenOff", "\xE2\x82z", false}, Utf8Case{"FiveBytes", "\xF8\x88\x80\x80\x80", false}),
    [](const auto& instance) { return instance.param.name; });

TEST(CleanTextTest, DropsNulBytes) {
  EXPECT_EQ(CleanText(absl::string_view("a\0b\0", 4)), "ab");
  EXPECT_EQ(CleanText(absl::string_view("\0", 1)), "");
}

TEST(CleanTextTest, ReplacesEveryBadByteAndKeepsTheRest) {
  EXPECT_EQ(CleanText("a\xFF\xFE z\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD z\xEF\xBF\xBD");
  EXPECT_EQ(CleanText("\xE2\x82z"), "\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(CountCharactersTest, CountsCodePointsNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0U);
  EXPECT_EQ(CountCharacters("abc"), 3U);
  EXPECT_EQ(CountCharacters("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

// Each character has another length: a cut at every byte meets every case.
constexpr absl::string_view kMixed = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";

TEST(KeepTest, NeverSplitsACharacterAtAnyCut) {
  const std::string text(kMixed);
  for (std::size_t limit = 0; limit <= text.size() + 2; ++limit) {
    const std::string head = KeepHead(text, limit);
    const std::string tail = KeepTail(text, limit);
    EXPECT_LE(head.size(), limit);
    EXPECT_LE(tail.size(), limit);
    EXPECT_TRUE(IsValidUtf8(head)) << limit;
    EXPECT_TRUE(IsValidUtf8(tail)) << limit;
    EXPECT_EQ(text.substr(0, head.size()), head);
    EXPECT_EQ(text.substr(text.size() - tail.size()), tail);
    // No more is lost than the one character that does not fit.
    EXPECT_GT(head.size() + 4, std::min(limit, text.size())) << limit;
    EXPECT_GT(tail.size() + 4, std::min(limit, text.size())) << limit;
  }
}

TEST(KeepTest, KeepsWhatFits) {
  EXPECT_EQ(KeepHead("abc", 3), "abc");
  EXPECT_EQ(KeepTail("abc", 3), "abc");
  EXPECT_EQ(KeepHead("abc", 2), "ab");
  EXPECT_EQ(KeepTail("abc", 2), "bc");
  EXPECT_EQ(KeepHead("abc", 0), "");
  EXPECT_EQ(KeepTail("abc", 0), "");
}

TEST(KeepTest, EndsOnTextThatIsNotUtf8) {
  EXPECT_EQ(KeepHead("\x80\x80\x80\x80", 2), "");
  EXPECT_EQ(KeepTail("\x80\x80\x80\x80", 2), "");
}

}  // namespace
}  // namespace fleet::domain
