#include "common/status/error_info.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;
using ::testing::SizeIs;

std::size_t DetailBytes(const ErrorInfo& info) {
  std::size_t bytes = info.reason.size();
  for (const auto& [key, value] : info.metadata) bytes += key.size() + value.size();
  for (const FieldViolation& violation : info.violations)
    bytes += violation.field.size() + violation.description.size();
  for (const QuotaViolation& violation : info.quota_violations)
    bytes += violation.subject.size() + violation.description.size();
  return bytes;
}

TEST(ErrorInfoTest, CarriesWhatItWasGiven) {
  ErrorInfo info;
  info.reason = "REPO_NOT_ONBOARDED";
  info.metadata = {{"count", "3"}};
  info.violations = {{"targets[0].repo", "acme/api is not registered"}};
  info.retry_after = absl::Seconds(2);

  const absl::Status status = MakeError(absl::StatusCode::kFailedPrecondition, "3 repositories", info);

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "3 repositories");
  const ErrorInfo carried = GetErrorInfo(status);
  EXPECT_EQ(carried.reason, "REPO_NOT_ONBOARDED");
  EXPECT_THAT(carried.metadata, ElementsAre(Pair("count", "3")));
  EXPECT_THAT(carried.violations,
              ElementsAre(AllOf(Field(&FieldViolation::field, "targets[0].repo"),
                                Field(&FieldViolation::description, "acme/api is not registered"))));
  EXPECT_EQ(carried.retry_after, absl::Seconds(2));
}

TEST(ErrorInfoTest, NamesTheCodeWhereNoReasonWasGiven) {
  EXPECT_EQ(GetErrorInfo(MakeError(absl::StatusCode::kNotFound, "no such fleet", {})).reason, "NOT_FOUND");
  EXPECT_EQ(GetErrorInfo(absl::UnavailableError("away")).reason, "UNAVAILABLE");
}

TEST(ErrorInfoTest, KeepsTheFirstTwentyViolations) {
  ErrorInfo info;
  for (int i = 0; i < 25; ++i) info.violations.push_back({absl::StrCat("targets[", i, "]"), "bad"});

  const ErrorInfo carried = GetErrorInfo(MakeError(absl::StatusCode::kInvalidArgument, "25 bad targets", info));

  ASSERT_THAT(carried.violations, SizeIs(20));
  EXPECT_EQ(carried.violations[19].field, "targets[19]");
}

TEST(ErrorInfoTest, StaysWithinFourKibibytes) {
  ErrorInfo info;
  for (int i = 0; i < 40; ++i) {
    info.metadata[absl::StrCat("key", i)] = std::string(10'000, 'm');
    info.violations.push_back({std::string(10'000, 'f'), std::string(10'000, 'd')});
    info.quota_violations.push_back({std::string(10'000, 's'), std::string(10'000, 'd')});
  }

  const ErrorInfo carried = GetErrorInfo(MakeError(absl::StatusCode::kInvalidArgument, "too much", info));

  EXPECT_THAT(DetailBytes(carried), Le(4096U));
}

TEST(ErrorInfoTest, CarriesQuotaViolationsTwentyAtMost) {
  ErrorInfo info;
  for (int i = 0; i < 25; ++i) info.quota_violations.push_back({absl::StrCat("user:", i), "is full"});

  const ErrorInfo carried = GetErrorInfo(MakeError(absl::StatusCode::kResourceExhausted, "full", info));

  ASSERT_THAT(carried.quota_violations, SizeIs(20));
  EXPECT_EQ(carried.quota_violations[19].subject, "user:19");
  EXPECT_EQ(carried.quota_violations[19].description, "is full");
}

TEST(ErrorInfoTest, CutsBetweenCharactersOnly) {
  ErrorInfo info;
  std::string text;
  for (int i = 0; i < 150; ++i) text += "é";
  info.metadata = {{"text", text}};

  const std::string cut = GetErrorInfo(MakeError(absl::StatusCode::kInternal, "", info)).metadata["text"];

  std::string expected;
  for (int i = 0; i < 100; ++i) expected += "é";
  EXPECT_EQ(cut, expected + "…");
}

TEST(ErrorInfoTest, AcceptsTextThatIsNotUtf8) {
  ErrorInfo info;
  info.metadata = {{"bytes", "\xff\xfe"}};
  EXPECT_THAT(GetErrorInfo(MakeError(absl::StatusCode::kInternal, "\xff", info)).metadata, SizeIs(1));
}

TEST(ErrorInfoTest, InvalidFieldNamesTheField) {
  const absl::Status status = InvalidField("page_size", "must not be negative");

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "page_size: must not be negative");
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.reason, "INVALID_ARGUMENT");
  ASSERT_THAT(info.violations, SizeIs(1));
  EXPECT_EQ(info.violations[0].field, "page_size");
  EXPECT_EQ(info.violations[0].description, "must not be negative");
}

TEST(ErrorInfoTest, OkCarriesNothing) { EXPECT_THAT(GetErrorInfo(absl::OkStatus()).violations, IsEmpty()); }

}  // namespace
}  // namespace fleet
