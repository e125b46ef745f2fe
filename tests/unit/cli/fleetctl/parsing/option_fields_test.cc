#include "cli/fleetctl/parsing/option_fields.h"

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using Holds = OptionField::Holds;

const std::vector<OptionField>& Fields() {
  static const auto* const kFields = new std::vector<OptionField>{{"policy.max_tries", "--max-tries"},
                                                                  {"parameters", "--param"},
                                                                  {"workflow_ref", "--workflow"},
                                                                  {"targets", "--repos-file", Holds::kList},
                                                                  {"workflow", "FILE", Holds::kDocument}};
  return *kFields;
}

absl::Status Refusal(absl::StatusCode code, const std::string& message, const std::vector<FieldViolation>& violations) {
  ErrorInfo info;
  info.reason = "INVALID_ARGUMENT";
  info.violations = violations;
  return MakeError(code, message, info);
}

TEST(OptionFieldsTest, NamesTheOptionInsteadOfTheField) {
  const UserError error = InTermsOfOptions(InvalidField("policy.max_tries", "must be from 1 to 10"), Fields());
  EXPECT_EQ(error.status.message(), "--max-tries: must be from 1 to 10");
  EXPECT_EQ(GetErrorInfo(error.status).violations[0].field, "--max-tries");
  EXPECT_TRUE(error.wrong_usage);
}

TEST(OptionFieldsTest, NamesEveryOption) {
  const absl::Status refusal =
      Refusal(absl::StatusCode::kInvalidArgument, "policy.max_tries: must be from 1 to 10 (and 1 more)",
              {{"policy.max_tries", "must be from 1 to 10"}, {"parameters[OWNER]", "differs from Owner only by case"}});
  const UserError error = InTermsOfOptions(refusal, Fields());
  EXPECT_EQ(error.status.message(), "--max-tries: must be from 1 to 10 (and 1 more)");
  EXPECT_EQ(GetErrorInfo(error.status).violations[1].field, "--param OWNER");
  EXPECT_TRUE(error.wrong_usage);
}

TEST(OptionFieldsTest, WhatAFileHoldsIsNoWrongUsage) {
  const UserError list = InTermsOfOptions(InvalidField("targets[3].repo", "\"a b\" has a blank"), Fields());
  EXPECT_EQ(list.status.message(), "--repos-file: \"a b\" has a blank");
  EXPECT_FALSE(list.wrong_usage);
  const UserError document = InTermsOfOptions(InvalidField("workflow.steps[2].script", "is empty"), Fields());
  EXPECT_EQ(document.status.message(), "FILE: steps[2].script: is empty");
  EXPECT_FALSE(document.wrong_usage);
}

TEST(OptionFieldsTest, OtherRefusalsAreNoWrongUsageAndNameOptionsToo) {
  const absl::Status refusal = Refusal(absl::StatusCode::kFailedPrecondition, "1 repository is not registered",
                                       {{"targets[0].repo", "\"acme/shop\" is not registered"}});
  const UserError error = InTermsOfOptions(refusal, Fields());
  EXPECT_EQ(error.status.message(), "1 repository is not registered");
  EXPECT_EQ(error.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorInfo(error.status).violations[0].field, "--repos-file");
  EXPECT_FALSE(error.wrong_usage);
}

TEST(OptionFieldsTest, AFactOfTheErrorNamesAnOptionToo) {
  ErrorInfo info;
  info.reason = "WORKFLOW_NOT_FOUND";
  info.metadata["workflow_ref"] = "a/b-v1";
  const UserError error =
      InTermsOfOptions(MakeError(absl::StatusCode::kInvalidArgument, "workflow a/b-v1 is not known", info), Fields());
  EXPECT_EQ(error.status.message(), "--workflow: workflow a/b-v1 is not known");
  EXPECT_EQ(GetErrorInfo(error.status).reason, "WORKFLOW_NOT_FOUND");
  EXPECT_TRUE(error.wrong_usage);
}

TEST(OptionFieldsTest, WhatNamesNoOptionStaysAsItIs) {
  const absl::Status local = absl::InvalidArgumentError("repos.txt:2: \"nonsense\"");
  EXPECT_EQ(InTermsOfOptions(local, Fields()).status, local);
  EXPECT_FALSE(InTermsOfOptions(local, Fields()).wrong_usage);
  const absl::Status unknown = InvalidField("page_token", "is malformed");
  EXPECT_EQ(InTermsOfOptions(unknown, Fields()).status, unknown);
  EXPECT_FALSE(InTermsOfOptions(unknown, Fields()).wrong_usage);
  // Named as an option already.
  EXPECT_TRUE(InTermsOfOptions(InvalidField("--yes", "is missing"), Fields()).wrong_usage);
}

}  // namespace
}  // namespace fleet::cli
