#include "common/domain/workflow_rules.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

using ::testing::HasSubstr;

TEST(WorkflowRulesTest, ATitleIsOneLineWithSomethingOnIt) {
  for (const char* good : {"Bump", "a: b # c", "Größe ändern", "👩\u200D🚒 ❤\uFE0F", "$(x) \"quoted\"", "Fleet-Task"}) {
    EXPECT_EQ(TitleProblem(good).what, "") << good;
  }
  EXPECT_EQ(TitleProblem("").what, "is empty");
  for (const char* blank : {" ", "\t", "\n", "\u00A0", "\u200B \u2003", "\uFEFF"}) {
    EXPECT_EQ(TitleProblem(blank).what, "is blank") << blank;
  }
  EXPECT_THAT(TitleProblem("one\ntwo").what, HasSubstr("more than one line"));
  EXPECT_EQ(TitleProblem("one\ntwo").at, 2U);
  EXPECT_THAT(TitleProblem("one\n").what, HasSubstr("ends with a line break"));
  EXPECT_EQ(TitleProblem("one\rtwo").what, "holds the carriage return U+000D at character 4");
  EXPECT_EQ(TitleProblem("a\x1B[31mb").what, "holds the control character U+001B at character 2");
  EXPECT_EQ(TitleProblem("a\tb").what, "holds the control character U+0009 at character 2");
  EXPECT_EQ(TitleProblem("a\u0085z").what, "holds the control character U+0085 at character 2");
  EXPECT_EQ(TitleProblem("a\u2029z").what, "holds the invisible character U+2029 at character 2");
  EXPECT_EQ(TitleProblem("a\u202Ez").what, "holds the invisible character U+202E at character 2");
  EXPECT_EQ(TitleProblem(" a").what, "begins or ends with a blank");
  EXPECT_THAT(TitleProblem("fleet-task : x").what, HasSubstr("trailer"));
  EXPECT_EQ(TitleProblem(std::string(201, 'x')).what, "is longer than 200 characters");
  EXPECT_EQ(TitleProblem(std::string("a\0b", 3)).what, "holds the NUL byte U+0000 at character 2");
}

TEST(WorkflowRulesTest, NamesOfSteps) {
  for (const char* good : {"a", "1st step", "A.b_c-d"}) EXPECT_TRUE(StepNameProblem(good).empty()) << good;
  for (const char* bad : {"", " a", "-a", "a/b", "a\nb", "\xC3\xA9"}) EXPECT_FALSE(StepNameProblem(bad).empty()) << bad;
  EXPECT_EQ(StepNameProblem("a\u200B").what, "holds the invisible character U+200B at character 2");
  EXPECT_TRUE(StepNameProblem(std::string(64, 'a')).empty());
  EXPECT_FALSE(StepNameProblem(std::string(65, 'a')).empty());
}

TEST(WorkflowRulesTest, VariablesThatOthersSetAreRefused) {
  for (const char* good : {"A", "_a9", "fleet_x", "LD_PRELOAD", "HOME", "PATH", "Pwd", "PS4"}) {
    EXPECT_TRUE(VariableNameProblem(good).empty()) << good;
  }
  for (const char* bad : {"", "1A", "A-B", "A B", "A=B"}) {
    EXPECT_THAT(VariableNameProblem(bad).what, HasSubstr("must match")) << bad;
  }
  EXPECT_EQ(VariableNameProblem("A\u00A0").what, "holds the blank U+00A0 at character 2");
  for (const char* taken : {"FLEET_ID", "FLEET_PARAM_X", "GIT_DIR"}) {
    EXPECT_THAT(VariableNameProblem(taken).what, HasSubstr("taken")) << taken;
  }
  for (const char* of_shell : {"PWD", "OLDPWD", "SHLVL", "_", "IFS", "PPID", "OPTIND"}) {
    EXPECT_THAT(VariableNameProblem(of_shell).what, HasSubstr("no effect")) << of_shell;
  }
}

TEST(WorkflowRulesTest, ValuesOfVariablesAreTakenAsTheyStand) {
  EXPECT_TRUE(VariableValueProblem("A", "").empty());
  EXPECT_TRUE(VariableValueProblem("A", "$HOME\nx").empty());
  EXPECT_TRUE(VariableValueProblem("PATH", "/opt/bin:/usr/bin").empty());
  EXPECT_THAT(VariableValueProblem("PATH", "/opt/bin:$PATH").what, HasSubstr("not replaced"));
  EXPECT_EQ(VariableValueProblem("A", std::string("a\0b", 3)).what, "holds the NUL byte U+0000 at character 2");
  EXPECT_EQ(VariableValueProblem("A", "a\nb\u200B").what, "holds the invisible character U+200B at character 2");
  EXPECT_EQ(VariableValueProblem("A", "a\nb\u200B").at, 2U);
  EXPECT_FALSE(VariableValueProblem("A", std::string(10001, 'x')).empty());
}

TEST(WorkflowRulesTest, AStepTakesFromASecondToADay) {
  EXPECT_TRUE(StepTimeoutProblem(absl::Seconds(1)).empty());
  EXPECT_TRUE(StepTimeoutProblem(absl::Hours(24)).empty());
  EXPECT_THAT(StepTimeoutProblem(absl::Hours(24) + absl::Nanoseconds(1)).what, HasSubstr("at most 24h"));
  for (const absl::Duration bad : {absl::ZeroDuration(), absl::Milliseconds(999), -absl::Seconds(5)}) {
    EXPECT_THAT(StepTimeoutProblem(bad).what, HasSubstr("at least 1s")) << bad;
  }
}

TEST(WorkflowRulesTest, NamesThatGitWouldChangeAreRefusedWithWhatItWouldWrite) {
  for (const char* good : {"Ada", "Ada O'Hara", "bot[1]", "(x)", "-x", "\xC3\x89mile", "a, b"}) {
    EXPECT_EQ(AuthorNameProblem(good).what, "") << good;
  }
  EXPECT_THAT(AuthorNameProblem("Ada Jr.").what, HasSubstr("write Ada Jr"));
  EXPECT_THAT(AuthorNameProblem("\"Ada\"").what, HasSubstr("write Ada"));
  EXPECT_THAT(AuthorNameProblem(" Ada ").what, HasSubstr("write Ada"));
  for (const char* nothing : {".", "..", "\"\"", "' '", ",;:\\"}) {
    EXPECT_THAT(AuthorNameProblem(nothing).what, HasSubstr("nothing but")) << nothing;
  }
  for (const char* blank : {"", "   ", "\u00A0"}) EXPECT_EQ(AuthorNameProblem(blank).what, "is blank") << blank;
  for (const char* forged : {"a<b", "a>b", "a\nb", "a\rb"}) {
    EXPECT_THAT(AuthorNameProblem(forged).what, HasSubstr("line break")) << forged;
  }
  EXPECT_EQ(AuthorNameProblem("a\tb").what, "holds the control character U+0009 at character 2");
  EXPECT_EQ(AuthorNameProblem("A\u200Bda").what, "holds the invisible character U+200B at character 2");
  EXPECT_FALSE(AuthorNameProblem(std::string(201, 'x')).empty());
}

TEST(WorkflowRulesTest, AddressesHoldNoSpace) {
  EXPECT_TRUE(AuthorEmailProblem("bot@example.org").empty());
  EXPECT_TRUE(AuthorEmailProblem("fleet@localhost").empty());
  EXPECT_EQ(AuthorEmailProblem("bot @example.org").what, "holds a space");
  EXPECT_THAT(AuthorEmailProblem("<bot@example.org>").what, HasSubstr("holds \"<\""));
  EXPECT_THAT(AuthorEmailProblem("bot@example.org,").what, HasSubstr("write bot@example.org"));
  EXPECT_EQ(AuthorEmailProblem(" ").what, "is blank");
}

TEST(WorkflowRulesTest, AMessageSaysSomethingAndLeavesTheTrailerToFleet) {
  for (const char* good : {"Bump", "Bump\n\n\tindented\n", "# no comment", "Fleet-Tasks: x", "The Fleet-Task: x"}) {
    EXPECT_EQ(CommitMessageProblem(good).what, "") << good;
  }
  for (const char* blank : {"", "   ", "\n\n", "\u200B\n"}) {
    EXPECT_THAT(CommitMessageProblem(blank).what, HasSubstr("is blank")) << blank;
  }
  for (const char* trailer : {"a\n\nFleet-Task: x", "a\n\nfleet-task:x", "a\n\nFLEET-TASK : x\nB: c"}) {
    EXPECT_THAT(CommitMessageProblem(trailer).what, HasSubstr("trailer")) << trailer;
    EXPECT_EQ(CommitMessageProblem(trailer).at, 3U) << trailer;
  }
  EXPECT_EQ(CommitMessageProblem("a\n\x1B[0m").what, "holds the control character U+001B at character 1");
  EXPECT_EQ(CommitMessageProblem("a\n\x1B[0m").at, 2U);
  EXPECT_EQ(CommitMessageProblem("a\r\nb").what, "holds a carriage return (U+000D)");
  EXPECT_FALSE(CommitMessageProblem(std::string(10001, 'x')).empty());
}

TEST(WorkflowRulesTest, ParametersHaveNamesAndOneLineOfMeaning) {
  EXPECT_TRUE(ParameterNameProblem("OWNER").empty());
  EXPECT_THAT(ParameterNameProblem("_a").what, HasSubstr("must match"));
  EXPECT_EQ(ParameterNameProblem("a\u200B").what, "holds the invisible character U+200B at character 2");
  EXPECT_TRUE(DescriptionProblem("").empty());
  EXPECT_TRUE(DescriptionProblem("who owns it").empty());
  EXPECT_EQ(DescriptionProblem("a\nb").what, "holds the control character U+000A at character 2");
  EXPECT_FALSE(DescriptionProblem(std::string(201, 'x')).empty());
}

TEST(WorkflowRulesTest, APoolIsNamedAsRunnersNameIt) {
  for (const std::string& good : {std::string("gpu"), std::string("gpu-2"), std::string(63, 'g')}) {
    EXPECT_EQ(PoolNameProblem(good).what, "") << good;
  }
  for (const std::string& bad : {std::string(), std::string("GPU"), std::string("2gpu"), std::string(64, 'g')}) {
    EXPECT_EQ(PoolNameProblem(bad).what, "must match [a-z][a-z0-9-]{0,62}") << bad;
  }
  EXPECT_EQ(PoolNameProblem("gpu\u200B").what, "holds the invisible character U+200B at character 4");
}

}  // namespace
}  // namespace fleet::domain
