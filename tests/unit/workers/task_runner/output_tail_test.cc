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

TEST(OutputTailTest, CopiesWhatIsAppendedOnce) {
  OutputTail copy(100);
  OutputTail whole(8);
  whole.CopyTo(&copy);
  whole.Append("==> step\n");
  OutputTail step(8);
  step.CopyTo(whole.copy());
  step.Append("a line that is long\n");
  EXPECT_EQ(copy.Text(), "==> step\na line that is long\n") << "as it comes, and whole";
  whole.AppendTail(step);
  whole.CopyTo(nullptr);
  whole.Append("later");
  EXPECT_EQ(copy.Text(), "==> step\na line that is long\n");
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

TEST(OutputTailTest, ALogSaysWhatWasCutAndGoesOnWithAWholeLine) {
  OutputTail tail(200);
  tail.Append("short\n");
  EXPECT_EQ(tail.Log(tail.Text(), 200), "short\n");
  for (int i = 100; i < 200; ++i) tail.Append(absl::StrCat("line ", i, "\n"));
  const std::string log = tail.Log(tail.Text(), 200);
  EXPECT_LE(log.size(), 200u);
  // 906 bytes were written, and 15 lines of 9 are kept.
  EXPECT_EQ(log.substr(0, 42), "[cut: 771 bytes before this]\nline 185\nline");
  EXPECT_EQ(log.substr(log.size() - 9), "line 199\n");
}

TEST(OutputTailTest, ALogWithoutAnyLineIsCutWhereItMustBe) {
  OutputTail tail(100);
  tail.Append(std::string(1000, 'x'));
  EXPECT_EQ(tail.Log(tail.Text(), 100), absl::StrCat("[cut: 964 bytes before this]\n", std::string(36, 'x')));
}

TEST(OutputTailTest, WhatAStepLostIsLostInTheLog) {
  OutputTail step(100);
  step.Append(std::string(1000, 'x'));
  step.Append("\nend\n");
  OutputTail log(100);
  log.AppendTail(step);
  EXPECT_EQ(log.total_bytes(), 1005u);
  EXPECT_EQ(log.Log(log.Text(), 100), "[cut: 1001 bytes before this]\nend\n");
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
