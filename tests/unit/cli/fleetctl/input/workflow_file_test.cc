#include "cli/fleetctl/input/workflow_file.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/fleetctl/output/workflow_writer.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kWorkflow[] = R"(# comment
workflow: examples/add-license-v1
version: 1.2.0
title: Add a licence
report_only: false
pool: gpu-2
commit:
  author_name: Fleet
  author_email: fleet@example.com
  message: |
    Add a licence

    As agreed.
steps:
  - name: write
    script: |
      cp template LICENSE
    interpreter: [/bin/bash, -eu]
    environment:
      YEAR: 2026
      QUOTED: "yes"
    timeout: 1h30m
  - name: check
    command: [sleep, 5]
)";

std::string FileErrorOf(const std::string& text) {
  return std::string(ParseWorkflowFile({"w.yaml", text}).status().message());
}

// kWorkflow's head, with `rest` after it.
std::string WithHead(const std::string& rest) { return "workflow: a/b-v1\nversion: 1.0.0\ntitle: t\n" + rest; }

TEST(WorkflowFileTest, ReadsEveryKey) {
  const auto workflow = ParseWorkflowFile({"w.yaml", kWorkflow});
  ASSERT_TRUE(workflow.ok()) << workflow.status();
  EXPECT_EQ(workflow->workflow_ref(), "examples/add-license-v1");
  EXPECT_EQ(workflow->version(), "1.2.0");
  EXPECT_EQ(workflow->title(), "Add a licence");
  EXPECT_EQ(workflow->commit().author_name(), "Fleet");
  EXPECT_EQ(workflow->commit().author_email(), "fleet@example.com");
  EXPECT_EQ(workflow->commit().message(), "Add a licence\n\nAs agreed.\n");
  ASSERT_EQ(workflow->steps_size(), 2);
  EXPECT_EQ(workflow->steps(0).script(), "cp template LICENSE\n");
  EXPECT_THAT(workflow->steps(0).interpreter(), ElementsAre("/bin/bash", "-eu"));
  EXPECT_EQ(workflow->steps(0).environment().at("YEAR"), "2026");
  EXPECT_EQ(workflow->steps(0).environment().at("QUOTED"), "yes");
  EXPECT_EQ(workflow->steps(0).timeout().seconds(), 5400);
  EXPECT_THAT(workflow->steps(1).command(), ElementsAre("sleep", "5"));
  EXPECT_FALSE(workflow->report_only());
  EXPECT_EQ(workflow->pool(), "gpu-2");
}

TEST(WorkflowFileTest, WriterWritesWhatIsRead) {
  const auto workflow = ParseWorkflowFile({"w.yaml", kWorkflow});
  ASSERT_TRUE(workflow.ok());
  v1::Workflow odd = *workflow;
  odd.set_report_only(true);
  odd.clear_commit();
  odd.mutable_steps(0)->set_script("no line break at the end: \"quoted\" # not a comment");
  odd.mutable_steps(1)->add_command("two\nlines");
  odd.set_title("true");
  for (const v1::Workflow& original : {*workflow, odd}) {
    const std::string yaml = FormatWorkflow(original);
    const auto again = ParseWorkflowFile({"again.yaml", yaml});
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << yaml;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*again, original)) << yaml;
  }
}

TEST(WorkflowFileTest, RefusesUnknownKeysAtTheirPlace) {
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    scirpt: y\n")),
            "w.yaml:7:5: unknown key \"scirpt\" in steps[0]");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x]}]\ncommit:\n  email: y\n")),
            "w.yaml:6:3: unknown key \"email\" in commit");
}

TEST(WorkflowFileTest, RefusesRepeatedKeys) {
  EXPECT_EQ(FileErrorOf(WithHead("title: again\nsteps: [{name: a, command: [x]}]\n")),
            "w.yaml:4:1: key \"title\" stands there twice");
}

TEST(WorkflowFileTest, RefusesWrongTypesAtTheirPlace) {
  EXPECT_EQ(FileErrorOf(WithHead("steps: all\n")), "w.yaml:4:8: steps must be a list with at least one step");
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: x\n")),
            "w.yaml:6:14: command must be a list with at least one element");
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: [a]\n    command: [x]\n")), "w.yaml:5:11: name must be text");
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    environment: [y]\n")),
            "w.yaml:7:18: environment must be a map of names to texts");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x]}]\nreport_only: \"true\"\n")),
            "w.yaml:5:14: report_only must be true or false");
}

TEST(WorkflowFileTest, RefusesEmptyValuesAtTheirKey) {
  EXPECT_THAT(FileErrorOf("workflow: a/b-v1\nversion: 1.0.0\ntitle:\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:3:1: title must be text"));
}

TEST(WorkflowFileTest, ADurationNeedsItsUnit) {
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    timeout: 600\n")),
              HasSubstr("w.yaml:7:14: timeout must be a duration with its unit"));
}

TEST(WorkflowFileTest, AStepHasEitherCommandOrScript) {
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    script: y\n")),
            "w.yaml:5:5: steps[0] must have either command or script");
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n")), "w.yaml:5:5: steps[0] must have either command or script");
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    interpreter: [sh]\n")),
            "w.yaml:5:5: steps[0] has an interpreter, but no script for it");
}

TEST(WorkflowFileTest, RefusesReferencesWithAVersion) {
  EXPECT_THAT(FileErrorOf("workflow: a/b-v1@1.0.0\nversion: 1.0.0\ntitle: t\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:1:11: workflow must be"));
  EXPECT_THAT(FileErrorOf("workflow: a/b-v1\nversion: 1.0\ntitle: t\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:2:10: version must be"));
}

TEST(WorkflowFileTest, TellsEveryMissingKey) {
  const ErrorInfo info = GetErrorInfo(ParseWorkflowFile({"w.yaml", "report_only: true\n"}).status());
  EXPECT_EQ(info.violations.size(), 4U);
}

TEST(WorkflowFileTest, PointsAtMalformedYaml) {
  EXPECT_THAT(FileErrorOf("workflow: [a\nversion: 1\n"), HasSubstr("w.yaml:"));
  EXPECT_THAT(FileErrorOf("a: b\n\t- c"), HasSubstr("w.yaml:2:"));
}

TEST(WorkflowFileTest, NamesTheTab) {
  EXPECT_EQ(FileErrorOf("a: b\n\t- c"), "w.yaml:2:1: a tab, where YAML indents with spaces");
  EXPECT_EQ(FileErrorOf("steps:\n  - a: b\n\t    c: d\n"), "w.yaml:3:1: a tab, where YAML indents with spaces");
}

TEST(WorkflowFileTest, MergeKeysAreNamedAndAliasesWork) {
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - &s {name: a, command: [x]}\n  - <<: *s\n    name: b\n")),
            "w.yaml:6:5: merge keys (\"<<\") are not supported: repeat the keys");
  const auto workflow = ParseWorkflowFile(
      {"w.yaml",
       WithHead("steps:\n  - {name: a, script: &s 'echo x'}\n  - {name: b, script: *s, interpreter: [sh]}\n")});
  ASSERT_TRUE(workflow.ok()) << workflow.status();
  EXPECT_EQ(workflow->steps(1).script(), "echo x");
}

TEST(WorkflowFileTest, ATagHasNoEffectAndIsRefusedAtItsPlace) {
  const std::string step = "steps:\n  - name: a\n    ";
  EXPECT_EQ(FileErrorOf(WithHead(step + "script: !include x.sh\n")),
            "w.yaml:6:13: the tag !include has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead(step + "script: !!binary ZWNobyB4\n")),
            "w.yaml:6:13: the tag !!binary has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead(step + "command: !shell [x]\n")),
            "w.yaml:6:14: the tag !shell has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead(step + "command: [x, !env HOME]\n")),
            "w.yaml:6:18: the tag !env has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead(step + "command: [x]\n    environment: !file {A: b}\n")),
            "w.yaml:7:18: the tag !file has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead(step + "command: [x]\n    environment: {A: !!int 0x10}\n")),
            "w.yaml:7:22: the tag !!int has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead("steps: !!set [{name: a, command: [x]}]\n")),
            "w.yaml:4:8: the tag !!set has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x]}]\nreport_only: !!bool true\n")),
            "w.yaml:5:14: the tag !!bool has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x]}]\n!k report_only: true\n")),
            "w.yaml:5:1: the tag !k has no effect: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead("steps: !!seq\n  - !!map\n    !!str name: !!str a\n    command: [!!str x]\n")), "");
}

TEST(WorkflowFileTest, PointsAtTheLineInsideAScript) {
  const std::string step = "steps:\n  - name: a\n    ";
  EXPECT_EQ(FileErrorOf(WithHead(step + "script: |\n      #!/bin/bash -e\n      x\n")),
            "w.yaml:7:7: script begins with \"#!\", which nothing obeys: write interpreter: [/bin/bash, -e]");
  EXPECT_THAT(FileErrorOf(WithHead(step + "script: !!str &a |-  # why\n\n\n        #!/usr/bin/env python3\n")),
              HasSubstr("w.yaml:9:9: script begins with \"#!\", which nothing obeys: write interpreter: [python3]"));
  EXPECT_THAT(FileErrorOf("\xEF\xBB\xBF" + WithHead(step + "script: |\r\n      #!/bin/bash\r\n      x\r\n")),
              HasSubstr("w.yaml:7:7: script begins"));
  EXPECT_THAT(FileErrorOf(WithHead(step + "script: \"echo a\\r\\n\"\n")),
              HasSubstr("w.yaml:6:13: script has a line that ends with a carriage return"));
  EXPECT_THAT(FileErrorOf(WithHead(step + "interpreter: [python3]\n    script: |\n      #!/bin/bash\n      x\n")),
              HasSubstr("w.yaml:8:7: script begins with \"#!\" for bash, but its interpreter is python"));
  EXPECT_EQ(FileErrorOf(WithHead(step + "script: \"\"\n")), "w.yaml:6:13: script is blank");
  EXPECT_EQ(FileErrorOf(WithHead(step + "script: |\n      # nothing\n")),
            "w.yaml:6:13: script does nothing: it has only comments");
}

TEST(WorkflowFileTest, PointsAtTheElementOfACommand) {
  const std::string step = "steps:\n  - name: a\n    ";
  EXPECT_THAT(
      FileErrorOf(WithHead(step + "command: [npm test]\n")),
      HasSubstr("w.yaml:6:15: command[0] is a command line, where a program's name is expected: write [npm, test]"));
  EXPECT_THAT(FileErrorOf(WithHead(step + "command: [make, \"&&\", ls]\n")),
              HasSubstr("w.yaml:6:21: command[1] has \"&&\""));
  EXPECT_THAT(FileErrorOf(WithHead(step + "command: [bash]\n")), HasSubstr("w.yaml:6:14: command does nothing"));
  EXPECT_THAT(FileErrorOf(WithHead(step + "interpreter: [bash -e]\n    script: x\n")),
              HasSubstr("w.yaml:6:19: interpreter[0] is a command line"));
}

TEST(WorkflowFileTest, PointsAtTitleAuthorAndMessage) {
  const std::string steps = "steps: [{name: a, command: [x]}]\n";
  const std::string head = "workflow: a/b-v1\nversion: 1.0.0\n";
  EXPECT_THAT(FileErrorOf(head + "title: |\n  one\n  two\n" + steps),
              HasSubstr("w.yaml:5:3: title has more than one line"));
  EXPECT_THAT(FileErrorOf(head + "title: \"one\\ntwo\"\n" + steps),
              HasSubstr("w.yaml:3:8: title has more than one line"));
  EXPECT_THAT(FileErrorOf(head + "title: >\n  one\n" + steps), HasSubstr("w.yaml:3:8: title ends with a line break"));
  EXPECT_EQ(FileErrorOf(head + "title: \"  \"\n" + steps), "w.yaml:3:8: title is blank");
  const std::string commit = WithHead(steps + "commit:\n  ");
  EXPECT_EQ(FileErrorOf(commit + "author_name: \"   \"\n"), "w.yaml:6:16: author_name is blank");
  EXPECT_EQ(FileErrorOf(commit + "author_name: \"\"\n"), "w.yaml:6:16: author_name is blank");
  EXPECT_THAT(FileErrorOf(commit + "author_name: Ada Jr.\n"), HasSubstr("w.yaml:6:16: author_name begins or ends"));
  EXPECT_EQ(FileErrorOf(commit + "author_email: a b@c\n"), "w.yaml:6:17: author_email holds a space");
  EXPECT_THAT(FileErrorOf(commit + "message: \"  \"\n"), HasSubstr("w.yaml:6:12: message is blank"));
  EXPECT_THAT(FileErrorOf(commit + "message: |\n    a\n\n    fleet-task: x\n"),
              HasSubstr("w.yaml:9:5: message holds a Fleet-Task trailer"));
}

TEST(WorkflowFileTest, RefusesWhatHasNoEffectBesideSomethingElse) {
  const std::string steps = "steps: [{name: a, command: [x]}]\n";
  EXPECT_EQ(FileErrorOf(WithHead(steps + "report_only: true\ncommit: {message: m}\n")),
            "w.yaml:6:9: commit has no effect, as report_only is true: leave one of them out");
  EXPECT_EQ(FileErrorOf(WithHead(steps + "report_only: false\ncommit: {message: m}\n")), "");
  EXPECT_EQ(FileErrorOf(WithHead(steps + "commit: {}\n")), "w.yaml:5:9: commit is empty: leave it out");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x], environment: {}}]\n")),
            "w.yaml:4:46: environment is empty: leave it out");
  EXPECT_EQ(FileErrorOf("workflow: a/b-v1\nversion: 2.0.0\ntitle: t\n" + steps),
            "w.yaml:2:10: version has another major than workflow");
  EXPECT_EQ(FileErrorOf(WithHead("steps: [{name: a, command: [x]}, {name: a, command: [x]}]\n")),
            "w.yaml:4:41: name is the name of an earlier step");
  EXPECT_THAT(FileErrorOf(WithHead("steps: [{name: a, command: [x], timeout: 25h}]\n")),
              HasSubstr("w.yaml:4:42: timeout must be at most 24h"));
  EXPECT_THAT(FileErrorOf(WithHead("steps: [{name: a, command: [x], environment: {PWD: y}}]\n")),
              HasSubstr("w.yaml:4:47: environment.PWD has no effect"));
  EXPECT_THAT(FileErrorOf(WithHead("steps: [{name: a, command: [x], environment: {PATH: $PATH}}]\n")),
              HasSubstr("w.yaml:4:53: environment.PATH is taken as it stands"));
  std::string many = "steps:\n";
  for (int i = 0; i < 51; ++i) many += "  - {name: s" + std::to_string(i) + ", command: [x]}\n";
  EXPECT_EQ(FileErrorOf(WithHead(many)), "w.yaml:5:3: steps has 51 entries, more than the 50 allowed");
}

TEST(WorkflowFileTest, TellsEveryMistakeAtOnce) {
  const ErrorInfo info = GetErrorInfo(ParseWorkflowFile({"w.yaml", R"(workflow: a/b-v1
version: 1.0.0
title: "a\nb"
steps:
  - name: a/b
    script: |
      #!/bin/bash
    timeout: 48h
  - name: b
    command: [npm test]
commit:
  author_name: "."
  author_email: a b
  message: " "
)"})
                                          .status());
  std::vector<std::string> places;
  for (const FieldViolation& violation : info.violations) places.push_back(violation.field);
  EXPECT_THAT(places, ::testing::UnorderedElementsAre("w.yaml:3:8", "w.yaml:5:11", "w.yaml:7:7", "w.yaml:8:14",
                                                      "w.yaml:10:15", "w.yaml:12:16", "w.yaml:13:17", "w.yaml:14:12"));
}

TEST(WorkflowFileTest, HoldsExactlyOneWorkflow) {
  EXPECT_EQ(FileErrorOf(""), "w.yaml: is empty, where one workflow is expected");
  EXPECT_THAT(FileErrorOf("a: 1\n---\nb: 2\n"), HasSubstr("holds 2 documents"));
  EXPECT_EQ(FileErrorOf("just text\n"), "w.yaml:1:1: the file must be a map of keys to values");
}

// The YAML blocks of a document that are whole workflows, or the whole of a YAML file.
std::vector<std::string> WorkflowsIn(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (absl::EndsWith(path, ".yaml")) return {text};
  std::vector<std::string> workflows;
  for (const absl::string_view part : absl::StrSplit(text, "```yaml\n")) {
    if (absl::StartsWith(part, "workflow: ")) workflows.emplace_back(part.substr(0, part.find("```")));
  }
  return workflows;
}

TEST(WorkflowFileTest, WhatTheDocumentsShowCanBeApplied) {
  for (const char* path :
       {"README.md", "docs/workflow-format.md", "docs/operations.md", "deploy/quickstart.d/editor-config.yaml"}) {
    const std::vector<std::string> workflows = WorkflowsIn(absl::StrCat(FLEET_SOURCE_DIR, "/", path));
    EXPECT_THAT(workflows, ::testing::Not(::testing::IsEmpty())) << path;
    for (const std::string& workflow : workflows) EXPECT_EQ(FileErrorOf(workflow), "") << path << "\n" << workflow;
  }
}

TEST(WorkflowFileTest, NamesWhatNobodySees) {
  EXPECT_EQ(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [tr\u200Bue]\n")),
            "w.yaml:6: holds the invisible character U+200B at character 17");
  EXPECT_THAT(FileErrorOf("workflow: a/b-v1\nversion: 1.0.0\ntitle: t # \u202E\n"), HasSubstr("w.yaml:3: "));
  // Written as an escape it is seen in the file, but nowhere else.
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [\"tr\\u200Bue\"]\n")),
              HasSubstr("command[0] holds the invisible character U+200B at character 3"));
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: a\n    script: \"a\\u202Eb\"\n")),
              HasSubstr("script holds the invisible character U+202E at character 2"));
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: \"a\\u200B\"\n    command: [true]\n")),
              HasSubstr("name holds the invisible character U+200B at character 2"));
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [true]\n    environment: {A: \"\\e[2J\"}\n")),
              HasSubstr("environment.A holds the control character U+001B at character 1"));
}

TEST(WorkflowFileTest, TimeoutsMayHaveDays) {
  const auto workflow =
      ParseWorkflowFile({"w.yaml", WithHead("steps:\n  - name: a\n    command: [true]\n    timeout: 1d\n")});
  ASSERT_TRUE(workflow.ok()) << workflow.status();
  EXPECT_EQ(workflow->steps(0).timeout().seconds(), 86'400);
  EXPECT_THAT(FileErrorOf(WithHead("steps:\n  - name: a\n    command: [true]\n    timeout: 2d\n")), HasSubstr("24h"));
}

TEST(WorkflowFileTest, ReadsAndWritesDeclaredParameters) {
  const auto workflow = ParseWorkflowFile({"w.yaml", WithHead(R"(steps: [{name: a, command: [x]}]
parameters:
  OWNER: {required: true, description: "whose it is: \"quoted\""}
  YEAR: {}
)")});
  ASSERT_TRUE(workflow.ok()) << workflow.status();
  EXPECT_TRUE(workflow->parameters().at("OWNER").required());
  EXPECT_EQ(workflow->parameters().at("OWNER").description(), "whose it is: \"quoted\"");
  EXPECT_FALSE(workflow->parameters().at("YEAR").required());
  const std::string yaml = FormatWorkflow(*workflow);
  const auto again = ParseWorkflowFile({"again.yaml", yaml});
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << yaml;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*again, *workflow)) << yaml;
}

TEST(WorkflowFileTest, RefusesParametersThatSayNothingOrTooMuch) {
  const auto error = [](const std::string& section) {
    return FileErrorOf(WithHead("steps: [{name: a, command: [x]}]\n" + section));
  };
  EXPECT_EQ(error("parameters: {}\n"), "w.yaml:5:13: parameters is empty: leave it out");
  EXPECT_THAT(error("parameters: [OWNER]\n"), HasSubstr("parameters must be a map of names"));
  EXPECT_THAT(error("parameters: {OWNER: true}\n"), HasSubstr("parameters.OWNER must be a map"));
  EXPECT_THAT(error("parameters: {OWNER: {default: x}}\n"), HasSubstr("unknown key \"default\" in parameters.OWNER"));
  EXPECT_THAT(error("parameters: {OWNER: {required: yes}}\n"), HasSubstr("required must be true or false"));
  EXPECT_THAT(error("parameters: {a-b: {}}\n"), HasSubstr("parameters.a-b must match"));
  EXPECT_THAT(error("parameters: {OWNER: {}, owner: {}}\n"), HasSubstr("but for the case"));
  EXPECT_THAT(error("parameters: {OWNER: {description: \"a\\nb\"}}\n"), HasSubstr("description holds"));
}

TEST(WorkflowFileTest, RefusesPlaceholdersThatNothingFills) {
  const std::string rest =
      "steps: [{name: a, command: [x]}]\ncommit:\n  message: |\n    {{param.to}}\n\n    {{repo}}\n";
  EXPECT_THAT(FileErrorOf(WithHead(rest)), HasSubstr("w.yaml:9:5: message has the unknown placeholder {{repo}}"));
  EXPECT_THAT(FileErrorOf(WithHead(
                  absl::StrCat(absl::StrReplaceAll(rest, {{"{{repo}}", "{{task}}"}}), "parameters: {OWNER: {}}\n"))),
              HasSubstr("w.yaml:7:5: message has {{param.to}}, which is not among parameters: OWNER"));
  EXPECT_THAT(FileErrorOf("workflow: a/b-v1\nversion: 1.0.0\ntitle: \"{{x}}\"\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:3:8: title has the unknown placeholder {{x}}"));
}

}  // namespace
}  // namespace fleet::cli
