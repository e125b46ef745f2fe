#include "cli/fleetctl/output/text_sanitizer.h"

#include <cstdint>
#include <string>

#include "common/domain/character_rules.h"
#include "common/domain/utf8_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

TEST(TextSanitizerTest, RemovesColoursAndOtherControlSequences) {
  EXPECT_EQ(SanitizeLine("\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1Hhome"), "red home");
  EXPECT_EQ(SanitizeLine("a\xC2\x9B"
                         "31mb"),
            "ab");
}

TEST(TextSanitizerTest, RemovesControlStringsWithTheirContent) {
  EXPECT_EQ(SanitizeLine("a\x1b]0;evil title\x07"
                         "b"),
            "ab");
  EXPECT_EQ(SanitizeLine("a\x1b]8;;http://evil\x1b\\link"), "alink");
  EXPECT_EQ(SanitizeLine("a\x1bPq#0\x1b\\b"), "ab");
}

TEST(TextSanitizerTest, UnendedControlStringEndsWithItsLine) {
  EXPECT_EQ(SanitizeText("a\x1b]0;never ended\nsecond line"), "asecond line");
}

TEST(TextSanitizerTest, RemovesControlsAndBidirectionalMarks) {
  EXPECT_EQ(SanitizeLine(std::string("a\0b\x08"
                                     "c\x7f"
                                     "d",
                                     7)),
            "abcd");
  EXPECT_EQ(SanitizeLine("user\u202Egnp.exe\u2066x\u2069\u200F\u061C\uFEFF\u200B"), "usergnp.exex");
}

// What a request may hold is shown, and nothing else is: the two lists are one.
TEST(TextSanitizerTest, RemovesWhatNoTextForPeopleMayHoldAndNothingElse) {
  for (char32_t code_point = 0xA0; code_point <= 0x10FFFF;
       code_point = code_point == 0xD7FF ? 0xE000 : code_point + 1) {
    std::string text = "a";
    domain::AppendUtf8(code_point, text);
    text += "b";
    const bool refused = domain::FindBadCharacter(text, domain::TextKind::kLine).has_value();
    ASSERT_EQ(SanitizeLine(text), refused ? "ab" : text) << std::hex << uint32_t{code_point};
  }
  EXPECT_EQ(SanitizeLine("a\u115F\u3164\u2800\U000E0100b"), "a\U000E0100b");
}

TEST(TextSanitizerTest, KeepsOrdinaryTextOfAnyLanguage) {
  const std::string text = "Grüße, 世界 — 👩\u200D💻 é می\u200Cخواهم ❤\uFE0F";
  EXPECT_EQ(SanitizeLine(text), text);
}

TEST(TextSanitizerTest, ALineHasNoLineBreaks) { EXPECT_EQ(SanitizeLine("a\r\n\n\tb\nc\n"), "a b c"); }

TEST(TextSanitizerTest, TextKeepsLinesAndTabs) {
  EXPECT_EQ(SanitizeText("a\r\nb\n\tc\r10%\r20%\n"), "a\nb\n\tc\n10%\n20%\n");
}

TEST(TextSanitizerTest, ReplacesInvalidUtf8) {
  EXPECT_EQ(SanitizeLine("a\xFF"
                         "b"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(SanitizeLine("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(SanitizeLine("cut \xE4\xB8"), "cut \uFFFD\uFFFD");
  EXPECT_EQ(SanitizeLine("\xED\xA0\x80"
                         "z"),
            "\uFFFD\uFFFD\uFFFDz");
}

TEST(TextSanitizerTest, SequenceAtTheEndIsRemoved) {
  EXPECT_EQ(SanitizeLine("a\x1b"), "a");
  EXPECT_EQ(SanitizeLine("a\x1b["), "a");
  EXPECT_EQ(SanitizeLine("a\x1b]0;t"), "a");
}

}  // namespace
}  // namespace fleet::cli
