#include "services/fleet/requests/declared_parameters.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/status/error_info.h"
#include "services/fleet/requests/workflow_requests.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DeclaredParametersTest : public ::testing::Test {
 protected:
  DeclaredParametersTest() {
    workflow_.set_workflow_ref("ops/licence-v1");
    workflow_.set_version("1.0.0");
    (*workflow_.mutable_parameters())["OWNER"].set_required(true);
    (*workflow_.mutable_parameters())["OWNER"].set_description("whose licence it is");
    (*workflow_.mutable_parameters())["YEAR"];
    request_.add_targets()->set_repo("acme/one");
    request_.add_targets()->set_repo("acme/two");
  }
  absl::Status Check() const { return CheckDeclaredParameters(*ToDefinition(workflow_), request_); }
  // As the store hands them over.
  static store::ReadRetried Reading(const std::vector<store::RetriedChild>& children) {
    return [&children](const auto& take) {
      for (const store::RetriedChild& child : children) take(child);
      return absl::OkStatus();
    };
  }
  absl::Status CheckRetry(const domain::Parameters& parameters, const store::ReadRetried& read = nullptr) const {
    return CheckDeclaredParameters(*ToDefinition(workflow_), parameters, read);
  }

  v1::Workflow workflow_;
  v1::CreateFleetRequest request_;
};

TEST_F(DeclaredParametersTest, AMissingOneIsNamedWithWhatItMeans) {
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "parameters[OWNER]: is required by workflow ops/licence-v1@1.0.0: whose licence it is"));
  (*request_.mutable_parameters())["owner"] = "";
  EXPECT_THAT(Check(), IsOk()) << "case does not matter, and an empty value is one";
}

TEST_F(DeclaredParametersTest, AnUnknownOneIsNamedWithThoseThatThereAre) {
  (*request_.mutable_parameters())["OWNER"] = "Ada";
  (*request_.mutable_parameters())["year"] = "2026";
  EXPECT_THAT(Check(), IsOk());
  (*request_.mutable_parameters())["OWNR"] = "Ada";
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "parameters[OWNR]: is not declared by workflow ops/licence-v1@1.0.0, which takes OWNER, "
                       "YEAR"));
}

TEST_F(DeclaredParametersTest, TargetsThatComeLaterAreJudgedWhenTheyCome) {
  request_.set_open_targets(true);
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("parameters[OWNER]")));
  request_.clear_targets();
  EXPECT_THAT(Check(), IsOk());
  v1::AddFleetTargetsRequest part;
  part.add_targets()->set_repo("acme/one");
  part.add_targets()->set_repo("acme/two");
  const std::string definition = *ToDefinition(workflow_);
  EXPECT_THAT(CheckDeclaredParameters(definition, {{"owner", "Ada"}}, part), IsOk());
  (*part.mutable_targets(0)->mutable_parameters())["OWNER"] = "Ada";
  (*part.mutable_targets(0)->mutable_parameters())["OTHER"] = "";
  EXPECT_THAT(Fields(CheckDeclaredParameters(definition, {}, part)),
              ElementsAre("targets[0].parameters[OTHER]", "targets[1].parameters[OWNER]"));
}

TEST_F(DeclaredParametersTest, EveryTargetMayGiveItItself) {
  (*request_.mutable_targets(0)->mutable_parameters())["OWNER"] = "Ada";
  EXPECT_THAT(Fields(Check()), ElementsAre("targets[1].parameters[OWNER]"));
  (*request_.mutable_targets(1)->mutable_parameters())["OWNER"] = "Bob";
  EXPECT_THAT(Check(), IsOk());
  (*request_.mutable_targets(1)->mutable_parameters())["OTHER"] = "x";
  EXPECT_THAT(Fields(Check()), ElementsAre("targets[1].parameters[OTHER]"));
}

TEST_F(DeclaredParametersTest, AWorkflowWithoutTheSectionTakesAny) {
  workflow_.clear_parameters();
  workflow_.add_steps()->set_script("echo '\"parameters\":{'");
  (*request_.mutable_parameters())["ANY"] = "x";
  EXPECT_THAT(Check(), IsOk());
  EXPECT_THAT(CheckRetry({{"ANY", "x"}}), IsOk());
}

TEST_F(DeclaredParametersTest, ANewGenerationIsHeldToThemToo) {
  EXPECT_THAT(Fields(CheckRetry({{"OTHER", "x"}})),
              ElementsAre("amendment.parameters[OTHER]", "amendment.parameters[OWNER]"));
  EXPECT_THAT(CheckRetry({{"OWNER", "x"}}), IsOk());
}

TEST_F(DeclaredParametersTest, OfChildrenThatGoAgainEveryOneMustHaveIt) {
  std::vector<store::RetriedChild> children = {{"acme/one", {"owner", "YEAR"}}, {"acme/two", {"OWNER"}}};
  const store::ReadRetried read = Reading(children);
  EXPECT_THAT(CheckRetry({}, read), IsOk());
  for (const char* repo : {"acme/three", "acme/four"}) children.push_back({repo, {}});
  EXPECT_THAT(CheckRetry({}, read),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "amendment.parameters[OWNER]: is required by workflow ops/licence-v1@1.0.0: whose licence it "
                       "is; acme/three, acme/four without one of their own"));
  EXPECT_THAT(CheckRetry({{"OWNER", "Ada"}}, read), IsOk()) << "the fleet's is theirs too";
  for (const char* repo : {"acme/five", "acme/six"}) children.push_back({repo, {"YEAR"}});
  EXPECT_THAT(std::string(CheckRetry({}, read).message()),
              HasSubstr("; acme/three, acme/four, acme/five and 1 more without one of their own"));
}

TEST_F(DeclaredParametersTest, WhatChildrenHaveOfTheirOwnMustBeDeclaredByANewWorkflow) {
  const std::vector<store::RetriedChild> children = {{"acme/one", {"COLOUR"}}};
  EXPECT_THAT(CheckRetry({{"OWNER", "Ada"}}, Reading(children)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "amendment.workflow_ref: does not declare parameter COLOUR, which acme/one got at submission: "
                       "ops/licence-v1@1.0.0 takes OWNER, YEAR"));
}

TEST_F(DeclaredParametersTest, ChildrenAreReadOnlyIfSomethingIsDeclared) {
  const store::ReadRetried read = [](const auto&) { return absl::UnavailableError("away"); };
  EXPECT_THAT(CheckRetry({}, read), StatusIs(absl::StatusCode::kUnavailable));
  workflow_.clear_parameters();
  EXPECT_THAT(CheckRetry({}, read), IsOk());
}

}  // namespace
}  // namespace fleet::service
