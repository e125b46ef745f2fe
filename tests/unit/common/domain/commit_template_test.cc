#include "common/domain/commit_template.h"

#include <string>

#include "common/domain/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(CommitTemplateTest, KnownPlaceholdersAreFine) {
  for (const char* text : {"", "plain", "{{task}}", "Bump {{ param.library }} to {{param.to}}", "{{", "}} {{", "{{\n}}",
                           "{task}", "$(x) {x}"}) {
    EXPECT_EQ(PlaceholderProblem(text, {}).what, "") << text;
  }
  EXPECT_EQ(PlaceholderProblem("{{param.owner}}", {"OWNER", "YEAR"}).what, "") << "case does not tell them apart";
}

TEST(CommitTemplateTest, UnknownOnesAreNamedWithTheirLine) {
  for (const char* text :
       {"{{tsk}}", "{{}}", "{{TASK}}", "{{param.}}", "{{param.a-b}}", "{{params.x}}", "{{{task}}}"}) {
    EXPECT_THAT(PlaceholderProblem(text, {}).what, HasSubstr("unknown placeholder {{")) << text;
  }
  const RuleProblem problem = PlaceholderProblem("{{task}}\n\nBy {{author}}", {});
  EXPECT_EQ(problem.what, "has the unknown placeholder {{author}}: {{task}} and {{param.NAME}} are known");
  EXPECT_EQ(problem.at, 3U);
  EXPECT_EQ(PlaceholderProblem("{{param.to}}", {"OWNER", "YEAR"}).what,
            "has {{param.to}}, which is not among parameters: OWNER, YEAR");
}

TEST(CommitTemplateTest, ValuesStandInTheirPlaces) {
  EXPECT_EQ(FillPlaceholders("Bump {{param.library}} to {{ param.TO }}\n\n{{task}}\n", "because",
                             {{"LIBRARY", "zlib"}, {"to", "1.3"}}),
            "Bump zlib to 1.3\n\nbecause\n");
  EXPECT_EQ(FillPlaceholders("a {{param.x}}b {{unknown}} {{", "", {}), "a b {{unknown}} {{");
  EXPECT_EQ(FillPlaceholders("{{param.x}}", "", {{"x", "{{task}} $(x)"}}), "{{task}} $(x)") << "not filled in again";
}

TEST(CommitTemplateTest, AValueIsOneLine) {
  EXPECT_EQ(FillPlaceholders("T\n\n{{task}}", " one\r\n\ttwo\n\nFleet-Task: forged\n\x1B", {}),
            "T\n\none two Fleet-Task: forged");
}

TEST(CommitTemplateTest, ValuesAndTheFirstLineAreBounded) {
  std::string euros;
  for (int i = 0; i < 300; ++i) euros += "€";
  const std::string filled = FillPlaceholders("Title {{task}}\n\n{{task}}", euros, {});
  const std::string first = filled.substr(0, filled.find('\n'));
  EXPECT_EQ(CountCharacters(first), 200U);
  EXPECT_THAT(first, EndsWith("€…"));
  EXPECT_EQ(CountCharacters(filled.substr(first.size() + 2)), 200U);
  EXPECT_EQ(FillPlaceholders(std::string(300, 'x'), "", {}), std::string(300, 'x')) << "what was applied before stays";
}

}  // namespace
}  // namespace fleet::domain
