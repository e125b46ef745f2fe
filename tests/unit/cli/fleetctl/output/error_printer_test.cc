#include "cli/fleetctl/output/error_printer.h"

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {
namespace {

absl::Status Refusal() {
  ErrorInfo info;
  info.reason = "REPO_NOT_ONBOARDED";
  info.violations = {{"targets[0].repo", "\"a/b\" is not registered"}, {"targets[3].repo", "\x1b[2J\"c/d\""}};
  info.retry_after = absl::Seconds(90);
  return MakeError(absl::StatusCode::kFailedPrecondition, "2 repositories are not registered", info);
}

TEST(ErrorPrinterTest, TellsEverythingOnLinesOfItsOwn) {
  EXPECT_EQ(DescribeError(Refusal(), {"req-1", {"repeat: fleetctl submit"}}),
            "error: 2 repositories are not registered\n"
            "  targets[0].repo: \"a/b\" is not registered\n"
            "  targets[3].repo: \"c/d\"\n"
            "  reason: REPO_NOT_ONBOARDED (FAILED_PRECONDITION)\n"
            "  try again in 1m 30s\n"
            "  request id: req-1\n"
            "  next: repeat: fleetctl submit\n");
}

TEST(ErrorPrinterTest, SaysNothingTwice) {
  EXPECT_EQ(DescribeError(InvalidField("task_description", "longer than 10,000 characters"), {}),
            "error: task_description: longer than 10,000 characters\n");
  EXPECT_EQ(DescribeError(absl::NotFoundError("no such fleet"), {}), "error: no such fleet\n");
}

TEST(ErrorPrinterTest, AnUnreachableServerHasANextStep) {
  ErrorInfo info;
  info.reason = "SERVER_UNREACHABLE";
  const absl::Status status = MakeError(absl::StatusCode::kUnavailable, "cannot reach h:1", info);
  EXPECT_THAT(DescribeError(status, {}), ::testing::HasSubstr("next: start a service"));
}

TEST(ErrorPrinterTest, JsonHasTheSameForPrograms) {
  const std::string text = DescribeErrorAsJson(Refusal(), {"req-1", {"again"}});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  const auto error = nlohmann::json::parse(text)["error"];
  EXPECT_EQ(error["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(error["reason"], "REPO_NOT_ONBOARDED");
  EXPECT_EQ(error["message"], "2 repositories are not registered");
  EXPECT_EQ(error["violations"][0]["field"], "targets[0].repo");
  EXPECT_EQ(error["retry_after_seconds"], 90);
  EXPECT_EQ(error["request_id"], "req-1");
  EXPECT_EQ(error["next_steps"][0], "again");
}

}  // namespace
}  // namespace fleet::cli
