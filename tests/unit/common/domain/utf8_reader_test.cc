#include "common/domain/utf8_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace fleet::domain {
namespace {

using ::testing::ElementsAre;

std::vector<char32_t> Read(absl::string_view text) {
  std::vector<char32_t> read;
  Utf8Reader reader(text);
  while (const auto next = reader.Next()) read.push_back(*next);
  return read;
}

TEST(Utf8ReaderTest, ReadsCharactersOfEveryLength) {
  EXPECT_THAT(Read("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), ElementsAre(U'a', U'\u00E9', U'\u20AC', U'\U0001F600'));
  EXPECT_THAT(Read(absl::string_view("\0z", 2)), ElementsAre(U'\0', U'z'));
  EXPECT_THAT(Read(""), ElementsAre());
}

TEST(Utf8ReaderTest, EveryBrokenByteIsAReplacement) {
  EXPECT_THAT(Read("\xFFz"), ElementsAre(0xFFFD, U'z'));
  EXPECT_THAT(Read("\xE2\x82z"), ElementsAre(0xFFFD, 0xFFFD, U'z'));
  EXPECT_THAT(Read("\xED\xA0\x80"), ElementsAre(0xFFFD, 0xFFFD, 0xFFFD));
  EXPECT_THAT(Read("\xF0\x9F\x98"), ElementsAre(0xFFFD, 0xFFFD, 0xFFFD));
}

TEST(Utf8ReaderTest, TellsWhereItIs) {
  Utf8Reader reader("\xC3\xA9z");
  reader.Next();
  EXPECT_EQ(reader.position(), 2U);
  reader.Next();
  EXPECT_EQ(reader.position(), 3U);
}

TEST(Utf8ReaderTest, WhatIsReadCanBeWritten) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF";
  std::string written;
  for (const char32_t code_point : Read(text)) AppendUtf8(code_point, written);
  EXPECT_EQ(written, text);
}

}  // namespace
}  // namespace fleet::domain
