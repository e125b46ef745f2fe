#include "cli/fleetctl/workflow_file.h"

#include "cli/fleetctl/workflow_writer.h"
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

std::string ErrorOf(const std::string& text) {
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
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    scirpt: y\n")),
            "w.yaml:7:5: unknown key \"scirpt\" in steps[0]");
  EXPECT_EQ(ErrorOf(WithHead("steps: [{name: a, command: [x]}]\ncommit:\n  email: y\n")),
            "w.yaml:6:3: unknown key \"email\" in commit");
}

TEST(WorkflowFileTest, RefusesRepeatedKeys) {
  EXPECT_EQ(ErrorOf(WithHead("title: again\nsteps: [{name: a, command: [x]}]\n")),
            "w.yaml:4:1: key \"title\" stands there twice");
}

TEST(WorkflowFileTest, RefusesWrongTypesAtTheirPlace) {
  EXPECT_EQ(ErrorOf(WithHead("steps: all\n")), "w.yaml:4:8: steps must be a list with at least one step");
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n    command: x\n")),
            "w.yaml:6:14: command must be a list with at least one element");
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: [a]\n    command: [x]\n")), "w.yaml:5:11: name must be text");
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    environment: [y]\n")),
            "w.yaml:7:18: environment must be a map of names to texts");
  EXPECT_EQ(ErrorOf(WithHead("steps: [{name: a, command: [x]}]\nreport_only: \"true\"\n")),
            "w.yaml:5:14: report_only must be true or false");
}

TEST(WorkflowFileTest, RefusesEmptyValuesAtTheirKey) {
  EXPECT_THAT(ErrorOf("workflow: a/b-v1\nversion: 1.0.0\ntitle:\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:3:1: title must be text"));
}

TEST(WorkflowFileTest, ADurationNeedsItsUnit) {
  EXPECT_THAT(ErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    timeout: 600\n")),
              HasSubstr("w.yaml:7:14: timeout must be a duration with its unit"));
}

TEST(WorkflowFileTest, AStepHasEitherCommandOrScript) {
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    script: y\n")),
            "w.yaml:5:5: steps[0] must have either command or script");
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n")), "w.yaml:5:5: steps[0] must have either command or script");
  EXPECT_EQ(ErrorOf(WithHead("steps:\n  - name: a\n    command: [x]\n    interpreter: [sh]\n")),
            "w.yaml:5:5: steps[0] has an interpreter, but no script for it");
}

TEST(WorkflowFileTest, RefusesReferencesWithAVersion) {
  EXPECT_THAT(ErrorOf("workflow: a/b-v1@1.0.0\nversion: 1.0.0\ntitle: t\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:1:11: workflow must be"));
  EXPECT_THAT(ErrorOf("workflow: a/b-v1\nversion: 1.0\ntitle: t\nsteps: [{name: a, command: [x]}]\n"),
              HasSubstr("w.yaml:2:10: version must be"));
}

TEST(WorkflowFileTest, TellsEveryMissingKey) {
  const ErrorInfo info = GetErrorInfo(ParseWorkflowFile({"w.yaml", "report_only: true\n"}).status());
  EXPECT_EQ(info.violations.size(), 4U);
}

TEST(WorkflowFileTest, PointsAtMalformedYaml) {
  EXPECT_THAT(ErrorOf("workflow: [a\nversion: 1\n"), HasSubstr("w.yaml:"));
  EXPECT_THAT(ErrorOf("a: b\n\t- c"), HasSubstr("w.yaml:2:"));
}

TEST(WorkflowFileTest, HoldsExactlyOneWorkflow) {
  EXPECT_EQ(ErrorOf(""), "w.yaml: is empty, where one workflow is expected");
  EXPECT_THAT(ErrorOf("a: 1\n---\nb: 2\n"), HasSubstr("holds 2 documents"));
  EXPECT_EQ(ErrorOf("just text\n"), "w.yaml:1:1: the file must be a map of keys to values");
}

}  // namespace
}  // namespace fleet::cli
