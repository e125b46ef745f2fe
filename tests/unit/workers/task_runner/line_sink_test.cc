#include "workers/task_runner/line_sink.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "workers/task_runner/output_text.h"

namespace fleet::runner {
namespace {

using ::testing::ElementsAre;

struct Taken {
  std::vector<std::string> records;
  LineSink Sink(char end, OutputBounds bounds = {}) {
    return {end, bounds, [this](absl::string_view record) { records.emplace_back(record); }};
  }
};

TEST(LineSinkTest, TakesLinesHoweverTheyAreCut) {
  Taken taken;
  LineSink sink = taken.Sink('\n');
  for (const char* piece : {"on", "e\ntwo\n\nth", "", "r", "ee"}) EXPECT_TRUE(sink.Append(piece));
  EXPECT_THAT(taken.records, ElementsAre("one", "two", ""));
  sink.Finish();
  sink.Finish();
  EXPECT_THAT(taken.records, ElementsAre("one", "two", "", "three"));
  EXPECT_EQ(sink.excess(), "");
}

TEST(LineSinkTest, TakesRecordsWithNewlines) {
  Taken taken;
  LineSink sink = taken.Sink('\0');
  EXPECT_TRUE(sink.Append(absl::string_view("a\nb\0c\0", 6)));
  EXPECT_THAT(taken.records, ElementsAre("a\nb", "c"));
}

TEST(LineSinkTest, HasEnoughOfALineThatIsTooLong) {
  for (const bool in_one_piece : {false, true}) {
    Taken taken;
    LineSink sink = taken.Sink('\n', {1000, 4});
    EXPECT_TRUE(sink.Append("four\n"));
    EXPECT_TRUE(in_one_piece || sink.Append("fi"));
    EXPECT_FALSE(sink.Append(in_one_piece ? "fives\nsix\n" : "ves\nsix\n"));
    EXPECT_FALSE(sink.Append("\nsix\n"));
    EXPECT_THAT(taken.records, ElementsAre("four"));
    EXPECT_EQ(sink.excess(), "a line of more than 4 bytes");
  }
  Taken taken;
  LineSink endless = taken.Sink('\n', {1000, 4});
  EXPECT_FALSE(endless.Append("fives"));
}

TEST(LineSinkTest, HasEnoughOfTooMuch) {
  Taken taken;
  LineSink sink = taken.Sink('\n', {6, 4});
  EXPECT_TRUE(sink.Append("a\nb\nc\n"));
  EXPECT_FALSE(sink.Append("d"));
  EXPECT_EQ(sink.excess(), "more than 6 bytes");
}

TEST(OutputTextTest, NeverPassesAPartForTheWhole) {
  OutputText whole(6);
  EXPECT_TRUE(whole.Append("abc"));
  EXPECT_TRUE(whole.Append("def"));
  EXPECT_EQ(whole.text(), "abcdef");
  EXPECT_FALSE(whole.exceeded());
  EXPECT_FALSE(whole.Append("g"));
  EXPECT_FALSE(whole.Append(""));
  EXPECT_TRUE(whole.exceeded());
}

}  // namespace
}  // namespace fleet::runner
