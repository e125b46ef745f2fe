#include "common/domain/program_rules.h"

#include <string>
#include <vector>

#include "common/domain/program_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

// ---- First lines

struct FirstLineCase {
  const char* script;
  const char* remedy;
};

TEST(ScriptRulesTest, AFirstLineWithoutInterpreterIsRefusedWithWhatToWrite) {
  for (const auto& [script, remedy] : {
           FirstLineCase{"#!/bin/bash\nx", "write interpreter: [/bin/bash]"},
           FirstLineCase{"#!/bin/sh\nx", "write interpreter: [/bin/sh]"},
           FirstLineCase{"#! /bin/bash -e\nx", "write interpreter: [/bin/bash, -e]"},
           FirstLineCase{"#!/usr/bin/env python3\nx", "write interpreter: [python3]"},
           FirstLineCase{"#!/usr/bin/env -S deno run --allow-read\nx", "interpreter: [deno, run, --allow-read]"},
           FirstLineCase{"#!/usr/bin/env -Sbash -eu\nx", "interpreter: [bash, -eu]"},
           FirstLineCase{"#!/usr/bin/env --split-string=bash -eu\nx", "interpreter: [bash, -eu]"},
           FirstLineCase{"#!/usr/bin/env -S LC_ALL=C awk -f\nx", "interpreter: [/usr/bin/env, LC_ALL=C, awk, -f]"},
           FirstLineCase{"#!/usr/bin/env -i bash\nx", "interpreter: [/usr/bin/env, -i, bash]"},
           FirstLineCase{"#!/usr/bin/php -d a:b\nx", "interpreter: [/usr/bin/php, -d, \"a:b\"]"},
           FirstLineCase{"#!/bin/bash\r\nx", "write interpreter: [/bin/bash]"},
           FirstLineCase{"\n  #!/bin/bash\nx", "write interpreter: [/bin/bash]"},
           FirstLineCase{"#!/bin/bash", "write interpreter: [/bin/bash]"},
           FirstLineCase{"#!\nx", "leave it out"},
           FirstLineCase{"#!/usr/bin/env\nx", "leave it out"},
       }) {
    const RuleProblem problem = ScriptProblem(script, {});
    EXPECT_THAT(problem.what, HasSubstr("begins with \"#!\", which nothing obeys")) << script;
    EXPECT_THAT(problem.what, HasSubstr(remedy)) << script;
  }
  EXPECT_THAT(ScriptProblem("\uFEFF#!/bin/bash\nx", {}).what, HasSubstr("invisible character U+FEFF"));
  EXPECT_EQ(ScriptProblem("\n\n#!/bin/bash\nx", {}).at, 3U);
  EXPECT_LT(ScriptProblem("#!" + std::string(90000, 'x'), {}).what.size(), 400U);
}

TEST(ScriptRulesTest, WhatIsNotAtTheBeginningIsText) {
  for (const char* script : {"# #!/bin/bash\nx", "x\n#!/bin/bash", "cat > run <<'E'\n#!/bin/bash\nE\n", "echo '#!'"}) {
    EXPECT_EQ(ScriptProblem(script, {}).what, "") << script;
  }
}

struct PairCase {
  const char* script;
  Words interpreter;
};

TEST(ScriptRulesTest, AFirstLineThatSaysTheSameAsTheInterpreterIsFine) {
  for (const auto& [script, interpreter] : {
           PairCase{"#!/bin/bash\nx", {"bash"}},
           PairCase{"#!/bin/bash -eu\nx", {"/usr/bin/bash", "-u", "-e"}},
           PairCase{"#!/usr/bin/env python3\nx", {"python3.11", "-I"}},
           PairCase{"#!/usr/bin/env python3\nx", {"env", "-i", "python"}},
           PairCase{"#!/usr/bin/env python3\nx", {"uv", "run", "--script"}},
           PairCase{"#!/usr/bin/env bash\nx", {"timeout", "9", "bash"}},
           PairCase{"#!/bin/sh\nx", {"bash", "-eu"}},
           PairCase{"#!/usr/bin/perl -w\nx", {"perl"}},
           PairCase{"#!/usr/bin/awk -f\nx", {"gawk", "-f"}},
           PairCase{"#!\nx", {"bash"}},
           PairCase{"x\n", {"bash"}},
       }) {
    EXPECT_EQ(ScriptProblem(script, interpreter).what, "") << script << YamlList(interpreter);
  }
}

TEST(ScriptRulesTest, AFirstLineThatContradictsTheInterpreterIsRefused) {
  for (const auto& [script, interpreter] : {
           PairCase{"#!/bin/bash\nx", {"python3"}},
           PairCase{"#!/bin/bash\nx", {"/bin/sh", "-eu"}},
           PairCase{"#!/usr/bin/env python3\nx", {"/bin/bash"}},
           PairCase{"#!/usr/bin/env ruby\nx", {"env", "-i", "node"}},
           PairCase{"\n#!/usr/bin/env deno\nx", {"node"}},
       }) {
    EXPECT_THAT(ScriptProblem(script, interpreter).what, HasSubstr("but its interpreter is")) << script;
  }
  const RuleProblem lost = ScriptProblem("#!/bin/bash -eu\nx", {"bash", "-e"});
  EXPECT_THAT(lost.what, HasSubstr("-eu, which its interpreter lacks: write interpreter: [/bin/bash, -eu]"));
  EXPECT_EQ(lost.at, 1U);
  EXPECT_FALSE(ScriptProblem("#!/usr/bin/python3 -I\nx", {"python3"}).empty());
}

// ---- The rest of a script

TEST(ScriptRulesTest, AScriptDoesSomething) {
  EXPECT_EQ(ScriptProblem("true", {}).what, "");
  EXPECT_EQ(ScriptProblem(":", {"bash"}).what, "");
  for (const char* blank : {"", " ", "\n \t\n", "\r\n"}) EXPECT_EQ(ScriptProblem(blank, {"cat"}).what, "is blank");
  for (const Words& interpreter : {Words{}, Words{"bash"}, Words{"python3"}}) {
    EXPECT_EQ(ScriptProblem("# a\n\n  # b\n", interpreter).what, "does nothing: it has only comments");
  }
  EXPECT_EQ(ScriptProblem("# a heading\n", {"pandoc"}).what, "");
  EXPECT_EQ(ScriptProblem(std::string("a\0b", 3), {}).what, "holds the NUL byte U+0000 at character 2");
  EXPECT_EQ(ScriptProblem(std::string(100001, 'x'), {}).what, "is longer than 100000 characters");
}

TEST(ScriptRulesTest, AShellStumblesOverCarriageReturns) {
  const RuleProblem problem = ScriptProblem("echo a\necho b\r\n", {});
  EXPECT_THAT(problem.what, HasSubstr("carriage return"));
  EXPECT_EQ(problem.at, 2U);
  EXPECT_FALSE(ScriptProblem("echo a\r\n", {"/bin/bash"}).empty());
  EXPECT_TRUE(ScriptProblem("print(1)\r\n", {"python3"}).empty());
  EXPECT_TRUE(ScriptProblem("printf 'a\\r\\n'\n", {}).empty());
}

TEST(ScriptRulesTest, WhatNobodySeesIsRefusedWithItsLine) {
  for (const Words& interpreter : {Words{}, Words{"python3"}}) {
    EXPECT_EQ(ScriptProblem("\uFEFFecho a\n", interpreter).what, "holds the invisible character U+FEFF at character 1");
    const RuleProblem reversed = ScriptProblem("true\nx \u202E # y\n", interpreter);
    EXPECT_EQ(reversed.what, "holds the invisible character U+202E at character 3");
    EXPECT_EQ(reversed.at, 2U);
  }
  EXPECT_TRUE(ScriptProblem("echo '👩\u200D🚒'\n", {}).empty());
}

// ---- Programs

TEST(CommandRulesTest, AcceptsProgramsAndTheirArguments) {
  for (const Words& command : {Words{"npm", "test"},
                               {"./gradlew"},
                               {"/opt/My App/run", "a b"},
                               {"sh", "-c", "a && b"},
                               {"bash", "-eu", "script.sh"},
                               {"bash", "--version"},
                               {"python3", "-V"},
                               {"env", "A=1", "make"},
                               {"find", ".", "-exec", "rm", "{}", ";"},
                               {"expr", "1", "|", "2"},
                               {"envsubst", "$HOME"},
                               {"[", "-e", "README", "]"},
                               {"g++", ""},
                               {"bin/a=b"},
                               {}}) {
    EXPECT_EQ(CommandProblem(command).what, "") << YamlList(command);
  }
}

struct CommandCase {
  Words command;
  const char* problem;
  std::size_t at;
};

TEST(CommandRulesTest, RefusesWhatIsNoProgram) {
  for (const auto& [command, what, at] : {
           CommandCase{{"npm test"}, "write [npm, test]", 1},
           CommandCase{{"npm run", "a b"}, "write [npm, run, \"a b\"]", 1},
           CommandCase{{" npm "}, "write [npm]", 1},
           CommandCase{{"/bin/bash -e"}, "write [/bin/bash, -e]", 1},
           CommandCase{{"./gradlew build"}, "write [./gradlew, build]", 1},
           CommandCase{{"node ./x.js"}, "write [node, ./x.js]", 1},
           CommandCase{{""}, "is empty", 1},
           CommandCase{{" ", "x"}, "is empty", 1},
           CommandCase{{"cd", "src"}, "is a part of the shell", 1},
           CommandCase{{"export", "A=1"}, "is a part of the shell", 1},
           CommandCase{{"CI=1", "npm", "test"}, "write it under environment", 1},
           CommandCase{{"~/bin/x"}, "as it stands", 1},
           CommandCase{{"$HOME/bin/x"}, "as it stands", 1},
           CommandCase{{"npm", "test", "&&", "npm", "x"}, "no shell reads it", 3},
           CommandCase{{"npm", "test", "2>&1"}, "no shell reads it", 3},
           CommandCase{{"sh"}, "standard input, which is empty", 0},
           CommandCase{{"/bin/bash", "-eu"}, "standard input, which is empty", 0},
           CommandCase{{"python3"}, "standard input, which is empty", 0},
           CommandCase{{"bash", "-ec"}, "lacks what -c shall run", 2},
       }) {
    const RuleProblem problem = CommandProblem(command);
    EXPECT_THAT(problem.what, HasSubstr(what)) << YamlList(command);
    EXPECT_EQ(problem.at, at) << YamlList(command);
  }
  EXPECT_EQ(CommandProblem({"a", std::string("b\0", 2)}).at, 2U);
  EXPECT_EQ(CommandProblem(Words(201, "x")).what, "has more than 200 entries");
}

TEST(InterpreterRulesTest, TakesThePathOfAScriptAtItsEnd) {
  for (const Words& good : {Words{},
                            {"bash", "-e"},
                            {"python3"},
                            {"awk", "-f"},
                            {"sed", "-nf"},
                            {"sed", "-n", "--file"},
                            {"make", "-f"},
                            {"perl", "-w"},
                            {"node", "--no-warnings"},
                            {"env", "bash"},
                            {"sh"}}) {
    EXPECT_EQ(InterpreterProblem(good).what, "") << YamlList(good);
  }
  for (const Words& text : {Words{"bash", "-c"}, {"sh", "-ec"}, {"python3", "-c"}, {"perl", "-ne"}, {"node", "-e"}}) {
    EXPECT_THAT(InterpreterProblem(text).what, HasSubstr("for the program's text")) << YamlList(text);
    EXPECT_EQ(InterpreterProblem(text).at, 2U);
  }
  EXPECT_THAT(InterpreterProblem({"awk"}).what, HasSubstr("write [awk, -f]"));
  EXPECT_THAT(InterpreterProblem({"sed", "-E"}).what, HasSubstr("write [sed, -E, -f]"));
  EXPECT_THAT(InterpreterProblem({"/usr/bin/make"}).what, HasSubstr("write [/usr/bin/make, -f]"));
  EXPECT_THAT(InterpreterProblem({"bash -e"}).what, HasSubstr("write [bash, -e]"));
}

TEST(ProgramNameTest, VersionsAndFoldersDoNotMatter) {
  EXPECT_EQ(PlainProgramName("/usr/local/bin/python3.11"), "python");
  EXPECT_EQ(PlainProgramName("mawk"), "awk");
  EXPECT_EQ(PlainProgramName("."), ".");
  EXPECT_EQ(ProgramStartedBy({"/usr/bin/env", "-i", "A=1", "ruby3.1", "x"}), "ruby");
  EXPECT_EQ(ProgramStartedBy({"env"}), "");
  EXPECT_THAT(ProgramOfFirstLine("#!"), IsEmpty());
  EXPECT_THAT(ProgramOfFirstLine("#!\t/bin/sh  -e\nx"), ElementsAre("/bin/sh", "-e"));
}

TEST(ProgramNameTest, ListsCanBePasted) {
  EXPECT_EQ(YamlList({"a", "-b", "--c=d", "x, y", "", "\"", "%", "-"}),
            "[a, -b, --c=d, \"x, y\", \"\", \"\\\"\", \"%\", \"-\"]");
}

}  // namespace
}  // namespace fleet::domain
