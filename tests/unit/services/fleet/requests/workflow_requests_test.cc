#include "services/fleet/requests/workflow_requests.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string EuroSigns(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\xE2\x82\xAC";
  return text;
}

class ValidateApplyWorkflowTest : public ::testing::Test {
 protected:
  ValidateApplyWorkflowTest() {
    workflow_.set_workflow_ref("ops/bump-v1");
    workflow_.set_version("1.0.0");
    workflow_.set_title("Bump");
    step_ = AddStep("first");
  }
  v1::WorkflowStep* AddStep(const std::string& name) {
    v1::WorkflowStep* step = workflow_.add_steps();
    step->set_name(name);
    step->set_script("true");
    return step;
  }
  std::vector<std::string> Check() const { return Fields(ValidateApplyWorkflow(request_)); }

  v1::ApplyWorkflowRequest request_;
  v1::Workflow& workflow_ = *request_.mutable_workflow();
  v1::WorkflowStep* step_;
};

TEST_F(ValidateApplyWorkflowTest, AcceptsAPlainWorkflow) { EXPECT_THAT(Check(), IsEmpty()); }

TEST_F(ValidateApplyWorkflowTest, AnEmptyRequestIsRefusedFieldByField) {
  EXPECT_THAT(Fields(ValidateApplyWorkflow({})),
              ElementsAre("workflow.workflow_ref", "workflow.version", "workflow.title", "workflow.steps"));
}

TEST_F(ValidateApplyWorkflowTest, ReferenceAndVersion) {
  workflow_.set_workflow_ref("ops/bump-v1@1.0.0");
  EXPECT_THAT(Check(), ElementsAre("workflow.workflow_ref"));
  workflow_.set_workflow_ref("ops/bump-v1");
  workflow_.set_version("1.0");
  EXPECT_THAT(Check(), ElementsAre("workflow.version"));
  workflow_.set_version("2.0.0");
  EXPECT_THAT(Check(), ElementsAre("workflow.version"));
}

TEST_F(ValidateApplyWorkflowTest, Title) {
  workflow_.set_title(EuroSigns(200));
  EXPECT_THAT(Check(), IsEmpty());
  workflow_.set_title(EuroSigns(201));
  EXPECT_THAT(Check(), ElementsAre("workflow.title"));
}

TEST_F(ValidateApplyWorkflowTest, Pool) {
  workflow_.set_pool("gpu-2");
  EXPECT_THAT(Check(), IsEmpty());
  for (const char* pool : {"GPU", "2gpu", "g pu", "gpu\u200B"}) {
    workflow_.set_pool(pool);
    EXPECT_THAT(Check(), ElementsAre("workflow.pool")) << pool;
  }
}

TEST_F(ValidateApplyWorkflowTest, NumberOfSteps) {
  for (int i = 2; i <= 50; ++i) AddStep(absl::StrCat("step ", i));
  EXPECT_THAT(Check(), IsEmpty());
  AddStep("step 51");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps"));
}

TEST_F(ValidateApplyWorkflowTest, StepNames) {
  step_->set_name("A" + std::string(63, '-'));
  EXPECT_THAT(Check(), IsEmpty());
  for (const std::string& name : {std::string(), std::string("-x"), std::string(" x"), std::string("a/b"),
                                  "A" + std::string(64, '-'), std::string("a\nb")}) {
    step_->set_name(name);
    EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].name")) << name;
  }
  step_->set_name("same");
  AddStep("same");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[1].name"));
}

TEST_F(ValidateApplyWorkflowTest, AStepIsEitherACommandOrAScript) {
  step_->add_command("make");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0]"));
  step_->clear_script();
  EXPECT_THAT(Check(), IsEmpty());
  step_->add_interpreter("bash");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].interpreter"));
  step_->clear_interpreter();
  step_->set_command(0, "");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].command[0]"));
  step_->clear_command();
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0]"));
}

TEST_F(ValidateApplyWorkflowTest, SizesOfAStep) {
  step_->set_script(std::string(100000, 'x'));
  EXPECT_THAT(Check(), IsEmpty());
  step_->set_script(std::string(100001, 'x'));
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].script"));
  step_->clear_script();
  for (int i = 0; i < 200; ++i) step_->add_command("x");
  EXPECT_THAT(Check(), IsEmpty());
  step_->add_command("x");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].command"));
}

TEST_F(ValidateApplyWorkflowTest, EnvironmentOfAStep) {
  auto& environment = *step_->mutable_environment();
  environment["_PATH2"] = "x";
  environment["fleet_lower"] = "x";
  EXPECT_THAT(Check(), IsEmpty());
  for (const char* name : {"FLEET_ID", "GIT_DIR", "2X", "A-B", ""}) {
    environment.clear();
    environment[name] = "x";
    EXPECT_THAT(Check(), ElementsAre(absl::StrCat("workflow.steps[0].environment[", name, "]")));
  }
}

TEST_F(ValidateApplyWorkflowTest, TimeoutOfAStep) {
  step_->mutable_timeout()->set_seconds(1);
  EXPECT_THAT(Check(), IsEmpty());
  step_->mutable_timeout()->set_seconds(0);
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].timeout"));
  step_->mutable_timeout()->set_seconds(24 * 3600 + 1);
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].timeout"));
}

TEST_F(ValidateApplyWorkflowTest, WhoCommitsCannotForgeHeaders) {
  for (const char* text : {"a<b", "a>b", "a\nb", "a\rb"}) {
    workflow_.mutable_commit()->set_author_name(text);
    workflow_.mutable_commit()->set_author_email(text);
    EXPECT_THAT(Check(), ElementsAre("workflow.commit.author_name", "workflow.commit.author_email"));
  }
  workflow_.mutable_commit()->set_author_name("Fleet Bot");
  workflow_.mutable_commit()->set_author_email("bot@example.org");
  workflow_.mutable_commit()->set_message(EuroSigns(10000));
  EXPECT_THAT(Check(), IsEmpty());
  workflow_.mutable_commit()->set_message(EuroSigns(10001));
  EXPECT_THAT(Check(), ElementsAre("workflow.commit.message"));
}

// By the same rules as fleetctl's: one case of each, the tables are theirs.
TEST_F(ValidateApplyWorkflowTest, WhatHasNoEffectOrCannotWorkIsRefused) {
  workflow_.set_title("one\ntwo");
  step_->set_script("\n#!/usr/bin/env python3\nimport os\n");
  (*step_->mutable_environment())["PWD"] = "/";
  v1::WorkflowStep& command = *workflow_.add_steps();
  command.set_name("second");
  command.add_command("npm test");
  v1::WorkflowStep& interpreted = *AddStep("third");
  interpreted.add_interpreter("bash");
  interpreted.add_interpreter("-c");
  workflow_.mutable_commit()->set_author_name("   ");
  workflow_.mutable_commit()->set_author_email("a b");
  workflow_.mutable_commit()->set_message("a\n\nfleet-task: forged");
  const absl::Status status = ValidateApplyWorkflow(request_);
  EXPECT_THAT(Fields(status),
              ElementsAre("workflow.title", "workflow.steps[0].script", "workflow.steps[0].environment[PWD]",
                          "workflow.steps[1].command[0]", "workflow.steps[2].interpreter[1]",
                          "workflow.commit.author_name", "workflow.commit.author_email", "workflow.commit.message"));
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.violations[1].description,
            "line 2: begins with \"#!\", which nothing obeys: write interpreter: [python3]");
  EXPECT_THAT(info.violations[3].description, HasSubstr("write [npm, test]"));
}

TEST_F(ValidateApplyWorkflowTest, ACommitThatIsNeverMadeIsRefused) {
  workflow_.set_report_only(true);
  EXPECT_THAT(Check(), IsEmpty());
  workflow_.mutable_commit();
  EXPECT_THAT(Check(), IsEmpty()) << "nothing is written in it";
  workflow_.mutable_commit()->set_author_name("Ada");
  EXPECT_THAT(Check(), ElementsAre("workflow.commit"));
}

TEST_F(ValidateApplyWorkflowTest, AnInterpreterMakesTheFirstLineAComment) {
  step_->set_script("#!/bin/bash\ntrue\n");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].script"));
  step_->add_interpreter("bash");
  EXPECT_THAT(Check(), IsEmpty());
  step_->set_interpreter(0, "python3");
  EXPECT_THAT(Check(), ElementsAre("workflow.steps[0].script"));
}

v1::Workflow Workflow() {
  v1::Workflow workflow;
  workflow.set_workflow_ref("ops/bump-v1");
  workflow.set_version("1.0.0");
  v1::WorkflowStep& step = *workflow.add_steps();
  step.set_name("one");
  step.set_script("true");
  for (const char* name : {"B", "A", "D", "C"}) (*step.mutable_environment())[name] = "x";
  return workflow;
}

TEST(WorkflowDefinitionTest, RoundTrips) {
  v1::Workflow workflow = Workflow();
  workflow.mutable_create_time()->set_seconds(99);
  const auto definition = ToDefinition(workflow);
  FLEET_ASSERT_OK(definition);
  store::WorkflowRecord record;
  record.definition = *definition;
  record.created_at = absl::FromUnixSeconds(5);
  v1::Workflow read;
  FLEET_ASSERT_OK(ToProto(record, read));
  EXPECT_EQ(read.steps(0).script(), "true");
  EXPECT_EQ(read.steps(0).environment().at("C"), "x");
  EXPECT_EQ(read.create_time().seconds(), 5) << "the server's, not the caller's";
}

TEST(WorkflowDefinitionTest, EqualWorkflowsAreEqualTexts) {
  v1::Workflow other = Workflow();
  other.mutable_create_time()->set_seconds(7);
  other.mutable_steps(0)->clear_environment();
  for (const char* name : {"D", "C", "B", "A"}) (*other.mutable_steps(0)->mutable_environment())[name] = "x";
  EXPECT_EQ(*ToDefinition(Workflow()), *ToDefinition(other));
  other.mutable_steps(0)->set_script("false");
  EXPECT_NE(*ToDefinition(Workflow()), *ToDefinition(other));
}

TEST(WorkflowDefinitionTest, AStoredTextThatCannotBeReadIsOurFault) {
  store::WorkflowRecord record;
  record.definition = "{";
  v1::Workflow read;
  EXPECT_THAT(ToProto(record, read), fleet::testing::StatusIs(absl::StatusCode::kInternal));
}

TEST_F(ValidateApplyWorkflowTest, DeclaredParameters) {
  auto& parameters = *workflow_.mutable_parameters();
  parameters["OWNER"].set_required(true);
  parameters["YEAR"].set_description("of the licence");
  EXPECT_THAT(Check(), IsEmpty());
  parameters["YEAR"].set_description("two\nlines");
  EXPECT_THAT(Check(), ElementsAre("workflow.parameters[YEAR].description"));
  parameters["YEAR"].clear_description();
  parameters["a-b"];
  EXPECT_THAT(Check(), ElementsAre("workflow.parameters[a-b]"));
  parameters.erase("a-b");
  parameters["owner"];
  EXPECT_EQ(Check().size(), 1U) << "names differ by more than case";
  parameters.clear();
  for (int i = 0; i <= 50; ++i) parameters[absl::StrCat("p", i)];
  EXPECT_THAT(Check(), ElementsAre("workflow.parameters"));
}

TEST_F(ValidateApplyWorkflowTest, DeclaredParametersAreStoredWithTheVersion) {
  (*workflow_.mutable_parameters())["OWNER"].set_required(true);
  (*workflow_.mutable_parameters())["YEAR"].set_description("of the licence");
  const auto stored = ToWorkflow(request_);
  FLEET_ASSERT_OK(stored);
  v1::Workflow told;
  FLEET_ASSERT_OK(ToProto(*stored, told));
  EXPECT_TRUE(told.parameters().at("OWNER").required());
  EXPECT_EQ(told.parameters().at("YEAR").description(), "of the licence");
}

TEST_F(ValidateApplyWorkflowTest, PlaceholdersThatNothingFills) {
  workflow_.set_title("Bump {{param.library}}");
  workflow_.mutable_commit()->set_message("{{task}}");
  EXPECT_THAT(Check(), IsEmpty());
  workflow_.set_title("Bump {{library}}");
  workflow_.mutable_commit()->set_message("x\n\n{{repo}}");
  EXPECT_THAT(Check(), ElementsAre("workflow.title", "workflow.commit.message"));
  workflow_.set_title("Bump {{param.library}}");
  workflow_.clear_commit();
  (*workflow_.mutable_parameters())["OWNER"];
  EXPECT_THAT(Check(), ElementsAre("workflow.title")) << "not among those that it declares";
}

}  // namespace
}  // namespace fleet::service
