#include "cli/fleetctl/output/display_width.h"

#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("Grüße…"), 6);
  EXPECT_EQ(DisplayWidth("世界"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("🚀"), 2);
}

TEST(DisplayWidthTest, KnowsScriptsBeyondTheCommonOnes) {
  EXPECT_EQ(DisplayWidth("⌚✅"), 4) << "emoji outside the emoji blocks";
  EXPECT_EQ(DisplayWidth("🌡"), 1) << "a pictograph that is text unless U+FE0F follows";
  EXPECT_EQ(DisplayWidth("か\u3099"), 2) << "a combining mark among wide characters";
  EXPECT_EQ(DisplayWidth("\u05E9\u05B8"), 1) << "Hebrew with a point";
  EXPECT_EQ(DisplayWidth("\uE000"), 1) << "private use";
}

TEST(DisplayWidthTest, CutsAtTheColumn) {
  EXPECT_EQ(CutToWidth("abcdef", 6), "abcdef");
  EXPECT_EQ(CutToWidth("abcdef", 5), "abcd…");
  EXPECT_EQ(CutToWidth("世界世界", 6), "世界…");
  EXPECT_EQ(CutToWidth("abc", 1), "…");
  EXPECT_EQ(CutToWidth("abc", 0), "");
}

TEST(DisplayWidthTest, NeverSplitsACharacter) { EXPECT_EQ(CutToWidth("ab世界", 4), "ab…"); }

}  // namespace
}  // namespace fleet::cli
