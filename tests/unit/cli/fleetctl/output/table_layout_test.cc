#include "cli/fleetctl/output/table_layout.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;

// As `tasks` has them, in short.
class TableLayoutTest : public ::testing::Test {
 protected:
  const std::vector<TableColumn> columns_ = {DetailColumn("ORDINAL", 1), "REPO", "STATE", DetailColumn("COST", 2),
                                             TextColumn("RESULT")};
  std::vector<ColumnNeed> needs_ = {{7, false}, {20, false}, {9, false}, {7, false}, {60, false}};
};

TEST_F(TableLayoutTest, WhatFitsIsShownWithoutACut) {
  const TableLayout layout = FitTable(columns_, needs_, 111);
  EXPECT_FALSE(layout.stacked);
  EXPECT_THAT(layout.shown, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(layout.widths, ElementsAre(7, 20, 9, 7, 60));
}

TEST_F(TableLayoutTest, TheLastColumnGetsWhatIsLeft) {
  EXPECT_THAT(FitTable(columns_, needs_, 120).widths, ElementsAre(7, 20, 9, 7, 69));
}

TEST_F(TableLayoutTest, TextIsCutBeforeAnythingIsLeftOut) {
  const TableLayout layout = FitTable(columns_, needs_, 100);
  EXPECT_THAT(layout.shown, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(layout.widths, ElementsAre(7, 20, 9, 7, 49));
}

TEST_F(TableLayoutTest, EmptyColumnsGoFirst) {
  needs_[3].empty = true;
  const TableLayout layout = FitTable(columns_, needs_, 90);
  EXPECT_THAT(layout.shown, ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(layout.widths, ElementsAre(7, 20, 9, 48));
}

TEST_F(TableLayoutTest, DetailsGoNextInTheirOrder) {
  EXPECT_THAT(FitTable(columns_, needs_, 85).shown, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(FitTable(columns_, needs_, 75).shown, ElementsAre(1, 2, 4));
}

TEST_F(TableLayoutTest, DetailsGiveWayUntilTextIsReadable) {
  const std::vector<ColumnNeed> needs = {{26, false}, {6, false}, {90, false}};
  EXPECT_THAT(FitTable({"FLEET", DetailColumn("FAILED", 1), TextColumn("TASK", 20)}, needs, 60).widths,
              ElementsAre(26, 6, 24));
  EXPECT_THAT(FitTable({"FLEET", DetailColumn("FAILED", 1), TextColumn("TASK")}, needs, 60).widths,
              ElementsAre(26, 32));
}

TEST_F(TableLayoutTest, TextIsCutBeforeALateColumnGoesAndDetailsGoBefore) {
  const std::vector<TableColumn> columns = {DetailColumn("ORDINAL", 1), "REPO", LateColumn("OUTCOME"),
                                            TextColumn("RESULT")};
  const std::vector<ColumnNeed> needs = {{7, false}, {30, false}, {13, false}, {60, false}};
  EXPECT_THAT(FitTable(columns, needs, 96).shown, ElementsAre(0, 1, 2, 3)) << "7 + 2 + 30 + 2 + 13 + 2 + 40";
  EXPECT_THAT(FitTable(columns, needs, 95).shown, ElementsAre(1, 2, 3));
  const TableLayout cut = FitTable(columns, needs, 67);
  EXPECT_THAT(cut.shown, ElementsAre(1, 2, 3));
  EXPECT_THAT(cut.widths, ElementsAre(30, 13, 20));
  EXPECT_THAT(FitTable(columns, needs, 66).shown, ElementsAre(1, 3));
  EXPECT_FALSE(FitTable(columns, needs, 52).stacked);
  EXPECT_TRUE(FitTable(columns, needs, 51).stacked);
}

TEST_F(TableLayoutTest, RepositoriesAndStatesAreNeverCut) {
  for (int width = 1; width < 130; ++width) {
    const TableLayout layout = FitTable(columns_, needs_, width);
    if (layout.stacked) continue;
    int total = kColumnGap * (static_cast<int>(layout.shown.size()) - 1);
    for (std::size_t at = 0; at < layout.shown.size(); ++at) {
      total += layout.widths[at];
      if (layout.shown[at] != 4) {
        EXPECT_GE(layout.widths[at], needs_[layout.shown[at]].width) << width;
      }
    }
    EXPECT_LE(total, width);
  }
}

TEST_F(TableLayoutTest, WhatCannotFitIsStacked) {
  EXPECT_FALSE(FitTable(columns_, needs_, 53).stacked);  // 20 + 2 + 9 + 2 + 20
  const TableLayout layout = FitTable(columns_, needs_, 52);
  EXPECT_TRUE(layout.stacked);
  EXPECT_THAT(layout.shown, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(TableLayoutTest, TheWidestOfTwoTextsIsCut) {
  const std::vector<TableColumn> columns = {"REPO", TextColumn("REASON"), TextColumn("MESSAGE")};
  EXPECT_THAT(FitTable(columns, {{10, false}, {25, false}, {80, false}}, 79).widths, ElementsAre(10, 25, 40));
  EXPECT_THAT(FitTable(columns, {{10, false}, {80, false}, {80, false}}, 74).widths, ElementsAre(10, 30, 30));
}

TEST_F(TableLayoutTest, ATableWithoutRowsHasAHeader) {
  for (ColumnNeed& need : needs_) need.empty = true;
  EXPECT_THAT(FitTable(columns_, needs_, 80).shown, ElementsAre(1, 2, 4));
}

}  // namespace
}  // namespace fleet::cli
