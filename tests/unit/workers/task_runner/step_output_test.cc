#include "workers/task_runner/step_output.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

TEST(StepOutputTest, ReadsEveryKey) {
  FLEET_ASSERT_OK_AND_ASSIGN(
      const StepOutput output,
      ParseStepOutput(R"({"summary": "done", "cost_usd": 1.25, "pull_request_url": "https://example.com/pull/1",
                          "outcome": "pull_request_updated", "failure_category": "blocked",
                          "failure_message": "no secret", "unknown": [1]})"));
  EXPECT_EQ(output.summary, "done");
  EXPECT_EQ(output.cost_usd, 1.25);
  EXPECT_EQ(output.pull_request_url, "https://example.com/pull/1");
  EXPECT_EQ(output.outcome, v1::TASK_OUTCOME_PULL_REQUEST_UPDATED);
  EXPECT_EQ(output.failure_category, v1::FAILURE_CATEGORY_BLOCKED);
  EXPECT_EQ(output.failure_message, "no secret");
}

TEST(StepOutputTest, SaysWhatIsWrong) {
  const struct {
    const char* json;
    const char* problem;
  } cases[] = {
      {"{", "not valid JSON"},
      {"\xFF", "not valid JSON"},
      {"[1]", "not a JSON object"},
      {R"({"summary": 1})", "\"summary\" must be a string"},
      {R"({"cost_usd": "1"})", "\"cost_usd\" must be a number"},
      {R"({"cost_usd": -0.01})", "from 0"},
      {R"({"cost_usd": 1000001})", "from 0"},
      {R"({"pull_request_url": "javascript:alert"})", "\"pull_request_url\""},
      {R"({"pull_request_url": "https://example.com/a b"})", "\"pull_request_url\""},
      {R"({"outcome": "no_changes"})", "\"outcome\""},
      {R"({"outcome": "pull_request_opened"})", "no \"pull_request_url\""},
      {R"({"failure_category": "Network"})", "\"failure_category\" must be one of"},
      {R"({"failure_category": "unspecified"})", "\"failure_category\" must be one of"},
  };
  for (const auto& [json, problem] : cases) {
    EXPECT_THAT(ParseStepOutput(json), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(problem))) << json;
  }
}

TEST(StepOutputTest, LaterStepsWinAndCostsAdd) {
  StepOutput merged;
  merged.Merge(*ParseStepOutput(R"({"summary": "one", "cost_usd": 0.5, "pull_request_url": "https://h/1"})"));
  merged.Merge(*ParseStepOutput(R"({"summary": "two", "cost_usd": 0.25})"));
  merged.Merge(StepOutput());
  EXPECT_EQ(merged.summary, "two");
  EXPECT_EQ(merged.cost_usd, 0.75);
  EXPECT_EQ(merged.pull_request_url, "https://h/1");
}

class ReadStepOutputTest : public ::testing::Test {
 protected:
  TestDirectory directory_;
  std::string path_ = directory_ / "output.json";
};

TEST_F(ReadStepOutputTest, NothingWrittenIsNoOutput) {
  FLEET_ASSERT_OK_AND_ASSIGN(const StepOutput missing, ReadStepOutput(path_));
  EXPECT_EQ(missing.summary, "");
  WriteFile(path_, " \n");
  FLEET_EXPECT_OK(ReadStepOutput(path_));
}

TEST_F(ReadStepOutputTest, APipeDoesNotBlock) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(ReadStepOutput(path_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("regular file")));
}

TEST_F(ReadStepOutputTest, LinksAndDirectoriesAreNotRead) {
  WriteFile(directory_ / "secret", R"({"summary": "secret"})");
  std::filesystem::create_symlink(directory_ / "secret", path_);
  EXPECT_THAT(ReadStepOutput(path_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("regular file")));
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_THAT(ReadStepOutput(path_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("regular file")));
}

TEST_F(ReadStepOutputTest, RefusesMoreThanAMebibyte) {
  WriteFile(path_, absl::StrCat(R"({"summary": ")", std::string(1 << 20, 'x'), "\"}"));
  EXPECT_THAT(ReadStepOutput(path_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("larger than")));
}

}  // namespace
}  // namespace fleet::runner
