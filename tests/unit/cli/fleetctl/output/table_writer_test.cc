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

TEST(TableWriterTest, PadsColumnsAndShowsWhatIsMissing) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {"REPO", "STATE", "COST"});
  table.Add({std::string("acme/shop"), std::string("RUNNING"), std::string("")});
  table.Add({std::string("a/b"), std::string("QUEUED"), std::string("$0.0100")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       STATE    COST\n"
            "acme/shop  RUNNING  —\n"
            "a/b        QUEUED   $0.0100\n");
}

TEST(TableWriterTest, CutsTheWidestColumnToTheTerminal) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(30), {"REPO", "RESULT"});
  table.Add({std::string("acme/shop"), std::string("a very long message that does not fit at all")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       RESULT\n"
            "acme/shop  a very long messag…\n");
}

TEST(TableWriterTest, CutsNothingWithoutATerminal) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {"RESULT"});
  table.Add({std::string(500, 'x')});
  table.Flush();
  EXPECT_EQ(out.str(), "RESULT\n" + std::string(500, 'x') + "\n");
}

TEST(TableWriterTest, LaterPagesKeepTheWidthsOfTheFirst) {
  std::ostringstream out;
  TableWriter table(out, TerminalOf(40), {"REPO", "STATE"});
  table.Add({std::string("acme/shop"), std::string("RUNNING")});
  table.Flush();
  table.Add({std::string("acme/much-longer"), std::string("QUEUED")});
  table.Flush();
  EXPECT_EQ(out.str(),
            "REPO       STATE\n"
            "acme/shop  RUNNING\n"
            "acme/muc…  QUEUED\n");
}

TEST(TableWriterTest, HeaderStandsAloneWithoutRows) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {"REPO", "STATE"});
  table.Flush();
  EXPECT_EQ(out.str(), "REPO  STATE\n");
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
  Terminal terminal;
  terminal.colors = true;
  TableWriter table(out, terminal, {"STATE", "REPO"});
  table.Add({{"FAILED", Color::kRed}, std::string("a/b")});
  table.Flush();
  EXPECT_EQ(out.str(), "STATE   REPO\n\x1b[31mFAILED\x1b[0m  a/b\n");
}

TEST(TableWriterTest, WideCharactersStayAligned) {
  std::ostringstream out;
  TableWriter table(out, Terminal(), {"A", "B"});
  table.Add({std::string("世界"), std::string("x")});
  table.Add({std::string("abcd"), std::string("y")});
  table.Flush();
  EXPECT_EQ(out.str(), "A     B\n世界  x\nabcd  y\n");
}

}  // namespace
}  // namespace fleet::cli
