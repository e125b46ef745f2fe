#include "common/domain/character_rules.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/utf8_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

using ::testing::HasSubstr;

constexpr TextKind kAllKinds[] = {TextKind::kName, TextKind::kLine, TextKind::kLines};

std::string With(char32_t code_point) {
  std::string text = "a";
  AppendUtf8(code_point, text);
  return text + "b";
}

TEST(CharacterRulesTest, WhatShowsIsFine) {
  for (const TextKind kind : kAllKinds) {
    for (const char* good :
         {"", "acme/shop", "a b", "Größe", "日本語", "עברית", "e\u0301", "\uFFFD", "🚒", "\u0600١"}) {
      EXPECT_EQ(CharacterProblem(good, kind), "") << good;
    }
  }
}

TEST(CharacterRulesTest, WhatNobodySeesIsRefusedEverywhere) {
  // Zero width, soft hyphen, bidi controls, byte order mark, tags, fillers, separators, format characters,
  // noncharacters.
  for (const char32_t code_point :
       {0x200BU, 0x2060U,  0xADU,    0x61CU,   0x200EU,  0x200FU,  0x202AU,   0x202EU, 0x2066U, 0x2069U,
        0xFEFFU, 0xE0001U, 0xE0041U, 0xE007FU, 0xE0080U, 0x115FU,  0x3164U,   0xFFA0U, 0x2028U, 0x2029U,
        0x180EU, 0x2064U,  0x2065U,  0xFFF9U,  0x1D173U, 0x13430U, 0x1BCA0U,  0x17B4U, 0x2800U, 0xFFFEU,
        0xFDD0U, 0x1FFFFU, 0xFFF0U,  0x206FU,  0x2063U,  0x2061U,  0x10FFFFU, 0xE01F0U}) {
    for (const TextKind kind : kAllKinds) {
      const auto bad = FindBadCharacter(With(code_point), kind);
      ASSERT_TRUE(bad.has_value()) << std::hex << uint32_t{code_point};
      EXPECT_THAT(bad->what, HasSubstr("invisible character U+")) << std::hex << uint32_t{code_point};
      EXPECT_EQ(bad->character, 2U);
    }
  }
}

TEST(CharacterRulesTest, WhatTextIsPutTogetherWithIsForPeopleOnly) {
  for (const char* text : {"👩\u200D🚒", "❤\uFE0F", "می\u200Cخواهم", "葛\U000E0100", "a\u180Bb", "a\u034Fb"}) {
    EXPECT_EQ(CharacterProblem(text, TextKind::kLine), "") << text;
    EXPECT_EQ(CharacterProblem(text, TextKind::kLines), "") << text;
    EXPECT_THAT(CharacterProblem(text, TextKind::kName), HasSubstr("invisible character U+")) << text;
  }
}

TEST(CharacterRulesTest, BlanksOfOtherScriptsAreForPeopleOnly) {
  for (const char* text : {"a\u00A0b", "a\u2003b", "a\u202Fb", "a\u3000b"}) {
    EXPECT_EQ(CharacterProblem(text, TextKind::kLine), "") << text;
    EXPECT_THAT(CharacterProblem(text, TextKind::kName), HasSubstr("holds the blank U+")) << text;
  }
}

TEST(CharacterRulesTest, ControlsAreRefusedButLineBreaksAndTabsInLongerTexts) {
  for (char32_t code_point = 0; code_point < 0xA0; code_point = code_point == 0x1F ? 0x7F : code_point + 1) {
    const bool breaks = code_point == '\n' || code_point == '\t';
    for (const TextKind kind : kAllKinds) {
      EXPECT_EQ(FindBadCharacter(With(code_point), kind).has_value(), !breaks || kind != TextKind::kLines)
          << std::hex << uint32_t{code_point};
    }
  }
  EXPECT_EQ(CharacterProblem("a\r\nb\r\n", TextKind::kLines), "");
  EXPECT_EQ(CharacterProblem("a\r", TextKind::kLines), "") << "the last line need not be ended";
  EXPECT_EQ(CharacterProblem("a\rb", TextKind::kLines), "holds the carriage return U+000D at character 2");
  EXPECT_EQ(CharacterProblem("a\tb", TextKind::kLine), "holds the control character U+0009 at character 2");
  EXPECT_EQ(CharacterProblem(std::string("\0", 1), TextKind::kLines), "holds the NUL byte U+0000 at character 1");
}

TEST(CharacterRulesTest, NamesTheFirstAndItsPlaceInCharacters) {
  EXPECT_EQ(CharacterProblem("äöü\u200B\u200C", TextKind::kName),
            "holds the invisible character U+200B at character 4");
  const auto bad = FindBadCharacter("äöü\nß\u200B", TextKind::kLines);
  ASSERT_TRUE(bad.has_value());
  EXPECT_EQ(bad->character, 6U);
  EXPECT_EQ(bad->line, 2U);
  EXPECT_EQ(bad->column, 2U);
}

TEST(CharacterRulesTest, WhatIsNotUtf8IsRefusedWithItsByte) {
  EXPECT_EQ(CharacterProblem("ä\xFF", TextKind::kLines), "is not UTF-8: byte FF at character 2");
  // Cut short, overlong, a surrogate, beyond Unicode.
  for (const char* bad : {"\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    for (const TextKind kind : kAllKinds) EXPECT_THAT(CharacterProblem(bad, kind), HasSubstr("is not UTF-8: byte "));
  }
}

TEST(CharacterRulesTest, OfOneCharacterTheSameIsSaidAsOfALine) {
  for (char32_t code_point = 0; code_point <= 0x10FFFF; code_point = code_point == 0xD7FF ? 0xE000 : code_point + 1) {
    ASSERT_NE(MayStandInLine(code_point), FindBadCharacter(With(code_point), TextKind::kLine).has_value())
        << std::hex << uint32_t{code_point};
  }
}

TEST(CharacterRulesTest, FindsTheFirstThatIsNotPrintableAscii) {
  EXPECT_EQ(FirstNonAscii("https://h/a%20b~"), "");
  EXPECT_EQ(FirstNonAscii("acm\u0435/x"), "U+0435 at character 4");
  EXPECT_EQ(FirstNonAscii("a b"), "U+0020 at character 2");
  EXPECT_EQ(FirstNonAscii("a\x7F"), "U+007F at character 2");
  EXPECT_EQ(FirstNonAscii("a\xFF"), "byte FF at character 2");
}

TEST(CharacterRulesTest, BlankIsWhatShowsNothing) {
  for (const char* blank : {"", " \t\r\n", "\u00A0\u2003\u3000", "\u200B\u200D\uFEFF", "\u2800", "\u3164"}) {
    EXPECT_TRUE(IsBlank(blank)) << blank;
  }
  for (const char* seen : {".", " a", "\u200Bä", "\x1B", "\xFF"}) EXPECT_FALSE(IsBlank(seen)) << seen;
}

}  // namespace
}  // namespace fleet::domain
