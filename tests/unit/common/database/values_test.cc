#include "common/database/values.h"

#include <gmock/gmock.h>

#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace fleet::database {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::Optional;
using ::testing::StrEq;

std::string Text(const Value& value) { return value.c_str(); }

TEST(ValueTest, IsPostgresText) {
  EXPECT_EQ(Text(Value(-5)), "-5");
  EXPECT_EQ(Text(Value(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(Text(Value(true)), "t");
  EXPECT_EQ(Text(Value(false)), "f");
  EXPECT_EQ(Text(Value("text")), "text");
  EXPECT_EQ(Text(Value(absl::string_view("view"))), "view");
  EXPECT_EQ(Text(Value(std::string())), "");
  EXPECT_EQ(Text(Value(absl::FromUnixMicros(1'234'567))), "1234567");
}

TEST(ValueTest, AnAbsentOptionalIsNull) {
  EXPECT_THAT(Value::Null().c_str(), IsNull());
  EXPECT_THAT(Value(std::optional<std::string>()).c_str(), IsNull());
  EXPECT_THAT(Value(std::optional<int64_t>(7)).c_str(), StrEq("7"));
  EXPECT_THAT(Value(std::optional<std::string>("")).c_str(), StrEq(""));
}

const std::vector<std::string> kAwkward = {
    "",  "plain", "NULL", "null",     "\"",  "\\",   "\\\"",         "{",  "}", "{a,b}", ",", "a,b", " ", " a ",
    "'", "\n\t",  "\\N",  "\"NULL\"", "a\\", "\\\\", "\xE2\x82\xAC", "$1", "}{"};

TEST(ArrayTest, TextGoesThroughUnchanged) {
  Array array;
  for (const std::string& text : kAwkward) array.AddText(text);
  const auto parsed = ParseArray(Text(array));
  ASSERT_EQ(parsed.size(), kAwkward.size());
  for (std::size_t i = 0; i < kAwkward.size(); ++i) EXPECT_THAT(parsed[i], Optional(kAwkward[i])) << i;
}

TEST(ArrayTest, EachAwkwardTextGoesThroughAlone) {
  for (const std::string& text : kAwkward) {
    Array array;
    array.AddText(text);
    EXPECT_THAT(ParseArray(Text(array)), ElementsAre(Optional(text)));
  }
}

TEST(ArrayTest, RandomTextGoesThroughUnchanged) {
  std::mt19937 random(7);
  constexpr absl::string_view kAlphabet = "ab\"\\{},NUL ' \n";
  for (int round = 0; round < 2000; ++round) {
    Array array;
    std::vector<std::optional<std::string>> expected;
    for (auto count = random() % 5; count > 0; --count) {
      if (random() % 5 == 0) {
        array.AddNull();
        expected.emplace_back();
        continue;
      }
      std::string text;
      for (auto length = random() % 8; length > 0; --length) text += kAlphabet[random() % kAlphabet.size()];
      array.AddText(text);
      expected.emplace_back(text);
    }
    ASSERT_EQ(ParseArray(Text(array)), expected) << Text(array);
  }
}

TEST(ArrayTest, NullIsNotTheTextNull) {
  Array array;
  array.AddNull();
  array.AddText("NULL");
  EXPECT_THAT(ParseArray(Text(array)), ElementsAre(std::nullopt, Optional(std::string("NULL"))));
}

TEST(ArrayTest, Numbers) {
  Array array;
  EXPECT_TRUE(array.empty());
  array.Add(int64_t{1});
  array.Add(std::optional<int64_t>());
  array.Add(std::optional<int64_t>(-3));
  array.Add(absl::FromUnixMicros(4));
  array.Add(std::optional<absl::Time>());
  array.AddBare("5");
  EXPECT_FALSE(array.empty());
  EXPECT_EQ(Text(array), "{1,NULL,-3,4,NULL,5}");
}

TEST(ArrayTest, Empty) {
  EXPECT_EQ(Text(Array()), "{}");
  EXPECT_THAT(ParseArray("{}"), IsEmpty());
  EXPECT_THAT(ParseArray(""), IsEmpty());
}

TEST(ParseArrayTest, ReadsWhatPostgresWrites) {
  EXPECT_THAT(
      ParseArray(R"({a,"b c",NULL,"NULL","q\"q","s\\s",""})"),
      ElementsAre(Optional(std::string("a")), Optional(std::string("b c")), std::nullopt, Optional(std::string("NULL")),
                  Optional(std::string("q\"q")), Optional(std::string("s\\s")), Optional(std::string())));
}

TEST(ParseIntArrayTest, ReadsNumbers) {
  EXPECT_THAT(ParseIntArray("{}"), IsEmpty());
  EXPECT_THAT(ParseIntArray("{7}"), ElementsAre(7));
  EXPECT_THAT(ParseIntArray("{1,-2,2147483647}"), ElementsAre(1, -2, 2147483647));
}

}  // namespace
}  // namespace fleet::database
