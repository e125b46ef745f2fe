#include "cli/fleetctl/output/table_writer.h"

#include <sstream>

#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

Terminal TerminalOf(int columns) {
  Terminal terminal;
  terminal.width = [columns] { return columns; };
  return terminal;
}

TEST(TableWriterTest, PadsColumnsOnATerminalAndShowsWhatIsMissing) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(80), {"REPO", "STATE", "COST"});
  table.Add({std::string("acme/shop"), std::string("RUNNING"), std::string("")});
  table.Add({std::string("a/b"), std::string("QUEUED"), std::string("$0.0100")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       STATE    COST\n"
            "acme/shop  RUNNING  —\n"
            "a/b        QUEUED   $0.0100\n");
}

TEST(TableWriterTest, CutsTextToTheTerminal) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(35), {"REPO", TextColumn("RESULT")});
  table.Add({std::string("acme/shop"), std::string("a very long message that does not fit at all")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       RESULT\n"
            "acme/shop  a very long message tha…\n");
}

TEST(TableWriterTest, StacksWhatCannotFit) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(30), {"REPO", "COST", TextColumn("RESULT")});
  table.Add({std::string("acme/shop"), std::string(""), std::string("a message that the terminal may wrap")});
  table.Add({std::string("acme/web"), std::string("$0.0100"), std::string("")});
  table.Flush();
  table.Add({std::string("a/b"), std::string(""), std::string("")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO    acme/shop\n"
            "RESULT  a message that the terminal may wrap\n"
            "\n"
            "REPO    acme/web\n"
            "COST    $0.0100\n"
            "\n"
            "REPO    a/b\n");
}

TEST(TableWriterTest, IsPlainWithOneTabBetweenCellsWithoutATerminal) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {DetailColumn("ORDINAL", 1), "REPO", "COST", TextColumn("RESULT")});
  table.Add({std::string("1"), std::string("acme/shop"), std::string(""), std::string(500, 'x')});
  table.Add({std::string("2"), std::string("a/b"), std::string(""), std::string("one\ttwo")});
  table.Flush();
  table.Add({std::string("3"), std::string("a/c"), std::string("$1.0000"), std::string("y")});
  table.Flush();
  EXPECT_EQ(out.str(), "ORDINAL\tREPO\tCOST\tRESULT\n1\tacme/shop\t—\t" + std::string(500, 'x') +
                           "\n2\ta/b\t—\tone two\n3\ta/c\t$1.0000\ty\n");
}

TEST(TableWriterTest, LaterPagesKeepTheColumnsOfTheFirst) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(40), {"REPO", "STATE"});
  table.Add({std::string("acme/shop"), std::string("RUNNING")});
  table.Flush();
  table.Add({std::string("acme/web"), std::string("QUEUED")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       STATE\n"
            "acme/shop  RUNNING\n"
            "acme/web   QUEUED\n");
}

TEST(TableWriterTest, ALaterPageThatDoesNotFitThemHasAHeaderOfItsOwn) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(40), {"REPO", "STATE", TextColumn("RESULT")});
  table.Add({std::string("acme/shop"), std::string("RUNNING"), std::string("")});
  table.Flush();
  table.Add({std::string("acme/much-longer"), std::string("QUEUED"), std::string("")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       STATE    RESULT\n"
            "acme/shop  RUNNING  —\n"
            "\n"
            "REPO              STATE    RESULT\n"
            "acme/much-longer  QUEUED   —\n");
}

TEST(TableWriterTest, HeaderStandsAloneWithoutRows) {
  for (const int width : {0, 80}) {
    std::ostringstream out;
    TableWriter table(out, TerminalOf(width), {"REPO", "STATE"});
    table.Flush();
    EXPECT_EQ(out.str(), width == 0 ? "REPO\tSTATE\n" : "REPO  STATE\n");
  }
}

TEST(TableWriterTest, SanitisesCells) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {"RESULT"});
  table.Add({std::string("a\x1b[2Jb\nc")});
  table.Flush();
  EXPECT_EQ(out.str(), "RESULT\nab c\n");
}

TEST(TableWriterTest, ColoursTakeNoRoom) {
  std::ostringstream out;
  Terminal terminal = TerminalOf(80);
  terminal.colors = true;
  TableWriter table(out, terminal, {"STATE", "REPO"});
  table.Add({{"FAILED", Color::kRed}, std::string("a/b")});
  table.Flush();
  EXPECT_EQ(out.str(), "STATE   REPO\n\x1b[31mFAILED\x1b[0m  a/b\n");
}

TEST(TableWriterTest, WideCharactersStayAligned) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(80), {"A", "B"});
  table.Add({std::string("世界"), std::string("x")});
  table.Add({std::string("abcd"), std::string("y")});
  table.Flush();
  EXPECT_EQ(out.str(), "A     B\n世界  x\nabcd  y\n");
}

}  // namespace
}  // namespace fleet::cli
