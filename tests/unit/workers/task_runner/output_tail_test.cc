#include "workers/task_runner/output_tail.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

TEST(OutputTailTest, KeepsShortOutputWhole) {
  OutputTail tail(8);
  tail.Append("abc");
  tail.Append("def");
  EXPECT_EQ(tail.Text(), "abcdef");
}

TEST(OutputTailTest, KeepsTheEndOfSmallPieces) {
  OutputTail tail(4);
  for (char c = 'a'; c <= 'z'; ++c) tail.Append(std::string(1, c));
  EXPECT_EQ(tail.Text(), "wxyz");
  EXPECT_EQ(tail.total_bytes(), 26u);
}

TEST(OutputTailTest, KeepsTheEndOfOneLargePiece) {
  OutputTail tail(4);
  tail.Append("12");
  tail.Append(absl::StrCat(std::string(1000, 'x'), "tail"));
  EXPECT_EQ(tail.Text(), "tail");
}

TEST(OutputTailTest, LastLinesSkipsBlankLinesAndCuts) {
  OutputTail tail(100);
  tail.Append("first\nsecond  \r\n\n   \nthird\n");
  EXPECT_EQ(tail.LastLines(2, 100), "second\nthird");
  EXPECT_EQ(tail.LastLines(1, 3), "ird");
  EXPECT_EQ(OutputTail(4).LastLines(3, 10), "");
}

}  // namespace
}  // namespace fleet::runner
